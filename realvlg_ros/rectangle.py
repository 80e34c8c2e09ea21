"""Grasp rectangles and contact pairs in the image.

The geometry is RealVLG's: with the opening axis u = (cos, sin) and n = (-sin, cos), corners are
c - w/2 u + h/2 n, c + w/2 u + h/2 n, c + w/2 u - h/2 n, c - w/2 u - h/2 n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .arrays import FloatArray
from .errors import RectangleError


def fold_angle(angle: float) -> float:
    """Bring the angle of an axis, rad, into (-pi/2, pi/2]."""
    folded = math.remainder(angle, math.pi)
    return math.pi / 2 if folded <= -math.pi / 2 else folded


@dataclass(frozen=True)
class GraspRectangle:
    """A parallel gripper's grasp drawn in the image.

    Attributes:
        x, y: centre, px.
        angle: of the opening axis, rad, x toward y (y down), in (-pi/2, pi/2].
        width: opening width along that axis, px.
        height: jaw height across it, px.
        score: 0 to 1, or None when the source gives none.
    """

    x: float
    y: float
    angle: float
    width: float
    height: float
    score: float | None = None

    def __post_init__(self) -> None:
        values = (self.x, self.y, self.angle, self.width, self.height)
        if not all(map(math.isfinite, values)) or self.width <= 0 or self.height <= 0:
            raise RectangleError(
                f'rectangle (x, y, angle, width, height) = {values} must be finite '
                'with positive width and height'
            )
        object.__setattr__(self, 'angle', fold_angle(self.angle))

    @classmethod
    def from_corners(cls, corners: npt.ArrayLike, score: float | None = None) -> GraspRectangle:
        """Build from corners (4, 2) px; the first edge P0 -> P1 is the opening axis."""
        corners = np.asarray(corners, np.float64).reshape(4, 2)
        center = corners.mean(axis=0)
        opening = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
        height = float(np.linalg.norm(corners[3] - corners[0] + corners[2] - corners[1]) / 2)
        angle = math.atan2(opening[1], opening[0])
        x, y = (float(v) for v in center)
        return cls(x, y, angle, float(np.linalg.norm(opening)), height, score)

    @property
    def center(self) -> FloatArray:
        """Centre (2,), px."""
        return np.array([self.x, self.y])

    @property
    def opening_axis(self) -> FloatArray:
        """Unit vector (2,) along the opening, in the image."""
        return np.array([math.cos(self.angle), math.sin(self.angle)])

    def corners(self) -> FloatArray:
        """Corners (4, 2), px; P0 -> P1 is the opening axis."""
        u = self.opening_axis * self.width / 2
        n = np.array([-math.sin(self.angle), math.cos(self.angle)]) * self.height / 2
        return self.center + np.array([-u + n, u + n, u - n, -u - n])

    def to_contacts(self) -> ContactPair:
        """The pair of points in the middle of the jaws."""
        u, v = (float(e) for e in self.opening_axis * self.width / 2)
        return ContactPair(self.x - u, self.y - v, self.x + u, self.y + v, self.score)

    def check_inside(self, width: int, height: int) -> None:
        """Check that the centre lies in an image of width x height px.

        Raises:
            RectangleError: it does not.
        """
        if not (-0.5 <= self.x < width - 0.5 and -0.5 <= self.y < height - 0.5):
            raise RectangleError(
                f'rectangle centre ({self.x:.1f}, {self.y:.1f}) px lies outside the '
                f'{width}x{height} image; check the coordinate convention of its source'
            )


@dataclass(frozen=True)
class ContactPair:
    """The two image points that the fingers touch, px.

    Attributes:
        x1, y1: first finger.
        x2, y2: second finger.
        score: 0 to 1, or None when the source gives none.
    """

    x1: float
    y1: float
    x2: float
    y2: float
    score: float | None = None

    def __post_init__(self) -> None:
        values = (self.x1, self.y1, self.x2, self.y2)
        if not all(map(math.isfinite, values)) or values[:2] == values[2:]:
            raise RectangleError(f'contacts {values} px must be finite and apart')

    @property
    def points(self) -> FloatArray:
        """Both points (2, 2), px."""
        return np.array([[self.x1, self.y1], [self.x2, self.y2]])

    def to_rectangle(self, jaw_height: float) -> GraspRectangle:
        """The rectangle whose opening spans the pair, with a jaw height in px."""
        dx, dy = self.x2 - self.x1, self.y2 - self.y1
        center = (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2
        return GraspRectangle(
            *center, math.atan2(dy, dx), math.hypot(dx, dy), jaw_height, self.score
        )
