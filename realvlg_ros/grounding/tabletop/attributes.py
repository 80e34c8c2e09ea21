"""What can be said of a segmented object without recognising it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array
from ...image_region import Box, RegionMask
from .colors import COLOR_NAMES, affinity, name_weights
from .kernels import square
from .looks import clear_share, has_handle, is_open, lightness, patterned, transparent
from .percentiles import median, percentiles
from .scene import Segment, TabletopScene

# A colour is named in a description when it covers this share of the object. Chosen: a fifth and a
# margin.
_NAMED_SHARE = 0.22
# Colours are those of the pixels with a reading where these are at least this share. Chosen: paint
# that loses more of them must not be left out.
_MEASURED_SHARE = 0.85
# Pixels around a thing over which its colours are smoothed, and those that tell its measures.
# Chosen: the width of the filter; for time.
_NEAR_PX, _SAMPLES = 6, 2000
# A thing is doubtful when it is a part of another one with this chance. Chosen.
_PART_IN_DOUBT = 0.2


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
        cut_off: whether it touches the image's border, so that it is known only as far as it is
            seen.
        lightness: 0 for black to 1 for white, in the light of the image.
        one_thing: score, 0 to 1, that it is one thing and not two that touch.
        patterned: likelihood, 0 to 1, that it bears print or a pattern.
        transparent: the same that it is clear, since depth fails within its outline.
        is_open: whether it is a container that is open above; None where that is not seen.
        has_handle: whether a handle is seen; None where none is, since it may be behind.
        inside_of, on_top_of: index, among the scene's objects, of what it lies in or on.
        whole: score, 0 to 1, that it is a thing of its own, and not a part, such as a cap, a
            handle or a blade, of the one that it touches.
        part_of: index of that one, where it is in doubt; else None.
    """

    region: RegionMask
    colors: Float32Array
    position: Float32Array
    ground: Float32Array
    height: float
    length: float
    width: float
    cut_off: bool
    lightness: float | None = None
    one_thing: float = 1.0
    patterned: float = 0.0
    transparent: float = 0.0
    is_open: bool | None = None
    has_handle: bool | None = None
    inside_of: int | None = None
    on_top_of: int | None = None
    whole: float = 1.0
    part_of: int | None = None

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
    lost = clear_share(scene.window(segment.window), segment.mask)
    segment = segment.narrowed(_NEAR_PX)
    part, mask, region = scene.window(segment.window), segment.mask, segment.region
    height, ground, points = _sampled(part, mask & part.valid)
    _, sides, _ = cv2.minAreaRect(_trimmed(ground))
    # Without a support heights start at the object's own far side.
    base = 0.0 if scene.has_support else float(percentiles(height, (2,))[0])
    inner = _inner(mask, part.valid)
    light = lightness(part, inner, white)
    other, score = max(
        ((number, bond.score) for number, bond in segment.bonds),
        key=lambda each: each[1], default=(None, 0.0),
    )  # fmt: skip
    return SceneObject(
        region=region,
        colors=np.asarray(name_weights(part.color[inner], white).mean(axis=0), np.float32),
        position=np.asarray(median(points), np.float32),
        ground=np.asarray(median(ground), np.float32),
        height=max(float(percentiles(height, (98,))[0]) - base, 0.001),
        length=float(max(sides)),
        width=float(min(sides)),
        cut_off=_is_cut_off(region.box, scene.height.shape),
        lightness=light,
        one_thing=segment.one_thing,
        patterned=patterned(part.paint_names, inner),
        transparent=transparent(lost, light),
        is_open=is_open(part, segment) if scene.has_support else None,
        has_handle=has_handle(mask),
        whole=1 - score,
        part_of=other if score > _PART_IN_DOUBT else None,
    )


def _is_cut_off(box: Box, shape: tuple[int, ...]) -> bool:
    """Whether a box touches the border of an image of a shape (rows, columns)."""
    rows, columns = shape
    return bool(
        min(box.x_min, box.y_min) <= 1 or box.x_max >= columns - 1 or box.y_max >= rows - 1
    )


def attribute_words(item: SceneObject) -> str:
    """What was measured of an object, in words: "red, 8 x 7 cm, 9 cm high, open"."""
    sides = f'{item.length * 100:.0f} x {item.width * 100:.0f} cm'
    said = [item.color_words(), sides, f'{item.height * 100:.0f} cm high']
    said += ['open'] * bool(item.is_open) + ['with a handle'] * bool(item.has_handle)
    said += ['patterned'] * (item.patterned > 0.5) + ['may be clear'] * (item.transparent > 0.5)
    said += ['in another thing'] * (item.inside_of is not None)
    said += ['on another thing'] * (item.on_top_of is not None)
    return ', '.join(said + ['cut off by the image'] * item.cut_off)


def _sampled(
    scene: TabletopScene, mask: BoolArray
) -> tuple[Float32Array, Float32Array, Float32Array]:
    """Heights (n,), ground positions (n, 2) and points (n, 3) of up to 2000 pixels of a mask."""
    index = np.flatnonzero(mask)
    at = np.divmod(index[:: len(index) // _SAMPLES + 1], mask.shape[1])
    return scene.height[at], scene.ground[at], scene.points[at]


def _trimmed(ground: Float32Array) -> Float32Array:
    """Footprint points (n, 2) without the stray few that flying pixels add."""
    low, high = percentiles(ground, (1.5, 98.5))
    inside = np.all((ground >= low) & (ground <= high), axis=1)
    kept = ground[inside] if inside.any() else ground
    return np.ascontiguousarray(kept, np.float32)


def _inner(mask: BoolArray, valid: BoolArray) -> BoolArray:
    """A mask (rows, columns) without its blurred border, where enough is left.

    Args:
        mask: of a thing.
        valid: (rows, columns) where there are readings; the few others are at its border.
    """
    kernel = square(5)
    inner = cv2.erode(np.ascontiguousarray(mask).view(np.uint8), kernel).view(bool)
    count = np.count_nonzero(inner)
    if count < 0.25 * np.count_nonzero(mask):
        return mask
    measured = inner & valid
    return measured if np.count_nonzero(measured) > _MEASURED_SHARE * count else inner
