"""Objects above a support plane, as masks, from one RGB-D image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, Int32Array
from .bond import Bond
from .containers import join_containers
from .kernels import square
from .merging import Merged, merge_fragments
from .objecthood import NEAR_PX, Surroundings, filled, is_object
from .patches import add_patches
from .scene import Segment, TabletopScene, Window, widened
from .segmentation_settings import SegmentationSettings
from .surfaces import crease_reach, cut_surfaces

# Score that a thing of two large parts of two paints is one thing. Chosen: cartons and caps are
# more frequent than things that touch without a corner between them.
_IN_DOUBT = 0.6
# Fewer readings do not tell where an object is. Chosen: a patch of 4 x 5.
_MIN_READINGS = 20
# Only what is around raised readings is looked at: so many pixels, and where this share of a few
# neighbours is raised. Chosen: holes are closed over 14 px, and a thing's surroundings tell what
# it is over 32; a third of the readings may be missing.
_ROOM_PX, _DENSE = 48, 0.3


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
    window, names = _raised_window(scene, settings), scene.paint_names
    owners = np.zeros(scene.height.shape, np.int32)
    containers, merged = frozenset[int](), Merged(owners)
    if window is not None:
        part, support = scene.window(window), scene.support[window]
        solid = part.completed
        foreground = _foreground(solid, settings)
        check()
        reach = crease_reach(scene.height.shape)
        limit = settings.min_area_px // 3
        labels = cut_surfaces(solid, names[window], foreground, limit, reach)
        check()
        merged = merge_fragments(solid, labels)
        check()
        labels, containers = join_containers(solid, merged.labels, foreground, support)
        check()
        around = Surroundings(solid, support, _ground_hull(scene))
        owners[window] = _objects(around, labels, foreground, settings)
    check()
    add_patches(scene, owners, scene.support, settings.min_area_px)
    found = {
        label: replace(
            segment,
            is_open=label in containers,
            one_thing=_IN_DOUBT if label in merged.doubtful else 1.0,
        )
        for label, segment in Segment.from_labels(owners).items()
        if segment.area >= settings.min_area_px
        and np.count_nonzero(segment.mask & scene.valid[segment.window]) >= _MIN_READINGS
    }
    return _bound(found, merged, owners if window is None else owners[window])


def _bound(found: Mapping[int, Segment], merged: Merged, owners: Int32Array) -> list[Segment]:
    """Segments, largest first, each with its bonds to others.

    Args:
        found: segments by label.
        merged: what they were made of.
        owners: (rows, columns) their labels where this was.
    """
    order = sorted(found, key=lambda label: -found[label].area)
    number = {label: index for index, label in enumerate(order)}
    bonds: dict[int, list[tuple[int, Bond]]] = {label: [] for label in order}
    for bond in merged.bonds:
        part, whole = (int(owners[merged.places[k]]) for k in (bond.part, bond.whole))
        if part != whole and part in number and whole in number:
            bonds[part].append((number[whole], bond))
    return [replace(found[label], bonds=tuple(bonds[label])) for label in order]


def _raised_window(scene: TabletopScene, settings: SegmentationSettings) -> Window | None:
    """Rows and columns that hold what is raised above the support, with room around it."""
    dense = cv2.blur(_above(scene, settings).view(np.uint8) * np.uint8(255), (5, 5))
    x, y, width, height = cv2.boundingRect((dense > 255 * _DENSE).view(np.uint8))
    if not width:
        return None
    rows, columns = slice(y, y + height), slice(x, x + width)
    return widened((rows, columns), _ROOM_PX, scene.height.shape)


def _objects(
    around: Surroundings, labels: Int32Array, foreground: BoolArray, settings: SegmentationSettings
) -> Int32Array:
    """The labels (rows, columns) of surfaces that are things on the support, with their gaps.

    Args:
        around: what they are seen in.
        labels: (rows, columns) of surfaces.
        foreground: (rows, columns) what is raised above the support.
        settings: what counts as an object.
    """
    owners = np.zeros(labels.shape, np.int32)
    for label, segment in Segment.from_labels(labels, NEAR_PX).items():
        if segment.area >= settings.min_area_px and is_object(around, segment, settings):
            mask = filled(
                around.scene.window(segment.window), segment.mask, foreground[segment.window]
            )
            owners[segment.window][mask] = label
    return owners


def _foreground(scene: TabletopScene, settings: SegmentationSettings) -> BoolArray:
    """Pixels higher above the support than noise explains."""
    above = _above(scene, settings)
    kernel = square(3)
    return cv2.morphologyEx(above.view(np.uint8), cv2.MORPH_OPEN, kernel).view(bool)


def _above(scene: TabletopScene, settings: SegmentationSettings) -> BoolArray:
    """Pixels with a reading higher above the support than noise explains."""
    height = scene.height
    above = scene.valid & (height > settings.min_height + scene.tolerance)
    above &= height < settings.max_height
    return above


def _ground_hull(scene: TabletopScene) -> Float32Array:
    """Convex hull (n, 2) of the visible support along its axes, m."""
    coarse = scene.support[::2, ::2]
    row, column = np.divmod(np.flatnonzero(coarse)[::3], coarse.shape[1])
    base = scene.ground[2 * row, 2 * column]
    if len(base) < 3:
        return np.zeros((0, 2), np.float32)
    return np.asarray(cv2.convexHull(base)[:, 0], np.float32)
