"""Objects above a support plane, as masks, from one RGB-D image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, IndexArray, Int32Array
from ...errors import ParameterError
from ...settings import Settings, setting
from .containers import join_containers
from .merging import merge_fragments
from .patches import add_patches
from .percentiles import percentiles
from .scene import MARGIN_PX, Segment, TabletopScene, Window, widened
from .surfaces import cut_surfaces, jump_limit

# Score that a thing of two large parts of two paints is one thing. Chosen: cartons and caps are
# more frequent than things that touch without a corner between them.
_IN_DOUBT = 0.6
# Fewer readings do not tell where an object is. Chosen: a patch of 4 x 5.
_MIN_READINGS = 20
# Only what is around raised readings is looked at: so many pixels, and where this share of a few
# neighbours is raised. Chosen: holes are closed over 14 px, and a thing's surroundings tell what it
# is over 32; a third of the readings may be missing.
_ROOM_PX, _DENSE = 48, 0.3


@dataclass(frozen=True)
class SegmentationSettings(Settings):
    """What counts as an object."""

    working_width_px: int = setting(
        640, 'Wider images are reduced to about this width before segmentation.',
        unit='px', low=64, high=8192,
    )  # fmt: skip
    min_height: float = setting(
        0.004, "An object's top is at least this high above the support, besides noise.",
        unit='m', low=0.0, high=1.0, former=('min_height_m',),
    )  # fmt: skip
    max_height: float = setting(
        0.6, 'Points higher than this above the support are not looked at.',
        unit='m', low=0.01, high=10.0, former=('max_height_m',),
    )  # fmt: skip
    min_area_px: int = setting(
        150, 'Segments of fewer pixels of the working image are dropped.',
        unit='px', low=1, high=2**26,
    )  # fmt: skip
    min_size: float = setting(
        0.015, 'Segments whose longest side is shorter are dropped.',
        unit='m', low=0.0, high=10.0, former=('min_size_m',),
    )  # fmt: skip
    max_size: float = setting(
        0.6, 'Segments whose longest side is longer are background.',
        unit='m', low=0.01, high=10.0, former=('max_size_m',),
    )  # fmt: skip
    edge_margin: float = setting(
        0.02, 'How far beyond the visible support an object may stand.',
        unit='m', low=0.0, high=1.0, former=('edge_margin_m',),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        for low, high in (('min_height', 'max_height'), ('min_size', 'max_size')):
            if getattr(self, low) >= getattr(self, high):
                raise ParameterError(
                    f'{low} {getattr(self, low)} m must be less than {high} '
                    f'{getattr(self, high)} m'
                )


def segment(
    scene: TabletopScene,
    settings: SegmentationSettings,
    check: Callable[[], None] = lambda: None,
) -> list[Segment]:
    """The objects that stand on the support, largest first.

    Args:
        scene: the reduced frame.
        settings: what counts as an object.
        check: called between steps; raises to stop the work.
    """
    window = _raised_window(scene, settings)
    owners = np.zeros(scene.height.shape, np.int32)
    containers, doubtful = frozenset[int](), frozenset[int]()
    if window is not None:
        part, support = scene.window(window), scene.support[window]
        solid = part.completed
        foreground = _foreground(solid, settings)
        check()
        reach = max(4, scene.height.shape[1] // 100)
        labels = cut_surfaces(solid, foreground, settings.min_area_px // 3, reach)
        check()
        labels, doubtful = merge_fragments(solid, labels)
        check()
        labels, containers = join_containers(solid, labels, foreground, support)
        check()
        owners[window] = _objects(solid, labels, foreground, support, _ground_hull(scene), settings)
    check()
    add_patches(scene, owners, scene.support, settings.min_area_px)
    kept = [
        replace(
            segment,
            is_open=label in containers,
            one_thing=_IN_DOUBT if label in doubtful else 1.0,
        )
        for label, segment in Segment.from_labels(owners).items()
        if segment.area >= settings.min_area_px
        and (segment.mask & scene.valid[segment.window]).sum() >= _MIN_READINGS
    ]
    return sorted(kept, key=lambda segment: -segment.area)


def _raised_window(scene: TabletopScene, settings: SegmentationSettings) -> Window | None:
    """Rows and columns that hold what is raised above the support, with room around it."""
    dense = cv2.blur(_above(scene, settings).view(np.uint8) * np.uint8(255), (5, 5))
    x, y, width, height = cv2.boundingRect((dense > 255 * _DENSE).view(np.uint8))
    if not width:
        return None
    rows, columns = slice(y, y + height), slice(x, x + width)
    return widened((rows, columns), _ROOM_PX, scene.height.shape)


def _objects(
    solid: TabletopScene,
    labels: Int32Array,
    foreground: BoolArray,
    support: BoolArray,
    hull: Float32Array,
    settings: SegmentationSettings,
) -> Int32Array:
    """The labels (rows, columns) of surfaces that are things on the support, with their gaps.

    Args:
        solid: the working image, its holes closed.
        labels: (rows, columns) of surfaces.
        foreground: (rows, columns) what is raised above the support.
        support: (rows, columns) where the bare support is seen.
        hull: (n, 2) outline of the support along its axes, m.
        settings: what counts as an object.
    """
    owners = np.zeros(labels.shape, np.int32)
    for label, segment in Segment.from_labels(labels).items():
        if segment.area < settings.min_area_px:
            continue
        window = solid.window(segment.window)
        if _is_object(window, segment.mask, support[segment.window], hull, settings):
            filled = _fill(window, segment.mask, foreground[segment.window])
            owners[segment.window][filled] = label
    return owners


def _fill_gaps(mask: BoolArray) -> BoolArray:
    """A mask (rows, columns) with its gaps and inner holes closed."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return np.asarray(filled, bool)


