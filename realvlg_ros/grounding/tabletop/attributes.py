"""What can be said of a segmented object without recognising it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array
from ...image_region import Box, RegionMask
from .colors import COLOR_NAMES, affinity, name_weights
from .percentiles import percentiles
from .scene import Segment, TabletopScene

# A colour is named in a description when it covers this share of the object. Chosen: a fifth and a
# margin.
_NAMED_SHARE = 0.22


@dataclass(frozen=True)
class SceneObject:
    """One object on the support.

    Attributes:
        region: its mask in the working image, px.
        colors: (11,) share of each of COLOR_NAMES, summing to 1.
        position: (3,) median of the visible surface in the optical frame, m.
        ground: (2,) centre along the support, m: to the right, and away from the camera.
        height: of its top above the support, m.
        length, width: sides of its visible footprint, m; length >= width.
        cut_off: whether it touches the image's border.
    """

    region: RegionMask
    colors: Float32Array
    position: Float32Array
    ground: Float32Array
    height: float
    length: float
    width: float
    cut_off: bool

    @property
    def box(self) -> Box:
        """Its box in the working image, px."""
        return self.region.box

    @property
    def size(self) -> float:
        """Longest side, m."""
        return max(self.height, self.length)

    @property
    def volume(self) -> float:
        """Bounding volume, cubic metres: what people mean by big."""
        return self.height * self.length * max(self.width, 0.5 * min(self.length, self.height))

    @property
    def thickness(self) -> float:
        """Shortest side, m."""
        return min(self.height, self.width)

    @property
    def slenderness(self) -> float:
        """Longest side by the second longest; the hidden depth of a thing is not known."""
        sides = sorted((self.height, self.length, self.width))
        return sides[2] / max(sides[1], 0.005)

    def shows(self, color: str) -> float:
        """How far the object's colours pass for a name, 0 to 1."""
        return float(self.colors @ affinity(color))

    def shows_itself(self, color: str) -> float:
        """Share of the object that has a colour, without what only passes for it, 0 to 1."""
        return float(self.colors[COLOR_NAMES.index(color)])

    @property
    def main_colors(self) -> tuple[str, ...]:
        """The one or two names by which its colours are described, the main one first."""
        order = np.argsort(-self.colors)
        second = [i for i in order[1:2] if self.colors[i] >= _NAMED_SHARE]
        return tuple(COLOR_NAMES[i] for i in (order[0], *second))

    def color_words(self) -> str:
        """Its main colours in words, such as 'red' or 'white and yellow'."""
        return ' and '.join(self.main_colors)


def describe_object(scene: TabletopScene, segment: Segment, white: Float32Array) -> SceneObject:
    """Measure one object of a scene.

    Args:
        scene: the reduced frame.
        segment: the object's pixels.
        white: RGB (3,) of white in this image, 0 to 255.
    """
    part, mask = scene.window(segment.window), segment.mask
    measured = mask & part.valid
    height, ground, points = _sampled(part, measured)
    _, sides, _ = cv2.minAreaRect(_trimmed(ground))
    box = segment.region.box
    rows, columns = scene.height.shape
    # Without a support heights start at the object's own far side.
    base = 0.0 if scene.has_support else float(percentiles(height, (2,))[0])
    return SceneObject(
        region=segment.region,
        colors=_colors(part, mask, white),
        position=np.median(points, axis=0).astype(np.float64),
        ground=np.median(ground, axis=0),
        height=max(float(percentiles(height, (98,))[0]) - base, 0.001),
        length=float(max(sides)),
        width=float(min(sides)),
        cut_off=bool(
            min(box.x_min, box.y_min) <= 1 or box.x_max >= columns - 1 or box.y_max >= rows - 1
        ),
    )


def _sampled(
    scene: TabletopScene, mask: BoolArray
) -> tuple[Float32Array, Float32Array, Float32Array]:
    """Heights (n,), ground positions (n, 2) and points (n, 3) of up to 2000 pixels of a mask."""
    index = np.flatnonzero(mask)
    index = index[:: len(index) // 2000 + 1]
    return (
        scene.height.ravel()[index],
        scene.ground.reshape(-1, 2)[index],
        scene.points.reshape(-1, 3)[index],
    )


def _trimmed(ground: Float32Array) -> Float32Array:
    """Footprint points (n, 2) without the stray few that flying pixels add."""
    low, high = percentiles(ground, (1.5, 98.5))
    inside = np.all((ground >= low) & (ground <= high), axis=1)
    kept = ground[inside] if inside.any() else ground
    return np.ascontiguousarray(kept, np.float32)


def _colors(scene: TabletopScene, mask: BoolArray, white: Float32Array) -> Float32Array:
    """Share of each colour name, of the mask without its blurred border."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    if inner.sum() < 0.25 * mask.sum():
        inner = mask
    weights = name_weights(scene.color[inner], white)
    return np.asarray(weights.mean(axis=0), np.float32)
