"""The part of a segment that shows a colour, where two things of two colours may have been merged.

Things that touch, or that lie flat beside each other, are one surface to the depth. If a segment
consists of two parts of different colours side by side, the part that shows the colour asked for
is meant, be it a thing of its own or a part of one.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray
from ...image_region import RegionMask
from .colors import COLOR_NAMES, affinity, name_weights
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


def may_be_two(scene: TabletopScene, region: RegionMask, color: str) -> bool:
    """Whether what shows a colour in a segment may be a thing of its own, or not.

    Args:
        scene: the working image.
        region: mask of the segment in it.
        color: one of COLOR_NAMES.
    """
    window = _window(region)
    area, asked = int(region.data.sum()), COLOR_NAMES.index(color)
    nearest = name_weights(scene.color[window], scene.white).argmax(axis=-1)
    own = _largest(region.data & (nearest == asked))
    others = [
        _largest(region.data & (nearest == index))
        for index in range(len(COLOR_NAMES))
        if index != asked
    ]
    other = max(others, key=lambda mask: int(mask.sum()))
    # A thing is called by its main colour; the other part is then of it.
    if own.sum() < _PART_SHARE * area or own.sum() >= other.sum():
        return False
    mine = region.data & (_distance(own) <= _distance(other))
    rest = region.data & ~mine
    border = _border(mine, rest)
    if border > _DOUBT_SHARE * min(_outline(mine), _outline(rest)):
        return False
    return _sharp(scene.color[window], mine, rest) > _EDGE_SHARE


def part_of_color(scene: TabletopScene, region: RegionMask, color: str) -> RegionMask | None:
    """The part of a segment that shows a colour; None where it is not of two parts side by side.

    Args:
        scene: the working image.
        region: mask of the segment in it.
        color: one of COLOR_NAMES.
    """
    window = _window(region)
    area, asked = int(region.data.sum()), COLOR_NAMES.index(color)
    nearest = name_weights(scene.color[window], scene.white).argmax(axis=-1)
    shows = region.data & (nearest == asked)
    own = _largest(shows)
    # The other part must be of its colour beyond doubt, or of one that does not pass for this one:
    # not a shaded side of it.
    passes, clear = affinity(color) > 0, scene.color_names[window]
    others = [
        region.data & ((clear if passes[index] else nearest) == index)
        for index in range(len(COLOR_NAMES))
        if index != asked
    ]
    shown = max(others, key=lambda mask: int(_largest(mask).sum()))
    other = _largest(shown)
    if min(own.sum(), other.sum()) < _PART_SHARE * area:
        return None
    mine = region.data & (_distance(own) <= _distance(other))
    rest = region.data & ~mine
    # On both sides of the other colour: a label on one thing.
    if max((shows & rest).sum(), (shown & mine).sum()) > _PART_SHARE * area:
        return None
    if _border(mine, rest) > _BORDER_SHARE * min(_outline(mine), _outline(rest)):
        return None
    kept = RegionMask.from_full(mine)
    return RegionMask(region.x_offset + kept.x_offset, region.y_offset + kept.y_offset, kept.data)


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
        inner = cv2.erode(part.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
        count = cv2.boxFilter(inner, -1, (size, size), normalize=False)
        total = cv2.boxFilter(chroma * inner[..., None], -1, (size, size), normalize=False)
        with np.errstate(divide='ignore', invalid='ignore'):
            means.append(total / count[..., None])
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    border = mine & (cv2.dilate(rest.astype(np.uint8), cross) > 0)
    step = np.linalg.norm(means[0] - means[1], axis=-1)[border]
    step = step[np.isfinite(step)]
    return float((step > _EDGE_CHROMA).mean()) if len(step) else 0.0


def _largest(mask: BoolArray) -> BoolArray:
    """The largest connected patch of a mask, its gaps closed."""
    kernel = np.ones((3, 3), np.uint8)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((_GAP_PX, _GAP_PX), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    if len(stats) < 2:
        return np.zeros(mask.shape, bool)
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()))


def _distance(mask: BoolArray) -> np.ndarray:
    """Distance (rows, columns) to a mask, px."""
    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)


def _border(one: BoolArray, other: BoolArray) -> int:
    """Pixels of one mask beside the other."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return int((one & (cv2.dilate(other.astype(np.uint8), cross) > 0)).sum())


def _outline(mask: BoolArray) -> int:
    """Pixels of a mask at its outline."""
    padded = np.pad(mask.astype(np.uint8), 1)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return int((padded > 0).sum() - cv2.erode(padded, cross).sum())