def _is_object(
    scene: TabletopScene,
    mask: BoolArray,
    support: BoolArray,
    hull: Float32Array,
    settings: SegmentationSettings,
) -> bool:
    """Whether a segment in the window of a scene is a thing on the support."""
    return (
        _has_size(scene, mask, settings)
        and _stands_on(scene, mask, hull, settings)
        and not _goes_below(scene, mask)
        and not _hangs(scene, mask, support)
    )


def _foreground(scene: TabletopScene, settings: SegmentationSettings) -> BoolArray:
    """Pixels higher above the support than noise explains."""
    above = _above(scene, settings)
    kernel = np.ones((3, 3), np.uint8)
    opened = cv2.morphologyEx(above.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return np.asarray(opened, bool)


def _above(scene: TabletopScene, settings: SegmentationSettings) -> BoolArray:
    """Pixels with a reading higher above the support than noise explains."""
    height = scene.height
    above = scene.valid & (height > settings.min_height + scene.tolerance)
    above &= height < settings.max_height
    return above


def _has_size(scene: TabletopScene, mask: BoolArray, settings: SegmentationSettings) -> bool:
    """Whether a segment has an object's size."""
    rows, columns = _some(mask, 1000)
    low, high = percentiles(scene.points[rows, columns], (2, 98))
    size = float((high - low).max())
    return settings.min_size < size < settings.max_size


def _some(mask: BoolArray, count: int) -> tuple[IndexArray, IndexArray]:
    """Rows and columns of at most about count of a mask's pixels, evenly drawn."""
    index = np.flatnonzero(mask)
    rows, columns = np.divmod(index[:: len(index) // count + 1], mask.shape[1])
    return rows, columns


def _ground_hull(scene: TabletopScene) -> Float32Array:
    """Convex hull (n, 2) of the visible support along its axes, m."""
    base = np.ascontiguousarray(scene.ground[::2, ::2][scene.support[::2, ::2]][::3])
    if len(base) < 3:
        return np.zeros((0, 2), np.float32)
    return np.asarray(cv2.convexHull(base)[:, 0], np.float32)


def _stands_on(
    scene: TabletopScene, mask: BoolArray, region: Float32Array, settings: SegmentationSettings
) -> bool:
    """Whether the lower part of a segment lies over the support."""
    if len(region) == 0:
        return False
    low = mask & (scene.height <= percentiles(scene.height[mask], (25,))[0])
    base = scene.ground[_some(low, 40)]
    inside = [
        cv2.pointPolygonTest(region, (float(x), float(y)), True) > -settings.edge_margin
        for x, y in base
    ]
    return float(np.mean(inside)) > 0.5


def _goes_below(scene: TabletopScene, mask: BoolArray) -> bool:
    """Whether a segment goes on below the support, as chairs and people behind a table do."""
    ring = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool) & ~mask
    ring &= scene.valid
    if not ring.any():
        return False
    z = scene.depth[mask]
    z = z[:: len(z) // 500 + 1]
    near = np.abs(scene.depth - np.median(z)) < 0.06 + np.ptp(percentiles(z, (5, 95)))
    below = ring & near & (scene.height < -3 * scene.tolerance)
    return bool(below.sum() > 0.08 * ring.sum())


def _hangs(scene: TabletopScene, mask: BoolArray, support: BoolArray) -> bool:
    """Whether a segment has a gap to the support that is seen right under it in the image.

    A chair behind a table passes the table's height out of its reach: the depth jumps between it
    and the table's edge. A leaf or a lamp hangs above.
    """
    columns = np.flatnonzero(mask.any(axis=0))
    bottom = mask.shape[0] - 1 - np.argmax(mask[::-1, columns], axis=0)
    last = mask.shape[0] - 1
    under = np.minimum(bottom + 5, last)
    seen = support[under, columns] & scene.valid[bottom, columns]
    if seen.mean() < 0.3:
        return False
    away = scene.ground[..., 1]
    gap = np.median(away[bottom, columns][seen] - away[under, columns][seen])
    floating = bool(percentiles(scene.height[mask & scene.valid], (2,))[0] > 0.06)
    return bool(gap > 0.05 or (floating and gap < -0.08)) or _is_behind_edge(
        scene, bottom[seen], columns[seen]
    )


def _is_behind_edge(scene: TabletopScene, bottom: IndexArray, columns: IndexArray) -> bool:
    """Whether the depth drops to a nearer support below the pixels (n,), (n,) of a lower rim."""
    last = scene.height.shape[0] - 1
    rows = np.minimum(bottom + np.arange(3, MARGIN_PX)[:, None], last)
    z, height = scene.depth[rows, columns], scene.height[rows, columns]
    tolerance = scene.tolerance[rows, columns]
    level = np.abs(height) < 3 * tolerance
    drops = level[:-2] & level[2:] & (z[:-2] - z[2:] > jump_limit(tolerance[:-2])) & (z[2:] > 0)
    return bool(drops.any(axis=0).mean() > 0.6)


def _fill(scene: TabletopScene, mask: BoolArray, foreground: BoolArray) -> BoolArray:
    """The mask with its inner holes closed, but for what is seen through a handle."""
    away = scene.ground[..., 1]
    farthest = percentiles(away[mask & scene.valid], (98,))[0]
    behind = scene.valid & (away > farthest + scene.tolerance)
    return _fill_gaps(mask) & (mask | ~(foreground | behind))
