"""What is true of a rendered scene: what is seen of each thing, its measures and its place.

Left, right, near and far are those of who stands where the camera is and looks where it looks,
with gravity down: a camera that is rolled or upside down changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from benchmarks.grounding.placing import Placed
from benchmarks.grounding.scenes import CAMERA, Scene
from realvlg_ros.arrays import BoolArray, FloatArray
from realvlg_ros.simulation.placement import clearance, footprint
from realvlg_ros.simulation.renderer import RenderedFrame
from realvlg_ros.transforms import invert, transform_points

# What is seen of a thing so that a person speaks of it without doubt: share of its outline and
# pixels; and pixels of which a person sees nothing.
_CLEAR_SHARE, _CLEAR_PIXELS, _UNSEEN_PIXELS = 0.6, 400, 25
# From steeper above, the lid of a thing that stands hides its paint, degrees.
_LID_HIDES = 50.0
# Names that one paint may have in some light.
_NEAR = {
    'red': ('orange', 'pink', 'brown'),
    'orange': ('red', 'yellow', 'brown'),
    'yellow': ('orange',),
    'green': (),
    'blue': ('purple',),
    'purple': ('blue', 'pink'),
    'pink': ('red', 'purple'),
    'brown': ('red', 'orange', 'black'),
    'white': ('gray',),
    'gray': ('white', 'black'),
    'black': ('gray', 'brown'),
}


@dataclass(frozen=True, eq=False)
class Seen:
    """A thing that a person sees.

    Attributes:
        placed: what it is and where.
        index: of it among the scene's things.
        mask: (height, width) its pixels.
        clear: whether a person speaks of it without doubt: most of it is seen, and all of it is
            within the image.
        paint_seen: whether its main paint is most of what is seen.
        right: of its middle, m.
        away: the same.
        bearing: right by the distance along the view, as the eye sees it.
        range: from the camera to its middle, m.
        top: height of its top, m.
        height: its own, m.
        length: longer side of its footprint, m.
        width: the other side, m.
        outline: (n, 2) of its footprint, m.
    """

    placed: Placed
    index: int
    mask: BoolArray
    clear: bool
    paint_seen: bool
    right: float
    away: float
    bearing: float
    range: float
    top: float
    height: float
    length: float
    width: float
    outline: FloatArray

    @property
    def noun(self) -> str:
        """What a person calls it."""
        return self.placed.thing.kind.noun

    @property
    def color(self) -> str:
        """The name of its main colour."""
        return self.placed.thing.color

    @property
    def longest(self) -> float:
        """Its longest side, m."""
        return max(self.length, self.height)

    @property
    def volume(self) -> float:
        """Of the box around it, cubic metres."""
        return self.length * self.width * self.height

    @property
    def free(self) -> bool:
        """Whether it stands on the table, with nothing on or in it."""
        return self.placed.how not in ('on', 'in')

    def is_surely(self, color: str) -> bool:
        """Whether every person would call it so."""
        thing = self.placed.thing
        return self.clear and self.paint_seen and self.color == color and not thing.banded

    def may_be(self, color: str) -> bool:
        """Whether some person might say so of it or of a part."""
        names = (self.color, *self.placed.thing.others)
        return any(color == name or color in _NEAR[name] for name in names)

    def shows(self, color: str) -> bool:
        """Whether it, or a part of it, has that colour."""
        return color in (self.color, *self.placed.thing.others)

    def gap(self, other: Seen) -> float:
        """Distance of two footprints, m."""
        return clearance(self.outline, other.outline)

    def apart(self, other: Seen) -> float:
        """Distance of their middles, m."""
        return float(np.hypot(self.right - other.right, self.away - other.away))


@dataclass(frozen=True, eq=False)
class Truth:
    """A scene as a person sees it.

    Attributes:
        scene: that was rendered.
        rendered: the frame and what is true of it.
        seen: the things that are seen at all.
    """

    scene: Scene
    rendered: RenderedFrame
    seen: tuple[Seen, ...]

    @classmethod
    def of(cls, scene: Scene, rendered: RenderedFrame) -> Truth:
        """What is true of a rendered scene."""
        axes = speaker_axes(scene.camera2world)
        found = [_see(scene, rendered, index, axes) for index in range(len(scene.placed))]
        return cls(scene, rendered, tuple(s for s in found if s is not None))

    @cached_property
    def clear(self) -> tuple[Seen, ...]:
        """Those of which a person speaks without doubt."""
        return tuple(s for s in self.seen if s.clear)

    @property
    def all_clear(self) -> bool:
        """Whether nothing is hidden in part, or cut by the image's edge."""
        return len(self.clear) == len(self.seen)

    @property
    def has_directions(self) -> bool:
        """Whether left, right, near and far are plain: not from straight above."""
        return self.scene.elevation <= 78

    def named(self, name: str) -> Seen | None:
        """The thing of a name, if it is seen."""
        return next((s for s in self.seen if s.placed.item.name == name), None)

    def upon(self, carrier: Seen, how: str) -> list[Seen]:
        """What is on or in a thing, clear or not."""
        name = carrier.placed.item.name
        return [s for s in self.seen if s.placed.how == how and s.placed.partner == name]


