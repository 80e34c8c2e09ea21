"""The part of a segment that shows a colour, where two things of two colours may have been merged.

Things that touch, or that lie flat beside each other, are one surface to the depth. If a segment
consists of two parts of different colours side by side, the part that shows the colour asked for
is meant, be it a thing of its own or a part of one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, IndexArray
from ...image_region import RegionMask
from .colors import COLOR_NAMES, affinity, name_weights
from .kernels import square
from .scene import TabletopScene

# A part is one when it covers this share of the segment at least. Chosen: prints and ends of
# things are smaller.
_PART_SHARE = 0.15
# Two parts lie side by side when the border between them is at most this share of the shorter
# outline. Chosen: a label on a bottle borders on it with more than half of its outline, a half of
# a box of two colours with a third.
_BORDER_SHARE = 0.3
# Up to this share, and where the colours meet at an edge, they may be two things all the same.
# Chosen: a thing that lies on another borders on it so.
_DOUBT_SHARE = 0.45
# Colours meet at an edge where a and b of CIELAB, each by the lightness, change by so much over a
# few pixels; a shade of one colour hardly changes them. Chosen: a red and a brown thing differ by
# 1.2, a red one and its shade by 0.3.
_EDGE_CHROMA = 0.6
# Darker pixels count as so light, since the colour of the dark is noise. Chosen.
_LEAST_LIGHTNESS = 12.0
# Share of the border that must be such an edge. Chosen: most of it.
_EDGE_SHARE = 0.7
# Gaps of this size within a colour are closed, px. Chosen: print and reflections.
_GAP_PX = 5


@dataclass(frozen=True)
class ColorSplit:
    """What a segment is to who asks for one of its colours.

    Attributes:
        part: that shows the colour, where the segment is of two parts side by side; else None.
        doubtful: whether what shows the colour may be a thing of its own, or not.
    """

    part: RegionMask | None = None
    doubtful: bool = False


def split_by_color(scene: TabletopScene, region: RegionMask, color: str) -> ColorSplit:
    """Look for two things of two colours in a segment.

    Args:
        scene: the working image.
        region: mask of the segment in it.
        color: that is asked for, one of COLOR_NAMES.
    """
    window = _window(region)
    pixels, asked = scene.color[window], COLOR_NAMES.index(color)
    nearest = name_weights(pixels, scene.white).argmax(axis=-1)
    shows = region.data & (nearest == asked)
    own = _largest(shows)
    if own.sum() < _PART_SHARE * region.data.sum():
        return ColorSplit()
    # The other part must be of its colour beyond doubt, or of one that does not pass for this one:
    # not a shaded side of it.
    passes, clear = affinity(color) > 0, scene.color_names[window]
    others = [
        region.data & ((clear if passes[index] else nearest) == index)
        for index in range(len(COLOR_NAMES))
        if index != asked
    ]
    shown = max(others, key=lambda mask: int(_largest(mask).sum()))
    mine = _side_by_side(region, shows, own, shown)
    if mine is None:
        return ColorSplit(doubtful=_may_be_two(region, pixels, nearest, own))
    kept = RegionMask.from_full(mine)
    x, y = region.x_offset + kept.x_offset, region.y_offset + kept.y_offset
    return ColorSplit(RegionMask(x, y, kept.data))


def _side_by_side(
    region: RegionMask, shows: BoolArray, own: BoolArray, shown: BoolArray
) -> BoolArray | None:
    """The pixels (rows, columns) of the part asked for; None where there are no two side by side.

    Args:
        region: mask of the segment.
        shows: (rows, columns) pixels of the colour asked for.
        own: the largest patch of them.
        shown: (rows, columns) pixels of the other colour.
    """
    area, other = int(region.data.sum()), _largest(shown)
    if other.sum() < _PART_SHARE * area:
        return None
    mine, rest = _parted(region, own, other)
    # On both sides of the other colour: a label on one thing.
    if max((shows & rest).sum(), (shown & mine).sum()) > _PART_SHARE * area:
        return None
    return mine if _border_share(mine, rest) <= _BORDER_SHARE else None


def _may_be_two(
    region: RegionMask, pixels: ByteArray, nearest: IndexArray, own: BoolArray
) -> bool:
    """Whether a patch may be a thing of its own that lies on a larger one, or not.

    Args:
        region: mask of the segment.
        pixels: (rows, columns, 3) RGB.
        nearest: (rows, columns) index of each pixel's name.
        own: (rows, columns) the patch.
    """
    patches = [_largest(region.data & (nearest == i) & ~own) for i in range(len(COLOR_NAMES))]
    other = max(patches, key=lambda mask: int(mask.sum()))
    # A thing is called by its main colour; the other part is then of it.
    if own.sum() >= other.sum():
        return False
    mine, rest = _parted(region, own, other)
    if _border_share(mine, rest) > _DOUBT_SHARE:
        return False
    return _sharp(pixels, mine, rest) > _EDGE_SHARE


def _parted(region: RegionMask, own: BoolArray, other: BoolArray) -> tuple[BoolArray, BoolArray]:
    """A segment's pixels (rows, columns) by which of two patches is nearer.

    Args:
        region: mask of the segment.
        own: (rows, columns) one patch.
        other: (rows, columns) the other.
    """
    mine = region.data & (_distance(own) <= _distance(other))
    return mine, region.data & ~mine


def _window(region: RegionMask) -> tuple[slice, slice]:
    """Rows and columns of a region in its image."""
    rows, columns = region.data.shape
    return np.s_[
        region.y_offset : region.y_offset + rows, region.x_offset : region.x_offset + columns
    ]


def _sharp(color: ByteArray, mine: BoolArray, rest: BoolArray) -> float:
    """Share of the border of two parts at which their colours meet at an edge.

    Args:
        color: (rows, columns, 3) RGB.
        mine: (rows, columns) of one part.
        rest: (rows, columns) of the other.
    """
    lab = cv2.cvtColor(color.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    chroma = lab[..., 1:] / np.maximum(lab[..., :1], np.float32(_LEAST_LIGHTNESS))
    size = 2 * _GAP_PX + 1
    means = []
    for part in (mine, rest):
        inner = cv2.erode(part.astype(np.uint8), square(3)).astype(np.float32)
        count = cv2.boxFilter(inner, -1, (size, size), normalize=False)
        total = cv2.boxFilter(chroma * inner[..., None], -1, (size, size), normalize=False)
        with np.errstate(divide='ignore', invalid='ignore'):
            means.append(total / count[..., None])
    step = np.linalg.norm(means[0] - means[1], axis=-1)[_border(mine, rest)]
    step = step[np.isfinite(step)]
    return float((step > _EDGE_CHROMA).mean()) if len(step) else 0.0


def _largest(mask: BoolArray) -> BoolArray:
    """The largest connected patch of a mask, its gaps closed."""
    kernel = square(3)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, square(_GAP_PX))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    if len(stats) < 2:
        return np.zeros(mask.shape, bool)
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))


def _distance(mask: BoolArray) -> np.ndarray:
    """Distance (rows, columns) to a mask, px."""
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)


def _border(one: BoolArray, other: BoolArray) -> BoolArray:
    """Pixels (rows, columns) of one mask beside the other."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return np.asarray(one & (cv2.dilate(other.astype(np.uint8), cross) > 0))


def _border_share(one: BoolArray, other: BoolArray) -> float:
    """Length of the border of two parts by the shorter outline."""
    return float(_border(one, other).sum()) / max(min(_outline(one), _outline(other)), 1)


def _outline(mask: BoolArray) -> int:
    """Pixels of a mask at its outline."""
    padded = np.pad(mask.astype(np.uint8), 1)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return int((padded > 0).sum() - cv2.erode(padded, cross).sum())
