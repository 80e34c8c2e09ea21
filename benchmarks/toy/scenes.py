"""Drawn pictures of coloured shapes, with the truth about each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from realvlg_ros.arrays import ByteArray, FloatArray
from realvlg_ros.image_region import Box
from realvlg_ros.rectangle import GraspRectangle

COLORS = {
    'red': (215, 40, 40), 'green': (45, 165, 65), 'blue': (45, 75, 215), 'yellow': (235, 215, 50),
    'purple': (145, 55, 175), 'cyan': (60, 200, 215), 'orange': (240, 140, 40),
}  # fmt: skip
KINDS = ('circle', 'square', 'bar')
SIDES = ('left', 'right', 'top', 'bottom')
# Three sizes and aspect ratios; the budget shrinks them to 20, 16 and 18 image tokens.
IMAGE_SIZES = ((320, 240), (240, 240), (360, 200))
MAX_PIXELS = 19200
_OPENING = 1.5
_KIND_SHARES = (0.275, 0.275, 0.45)
_SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class Shape:
    """One drawn shape.

    Attributes:
        kind, color: words.
        x, y: centre, px.
        length, thickness: sides, px; a circle's diameter twice.
        angle: of the long side, rad.
    """

    kind: str
    color: str
    x: float
    y: float
    length: float
    thickness: float
    angle: float = 0.0

    @property
    def corners(self) -> FloatArray:
        """Corners (4, 2), px."""
        u = np.array([math.cos(self.angle), math.sin(self.angle)]) * self.length / 2
        n = np.array([-math.sin(self.angle), math.cos(self.angle)]) * self.thickness / 2
        return np.array([self.x, self.y]) + np.array([-u + n, u + n, u - n, -u - n])

    @property
    def box(self) -> Box:
        """The box around it, px."""
        if self.kind == 'circle':
            r = self.length / 2
            return Box(self.x - r, self.y - r, self.x + r, self.y + r)
        low, high = self.corners.min(axis=0), self.corners.max(axis=0)
        return Box(low[0], low[1], high[0], high[1])

    @property
    def rectangle(self) -> GraspRectangle:
        """The grasp across its thin side, half as wide again as it is thick."""
        across = self.angle + math.pi / 2
        width = self.thickness * _OPENING
        return GraspRectangle(self.x, self.y, across, width, self.length / 2)


@dataclass(frozen=True)
class DrawnScene:
    """A picture with its shapes."""

    image: ByteArray
    shapes: tuple[Shape, ...]

    @property
    def absent_colors(self) -> list[str]:
        """Colours that no shape has."""
        present = {shape.color for shape in self.shapes}
        return [color for color in COLORS if color not in present]

    def words(self, shape: Shape) -> str:
        """An instruction that means this shape only."""
        equal = [s for s in self.shapes if (s.kind, s.color) == (shape.kind, shape.color)]
        if len(equal) == 1:
            return f'the {shape.color} {shape.kind}'
        other = next(s for s in equal if s is not shape)
        dx, dy = shape.x - other.x, shape.y - other.y
        across, down = ('left', 'right')[dx > 0], ('top', 'bottom')[dy > 0]
        return f'the {across if abs(dx) > abs(dy) else down} {shape.color} {shape.kind}'


def draw_scene(rng: np.random.Generator, size: tuple[int, int], twins: float = 0.25) -> DrawnScene:
    """Two to four shapes that don't touch; with some chance two differ by position only."""
    width, height = size
    shapes: list[Shape] = []
    count = int(rng.integers(2, 5))
    for _ in range(40):
        if len(shapes) == count:
            break
        twin = len(shapes) == 1 and rng.random() < twins
        kind = shapes[0].kind if twin else str(rng.choice(KINDS, p=_KIND_SHARES))
        taken = {s.color for s in shapes}
        free = [c for c in COLORS if c not in taken]
        color = shapes[0].color if twin else str(rng.choice(free))
        shape = _random_shape(rng, kind, color, width, height)
        if shape is not None and all(_apart(shape, other) for other in shapes):
            shapes.append(shape)
    return DrawnScene(_draw(rng, shapes, width, height), tuple(shapes))


def _random_shape(
    rng: np.random.Generator, kind: str, color: str, width: int, height: int
) -> Shape | None:
    side = min(width, height)
    length = float(rng.uniform(0.22, 0.42) * side)
    thickness, angle = length, 0.0
    if kind == 'bar':
        length = float(rng.uniform(0.35, 0.6) * side)
        thickness, angle = float(rng.uniform(0.09, 0.15) * side), float(rng.uniform(0, math.pi))
    elif kind == 'square':
        thickness = float(rng.uniform(0.22, 0.42) * side)
    shape = Shape(kind, color, 0, 0, length, thickness, angle)
    reach_x, reach_y = shape.box.width / 2 + 2, shape.box.height / 2 + 2
    if 2 * reach_x >= width or 2 * reach_y >= height:
        return None
    x = float(rng.uniform(reach_x, width - reach_x))
    y = float(rng.uniform(reach_y, height - reach_y))
    return Shape(kind, color, x, y, length, thickness, angle)


def _apart(a: Shape, b: Shape) -> bool:
    gap = 4
    return (
        a.box.x_max + gap < b.box.x_min or b.box.x_max + gap < a.box.x_min
        or a.box.y_max + gap < b.box.y_min or b.box.y_max + gap < a.box.y_min
    )  # fmt: skip


def _draw(rng: np.random.Generator, shapes: list[Shape], width: int, height: int) -> ByteArray:
    shade = float(rng.uniform(60, 190))
    slope = rng.uniform(-30, 30, 2)
    columns, rows = np.linspace(-0.5, 0.5, width), np.linspace(-0.5, 0.5, height)
    ground = shade + slope[0] * columns[None, :] + slope[1] * rows[:, None]
    image = np.repeat(ground[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)
    scale = 1 << _SUBPIXEL_BITS
    for shape in shapes:
        color = np.array(COLORS[shape.color]) + rng.uniform(-14, 14, 3)
        paint = tuple(float(v) for v in color.clip(0, 255))
        # Pixel centres lie at integers, edges half a pixel before them.
        center = (np.array([shape.x, shape.y]) - 0.5) * scale
        if shape.kind == 'circle':
            point = (round(center[0]), round(center[1]))
            radius = round(shape.length / 2 * scale)
            cv2.circle(image, point, radius, paint, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
        else:
            corners = np.round((shape.corners - 0.5) * scale).astype(np.int32)
            cv2.fillConvexPoly(image, corners, paint, cv2.LINE_AA, _SUBPIXEL_BITS)
    noise = rng.integers(-6, 7, image.shape, dtype=np.int16)
    return (image + noise).clip(0, 255).astype(np.uint8)