def speaker_axes(camera2world: FloatArray) -> FloatArray:
    """(2, 2) unit vectors to the right and away from who stands at the camera, on the table."""
    forward = camera2world[:2, 2].astype(np.float64)
    if np.linalg.norm(forward) < 1e-3:
        forward = -camera2world[:2, 1]
    away = forward / np.linalg.norm(forward)
    return np.stack([[away[1], -away[0]], away])


def _see(scene: Scene, rendered: RenderedFrame, index: int, axes: FloatArray) -> Seen | None:
    """What is seen of one thing; None where hardly anything is.

    Args:
        scene: that was rendered.
        rendered: the same.
        index: of the thing.
        axes: (2, 2) to the right and away.
    """
    placed = scene.placed[index]
    mask = np.asarray(rendered.instance_ids == index + 1)
    if mask.sum() < _UNSEEN_PIXELS:
        return None
    vertices = placed.item.world_vertices()
    hull, inside = _outline_area(vertices, scene.camera2world)
    share = mask.sum() / max(hull, 1.0)
    border = mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()
    clear = bool(share >= _CLEAR_SHARE and mask.sum() >= _CLEAR_PIXELS and inside and not border)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    middle = (low + high) / 2
    eye = scene.camera2world[:3, 3]
    right, away = axes @ (middle[:2] - eye[:2])
    outline = footprint(vertices)
    length, width = _sides(outline)
    lid = placed.thing.kind.accent == 'gray' and not placed.thing.lying
    return Seen(
        placed, index, mask, clear,
        paint_seen=not (lid and scene.elevation > _LID_HIDES) and placed.thing.kind.noun != 'pen',
        right=float(right), away=float(away),
        bearing=float(right / max(scene.camera2world[:3, 2] @ (middle - eye), 0.05)),
        range=float(np.linalg.norm(middle - eye)),
        top=float(high[2]), height=float(high[2] - low[2]),
        length=length, width=width, outline=outline,
    )  # fmt: skip


def _outline_area(vertices: FloatArray, camera2world: FloatArray) -> tuple[float, bool]:
    """Pixels of a thing's convex outline in the image, and whether it is within."""
    points = transform_points(invert(camera2world), vertices)
    pixels = CAMERA.project(points).astype(np.float32)
    hull = cv2.convexHull(pixels)
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    inside = bool((low > 1).all() and high[0] < CAMERA.width - 2 and high[1] < CAMERA.height - 2)
    return float(cv2.contourArea(hull)), inside


def _sides(outline: FloatArray) -> tuple[float, float]:
    """Longer and shorter side of the smallest rectangle around a footprint, m."""
    _, sides, _ = cv2.minAreaRect((1000 * outline).astype(np.float32))
    return max(sides) / 1000, min(sides) / 1000
