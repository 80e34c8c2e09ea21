"""What language asks of the things that are seen, and where they are for who speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ....arrays import Float32Array, FloatArray
from ....camera import Camera
from ....frame import RgbdFrame
from ....image_region import Box

# Whose left and right is meant: of who looks with the camera, of who faces it from the other side,
# or of who looks along the x axis of the fixed frame, as the robot does from its base.
REFERENCE_FRAMES = ('camera', 'facing', 'fixed')
# The camera looks down by more than that when its view has less of a horizontal part. Chosen: 5
# degrees from straight down, where the image's upper edge tells what is behind.
_STEEP = 0.087


class Seen(Protocol):
    """One thing on a support, as far as it is seen; SceneObject is one."""

    @property
    def height(self) -> float:
        """Of its top above the support, m."""

    @property
    def length(self) -> float:
        """Longer side of its footprint, m."""

    @property
    def width(self) -> float:
        """Shorter side of its footprint, m."""

    @property
    def cut_off(self) -> bool:
        """Whether it touches the image's border."""

    @property
    def position(self) -> Float32Array:
        """(3,) middle of its visible surface in the optical frame, m."""

    @property
    def box(self) -> Box:
        """Its box in the image that the view is of, px."""

    @property
    def size(self) -> float:
        """Longest side, m."""

    @property
    def volume(self) -> float:
        """Bounding volume, cubic metres."""

    @property
    def thickness(self) -> float:
        """Shortest side, m."""

    @property
    def slenderness(self) -> float:
        """Longest side by the second longest."""

    @property
    def main_colors(self) -> tuple[str, ...]:
        """Names by which its colours are described."""

    def shows(self, color: str) -> float:
        """How far its colours pass for a name, 0 to 1."""

    def shows_itself(self, color: str) -> float:
        """Share that has a colour itself, 0 to 1."""

    def color_words(self) -> str:
        """Its main colours in words."""


def attribute(item: Seen, name: str) -> float | None:
    """A likelihood or an index that not every source of things gives; None where it is not known.

    Such as lightness, has_handle, is_open, patterned, transparent, inside_of, on_top_of.
    """
    value = getattr(item, name, None)
    return None if value is None else float(value)


@dataclass(frozen=True)
class View:
    """Where left, right, in front and behind are for who speaks.

    Attributes:
        right, away, up: (3,) unit vectors in the optical frame.
        width: of the image that boxes refer to, px.
        camera: of the frame; None where boxes alone tell left from right.
        frame: one of REFERENCE_FRAMES.
        known: whether the reference frame is known; if not, places are the camera's.
    """

    right: FloatArray
    away: FloatArray
    up: FloatArray
    width: int
    camera: Camera | None = None
    frame: str = 'camera'
    known: bool = True

    @classmethod
    def of_image(cls, width: int) -> View:
        """The view of a level camera of which the image's width alone is known."""
        axes = np.eye(3)
        return cls(axes[0], axes[2], -axes[1], width)

    @classmethod
    def of_frame(cls, frame: RgbdFrame, normal: npt.ArrayLike, reference: str = 'camera') -> View:
        """The view of a frame.

        Args:
            frame: colour and depth.
            normal: (3,) of the support toward its free side, in the optical frame.
            reference: one of REFERENCE_FRAMES.
        """
        up = np.asarray(frame.up if frame.up is not None else normal, float)
        up = up / np.linalg.norm(up)
        away, known = _flat(np.array([0.0, 0.0, 1.0]), up), True
        if np.linalg.norm(away) < _STEEP:
            away = _flat(np.array([0.0, -1.0, 0.0]), up)
        if reference == 'facing':
            away = -away
        elif reference == 'fixed':
            known = frame.camera2fixed is not None
            if frame.camera2fixed is not None:
                away = _flat(frame.camera2fixed[0, :3].astype(float), up)
        away = away / np.linalg.norm(away)
        camera = frame.camera
        return cls(np.cross(away, up), away, up, camera.width, camera, reference, known)

    def across(self, items: Sequence[Seen]) -> FloatArray:
        """Where things (n,) are across the view: 0 at its left edge, 1 at its right one."""
        if self.camera is None:
            return np.array([item.box.center[0] / self.width for item in items])
        if self.frame == 'fixed':
            return 0.5 + np.array([float(item.position @ self.right) for item in items])
        # The image of a camera in the same place that is held upright.
        side = _flat(self.right, np.array([0.0, 0.0, 1.0]))
        side = side / max(float(np.linalg.norm(side)), 1e-6)
        camera = self.camera
        half = abs(side[0]) * camera.width / camera.fx + abs(side[1]) * camera.height / camera.fy
        points = np.array([item.position for item in items], float).reshape(-1, 3)
        return np.asarray(0.5 + points @ side / np.maximum(points[:, 2], 1e-3) / half)

    def ground(self, items: Sequence[Seen]) -> FloatArray:
        """Places (n, 2) along the support, m: to the right, and away."""
        points = np.array([item.position for item in items], float).reshape(-1, 3)
        return np.asarray(points @ np.column_stack([self.right, self.away]))


def _flat(vector: FloatArray, up: FloatArray) -> FloatArray:
    """A vector without its part along another of unit length."""
    return np.asarray(vector - (vector @ up) * up)
