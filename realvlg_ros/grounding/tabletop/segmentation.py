"""Objects above a support plane, as masks, from one RGB-D image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .merging import merge_fragments
from .scene import Scene

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]
LabelArray = npt.NDArray[np.int32]


@dataclass(frozen=True)
class SegmentationSettings:
    """What counts as an object.

    Attributes:
        working_width_px: wider images are reduced to about this width before segmentation.
        min_height_m: an object's top is at least this high above the support, besides noise.
        max_height_m: points higher than this above the support are not looked at.
        min_area_px: smaller segments are dropped, pixels of the working image.
        min_size_m: segments whose longest side is shorter are dropped.
        max_size_m: segments whose longest side is longer are background.
        edge_margin_m: how far beyond the visible support an object may stand.
    """

    working_width_px: int = 640
    min_height_m: float = 0.004
    max_height_m: float = 0.6
    min_area_px: int = 100
    min_size_m: float = 0.015
    max_size_m: float = 0.6
    edge_margin_m: float = 0.04


def segment(
    scene: Scene,
    settings: SegmentationSettings,
    check: Callable[[], None] = lambda: None,
) -> list[BoolArray]:
    """Masks (rows, columns) of the objects that stand on the support, largest first.

    Args:
        scene: the reduced frame.
        settings: what counts as an object.
        check: called between steps; raises to stop the work.
    """
    foreground = _foreground(scene, settings)
    check()
    labels = _split(scene, foreground, settings)
    check()
    labels = merge_fragments(scene, labels)
    masks = [mask for mask in _masks(labels) if _is_object(scene, mask, settings)]
    on_support = _support_region(scene)
    masks = [
        mask
        for mask in masks
        if _stands_on(scene, mask, on_support, settings) and not _goes_below(scene, mask)
    ]
    masks.sort(key=lambda mask: -int(mask.sum()))
    return [_fill(mask, foreground) for mask in masks]


def _foreground(scene: Scene, settings: SegmentationSettings) -> BoolArray:
    """Pixels higher above the support than noise explains."""
    height = scene.height
    above = scene.valid & (height > settings.min_height_m + scene.noise)
    above &= height < settings.max_height_m
    kernel = np.ones((3, 3), np.uint8)
    opened = cv2.morphologyEx(above.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return np.asarray(opened, bool)


def _split(scene: Scene, foreground: BoolArray, settings: SegmentationSettings) -> LabelArray:
    """Label connected surfaces, cut where depth jumps or bends inward; 0 is background."""
    cut = _depth_jumps(scene) | _creases(scene)
    core = (foreground & ~cut).astype(np.uint8)
    core = cv2.morphologyEx(core, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < settings.min_area_px // 3
    labels[small[labels]] = 0
    return _grow(labels, foreground, scene.points[..., 2])


def _depth_jumps(scene: Scene) -> BoolArray:
    """Pixels whose neighbours two pixels apart differ in depth more than a surface does."""
    z = scene.points[..., 2]
    limit = 0.008 + 2 * scene.noise
    jumps = np.zeros(z.shape, bool)
    across = np.abs(z[:, 2:] - z[:, :-2]) > limit[:, 1:-1]
    along = np.abs(z[2:] - z[:-2]) > limit[1:-1]
    jumps[:, 1:-1] |= across & (z[:, 2:] > 0) & (z[:, :-2] > 0)
    jumps[1:-1] |= along & (z[2:] > 0) & (z[:-2] > 0)
    return jumps


def _creases(scene: Scene) -> BoolArray:
    """Pixels deeper than the middle of their neighbours: where two things touch."""
    z = cv2.medianBlur(np.ascontiguousarray(scene.points[..., 2]), 5)
    reach = max(4, z.shape[1] // 100)
    deep = np.zeros(z.shape, bool)
    middle = (z[:, 2 * reach :] + z[:, : -2 * reach]) / 2
    both = (z[:, 2 * reach :] > 0) & (z[:, : -2 * reach] > 0)
    inner = z[:, reach:-reach]
    deep[:, reach:-reach] = both & (inner - middle > 0.004 + scene.noise[:, reach:-reach])
    return deep


def _grow(labels: LabelArray, foreground: BoolArray, z: FloatArray) -> LabelArray:
    """Give the foreground left over to the nearest label at a similar depth."""
    background = (labels == 0).astype(np.uint8)
    distance, nearest = cv2.distanceTransformWithLabels(
        background, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(labels)
    source = np.zeros(nearest.max() + 1, np.int64)
    source[nearest[rows, columns]] = rows * labels.shape[1] + columns
    origin = source[nearest]
    near = foreground & (labels == 0) & (distance < 8)
    near &= np.abs(z - z.ravel()[origin]) < 0.03
    return np.where(near, labels.ravel()[origin], labels).astype(np.int32)


def _masks(labels: LabelArray) -> list[BoolArray]:
    """One mask per label."""
    return [labels == label for label in np.unique(labels) if label]


def _is_object(scene: Scene, mask: BoolArray, settings: SegmentationSettings) -> bool:
    """Whether a segment has an object's size."""
    if mask.sum() < settings.min_area_px:
        return False
    points = scene.points[mask]
    low, high = np.percentile(points, [2, 98], axis=0)
    size = float((high - low).max())
    return settings.min_size_m < size < settings.max_size_m


def _support_region(scene: Scene) -> FloatArray:
    """Convex hull (n, 2) of the visible support along its axes, m."""
    on_plane = scene.valid & (np.abs(scene.height) < 1.5 * scene.noise)
    opened = cv2.morphologyEx(on_plane.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas > 0.1 * areas.max()
    region = keep[labels] if areas.max() > 0 else on_plane
    base = np.ascontiguousarray(scene.ground[region][::7])
    if len(base) < 3:
        return np.zeros((0, 2), np.float32)
    return np.asarray(cv2.convexHull(base)[:, 0], np.float32)


def _stands_on(
    scene: Scene, mask: BoolArray, region: FloatArray, settings: SegmentationSettings
) -> bool:
    """Whether the lower part of a segment lies over the support."""
    if len(region) == 0:
        return False
    height = scene.height[mask]
    low = height <= np.percentile(height, 25)
    base = scene.ground[mask][low]
    base = base[:: max(1, len(base) // 40)]
    inside = [
        cv2.pointPolygonTest(region, (float(x), float(y)), True) > -settings.edge_margin_m
        for x, y in base
    ]
    return float(np.mean(inside)) > 0.5


def _goes_below(scene: Scene, mask: BoolArray) -> bool:
    """Whether a segment goes on below the support, as chairs and people behind a table do."""
    ring = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool) & ~mask
    ring &= scene.valid
    if not ring.any():
        return False
    z = scene.points[mask][:, 2]
    near = np.abs(scene.points[..., 2] - np.median(z)) < 0.03 + np.ptp(np.percentile(z, [5, 95]))
    below = ring & near & (scene.height < -3 * scene.noise)
    return bool(below.sum() > 0.08 * ring.sum())


def _fill(mask: BoolArray, foreground: BoolArray) -> BoolArray:
    """The mask with its inner holes closed."""
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return np.asarray(filled, bool) & (mask | ~foreground)
