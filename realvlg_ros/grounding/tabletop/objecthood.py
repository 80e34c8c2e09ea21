"""Whether a surface is a thing on the support, and what its outline holds."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, IndexArray
from .kernels import square
from .percentiles import median, percentiles
from .scene import MARGIN_PX, Segment, TabletopScene, widened
from .segmentation_settings import SegmentationSettings
from .surfaces import jump_limit

# Pixels around a thing that tell whether it goes on, and those of its gaps. Chosen: gaps that are
# closed are 5 px wide.
NEAR_PX = 6
_RING_PX, _GAP_PX = 3, 5
# A thing goes on below the support when this share of its surroundings, at a depth within so much
# of its own, m, is lower by so many tolerances. Chosen: chairs and people behind a table.
_BELOW_SHARE, _SAME_DEPTH_M, _BELOW = 0.08, 0.06, 3.0
# So many pixels under a thing is the support seen, under this share of its width at least, where
# its foot tells anything. Chosen: past the blurred edge.
_UNDER_PX, _FOOT_SEEN = 5, 0.3
# A thing hangs when the support under it is nearer by more than this, m, or, where it is higher
# than the second over the support, farther by more than the third. Chosen: more than the shadow
# of an edge.
_GAP_M, _AFLOAT_M, _OVER_M = 0.05, 0.06, 0.08
# Share of its foot under which the depth drops to a nearer support, if it is behind that one's
# edge. Chosen: most of it.
_BEHIND_SHARE = 0.6
# Pixels that tell a thing's size, and whether it stands on the support. Chosen: for time.
_SIZE_SAMPLES, _FOOT_SAMPLES, _DEPTH_SAMPLES = 1000, 40, 500


@dataclass(frozen=True)
class Surroundings:
    """What things are seen in.

    Attributes:
        scene: the working image, or a part of it, its holes closed.
        support: (rows, columns) where the bare support is seen.
        hull: (n, 2) outline of the support along its axes, m.
    """

    scene: TabletopScene
    support: BoolArray
    hull: Float32Array


def is_object(around: Surroundings, segment: Segment, settings: SegmentationSettings) -> bool:
    """Whether a segment is a thing on the support.

    Args:
        around: what it is seen in.
        segment: in a window with NEAR_PX pixels around it.
        settings: what counts as an object.
    """
    near = around.scene.window(segment.window)
    return (
        _has_size(near, segment.mask, settings)
        and _stands_on(near, segment.mask, around.hull, settings)
        and not _goes_below(near, segment.mask)
        and not _hangs(around, segment)
    )


def filled(scene: TabletopScene, mask: BoolArray, foreground: BoolArray) -> BoolArray:
    """The mask with its inner holes closed, but for what is seen through a handle.

    Args:
        scene: the window of the thing.
        mask: (rows, columns) its pixels.
        foreground: (rows, columns) what is raised above the support.
    """
    away = scene.ground[..., 1]
    farthest = percentiles(away[mask & scene.valid], (98,))[0]
    behind = scene.valid & (away > farthest + scene.tolerance)
    return _fill_gaps(mask) & (mask | ~(foreground | behind))


def _fill_gaps(mask: BoolArray) -> BoolArray:
    """A mask (rows, columns) with its gaps and inner holes closed."""
    kernel = square(_GAP_PX)
    closed = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(whole, contours, -1, 1, cv2.FILLED)
    return whole.view(bool)


def _has_size(scene: TabletopScene, mask: BoolArray, settings: SegmentationSettings) -> bool:
    """Whether a segment has an object's size.

    Args:
        scene: the window of the segment.
        mask: (rows, columns) its pixels.
        settings: the sizes.
    """
    rows, columns = _some(mask, _SIZE_SAMPLES)
    low, high = percentiles(scene.points[rows, columns], (2, 98))
    size = float((high - low).max())
    return settings.min_size < size < settings.max_size


def _some(mask: BoolArray, count: int) -> tuple[IndexArray, IndexArray]:
    """Rows and columns of at most about count of a mask's pixels, evenly drawn."""
    index = np.flatnonzero(mask)
    rows, columns = np.divmod(index[:: len(index) // count + 1], mask.shape[1])
    return rows, columns


def _stands_on(
    scene: TabletopScene, mask: BoolArray, region: Float32Array, settings: SegmentationSettings
) -> bool:
    """Whether the lower part of a segment lies over the support.

    Args:
        scene: the window of the segment.
        mask: (rows, columns) its pixels.
        region: (n, 2) outline of the support, m.
        settings: how far beyond it a thing may stand.
    """
    if len(region) == 0:
        return False
    low = mask & (scene.height <= percentiles(scene.height[mask], (25,))[0])
    base = scene.ground[_some(low, _FOOT_SAMPLES)]
    inside = [
        cv2.pointPolygonTest(region, (float(x), float(y)), True) > -settings.edge_margin
        for x, y in base
    ]
    return sum(inside) > 0.5 * len(inside)


def _goes_below(scene: TabletopScene, mask: BoolArray) -> bool:
    """Whether a segment goes on below the support, as chairs and people behind a table do."""
    side = 2 * _RING_PX + 1
    ring = cv2.dilate(mask.view(np.uint8), square(side)).view(bool) & ~mask
    at = np.flatnonzero(ring & scene.valid)
    if not len(at):
        return False
    own = np.flatnonzero(mask)
    flat = scene.depth.ravel()
    z = flat[own[:: len(own) // _DEPTH_SAMPLES + 1]]
    near = np.abs(flat[at] - median(z)) < _SAME_DEPTH_M + np.ptp(percentiles(z, (5, 95)))
    below = near & (scene.height.ravel()[at] < -_BELOW * scene.tolerance.ravel()[at])
    return bool(np.count_nonzero(below) > _BELOW_SHARE * len(at))


def _hangs(around: Surroundings, segment: Segment) -> bool:
    """Whether a segment has a gap to the support that is seen right under it in the image.

    A chair behind a table passes the table's height out of its reach: the depth jumps between it
    and the table's edge. A leaf or a lamp hangs above.
    """
    window = widened(segment.window, MARGIN_PX - NEAR_PX, around.support.shape)
    scene, support = around.scene.window(window), around.support[window]
    top, left = (
        segment.window[0].start - window[0].start,
        segment.window[1].start - window[1].start,
    )
    inner = np.flatnonzero(segment.mask.any(axis=0))
    bottom = top + segment.mask.shape[0] - 1 - np.argmax(segment.mask[::-1, inner], axis=0)
    columns = left + inner
    under = np.minimum(bottom + _UNDER_PX, support.shape[0] - 1)
    seen = support[under, columns] & (scene.points[bottom, columns, 2] > 0)
    if np.count_nonzero(seen) < _FOOT_SEEN * len(seen):
        return False
    bottom, under, columns = bottom[seen], under[seen], columns[seen]
    gap = median(scene.ground[bottom, columns, 1] - scene.ground[under, columns, 1])
    own = around.scene.window(segment.window)
    afloat = percentiles(own.height[segment.mask & own.valid], (2,))[0] > _AFLOAT_M
    if gap > _GAP_M or (afloat and gap < -_OVER_M):
        return True
    return _is_behind_edge(scene, bottom, columns)


def _is_behind_edge(scene: TabletopScene, bottom: IndexArray, columns: IndexArray) -> bool:
    """Whether the depth drops to a nearer support below the pixels of a lower rim.

    Args:
        scene: the window of a thing.
        bottom: (n,) rows of the pixels.
        columns: (n,) their columns.
    """
    last = scene.height.shape[0] - 1
    rows = np.minimum(bottom + np.arange(3, MARGIN_PX)[:, None], last)
    z, height = scene.points[rows, columns, 2], scene.height[rows, columns]
    tolerance = scene.tolerance[rows, columns]
    level = np.abs(height) < 3 * tolerance
    drops = level[:-2] & level[2:] & (z[:-2] - z[2:] > jump_limit(tolerance[:-2])) & (z[2:] > 0)
    return bool(np.count_nonzero(drops.any(axis=0)) > _BEHIND_SHARE * len(columns))
