"""Containers: what is low within a closed rim belongs to it, but for things that lie there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array, Int32Array
from .likeness import is_same_paint, median_lab
from .percentiles import percentiles
from .scene import TabletopScene

# Rims are looked for at heights this far apart, m, up to this one. Chosen: the wall of a plate;
# what stands on tables is rarely a taller container.
_LEVEL_M, _HIGHEST_M = 0.01, 0.26
# Rims are looked for in every other pixel, and holes of fewer pixels are none. Chosen: a mug seen
# from low shows more.
_STRIDE = 2
_LEAST_PIXELS = 30
# Gaps of a rim, strided pixels, are closed. Chosen: the noise at edges.
_GAP_PX = 3
# A rim is level within so much, m, and this share of its height. Chosen: noise at edges; things
# that stand around a place differ by more.
_UNEVEN_M, _UNEVEN_SHARE = 0.012, 0.15
# A hole that is wider, m, is a place among things, and one that fills less of its hull. Chosen:
# the widest bowl; handles and noise dent a rim.
_WIDEST_M, _SOLID = 0.32, 0.75
# A surface lies in a container with this share of it; a smaller one than this share of the hole
# is a reflection. Chosen: most of it.
_MOSTLY, _SPECK = 0.7, 0.04
# A rim is seen around this share of a hole at least. Chosen: thin ones are lost in part.
_CLOSED = 0.25
# Pixels that lie on a rim are around its hole, within so many pixels. Chosen: a wall of 5 mm.
_RIM_PX = 4


@dataclass(frozen=True)
class _Hole:
    """What is lower than its whole surroundings.

    Attributes:
        mask: (rows, columns) of the image.
        level: height of what surrounds it at least, m.
    """

    mask: BoolArray
    level: float


def join_containers(
    scene: TabletopScene, labels: Int32Array, support: BoolArray
) -> tuple[Int32Array, frozenset[int]]:
    """Labels (rows, columns) in which the inside of a container has its rim's, and its label.

    Args:
        scene: the working image, its holes closed.
        labels: of surfaces.
        support: (rows, columns) where the bare support is seen.
    """
    if not labels.any() or not support.any():
        return labels, frozenset()
    joined, support_lab = labels, median_lab(scene.color, support)
    containers: set[int] = set()
    for hole in _holes(scene):
        joined, label = _fill(scene, joined, hole, support_lab)
        containers |= {label} if label else set()
    return joined, frozenset(containers)


def _holes(scene: TabletopScene) -> list[_Hole]:
    """Holes of the height image, each at its highest level, the widest first."""
    height = np.where(scene.valid, scene.height, np.float32(np.inf))
    coarse = _coarse(height)
    finite = coarse[np.isfinite(coarse)]
    top = min(float(finite.max(initial=0.0)), _HIGHEST_M)
    found: list[tuple[float, ByteArray]] = []
    kernel = np.ones((_GAP_PX, _GAP_PX), np.uint8)
    taken = np.zeros(coarse.shape, bool)
    for level in np.arange(top, _LEVEL_M / 2, -_LEVEL_M):
        above = cv2.morphologyEx((coarse > level).astype(np.uint8), cv2.MORPH_CLOSE, kernel)
        contours, tree = cv2.findContours(above, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        if tree is None:
            continue
        for contour, (_, _, _, parent) in zip(contours, tree[0], strict=True):
            area = cv2.contourArea(contour)
            if parent < 0 or area < _LEAST_PIXELS:
                continue
            if area < _SOLID * cv2.contourArea(cv2.convexHull(contour)):
                continue
            mask = np.zeros(coarse.shape, np.uint8)
            cv2.drawContours(mask, [contour], -1, 1, cv2.FILLED)
            mask[above > 0] = 0
            inside = mask > 0
            if (taken & inside).sum() > 0.5 * inside.sum():
                continue
            taken |= inside
            found.append((float(level), mask))
    size = scene.height.shape[1], scene.height.shape[0]
    return [
        _Hole(cv2.resize(m, size, interpolation=cv2.INTER_NEAREST) > 0, level)
        for level, m in sorted(found, key=lambda pair: -int(pair[1].sum()))
    ]


def _coarse(height: Float32Array) -> Float32Array:
    """The highest of every few pixels (rows, columns)."""
    widened = cv2.dilate(height, np.ones((_STRIDE, _STRIDE), np.uint8))
    return np.ascontiguousarray(widened[::_STRIDE, ::_STRIDE])


def _fill(
    scene: TabletopScene, labels: Int32Array, hole: _Hole, support_lab: Float32Array
) -> tuple[Int32Array, int]:
    """Labels in which a hole has its rim's, and that label; 0 where it is no container's.

    Args:
        scene: the working image.
        labels: (rows, columns).
        hole: in it.
        support_lab: (3,) colour of the bare support.
    """
    size = 2 * _RIM_PX + 1
    x, y, width, height = cv2.boundingRect(hole.mask.astype(np.uint8))
    part = np.s_[max(y - size, 0) : y + height + size, max(x - size, 0) : x + width + size]
    inside, own, view = hole.mask[part], labels[part], scene.window(part)
    near = cv2.dilate(inside.astype(np.uint8), np.ones((size, size), np.uint8)) > 0
    rim = near & ~inside & (own > 0) & view.valid & (view.height > hole.level - _LEVEL_M)
    if rim.sum() < _CLOSED * (near & ~inside).sum() or not (inside & view.valid).any():
        return labels, 0
    label = int(np.bincount(own[rim]).argmax())
    paint = median_lab(view.color, rim & (own == label))
    lowest = inside & ((own == 0) | (own == label))
    bare = lowest.any() and is_same_paint(median_lab(view.color, lowest), support_lab)
    if bare and not is_same_paint(paint, support_lab):
        return labels, 0
    if not _is_level(view, rim, hole.level) or _is_wide(view, inside):
        return labels, 0
    filled = labels.copy()
    for k in np.unique(own[near])[np.unique(own[near]) > 0]:
        surface = own == k
        whole = labels == k
        alike = is_same_paint(median_lab(view.color, surface), paint)
        speck = whole.sum() < _SPECK * inside.sum()
        within = (surface & near).sum() > _MOSTLY * whole.sum()
        if (within and (alike or speck)) or (alike and _ends_at(scene, whole, view, rim)):
            filled[whole] = label
    window = filled[part]
    window[inside & (window == 0)] = label
    return filled, label


def _ends_at(
    scene: TabletopScene, surface: BoolArray, view: TabletopScene, rim: BoolArray
) -> bool:
    """Whether a surface ends at the height of a rim, as the outer wall does.

    Args:
        scene: the working image.
        surface: (rows, columns) in it.
        view: the window of the hole.
        rim: (h, w) in that window.
    """
    index = np.flatnonzero(surface & scene.valid)
    if not len(index):
        return False
    top = float(percentiles(scene.height.ravel()[index[:: len(index) // 500 + 1]], (95,))[0])
    level, tolerance = float(np.median(view.height[rim])), float(np.median(view.tolerance[rim]))
    return abs(top - level) < _UNEVEN_M + 0.5 * tolerance


def _is_level(view: TabletopScene, rim: BoolArray, level: float) -> bool:
    """Whether what surrounds a hole ends at one height.

    Args:
        view: the window of the hole.
        rim: (h, w) what surrounds it.
        level: its least height, m.
    """
    low, high = percentiles(view.height[rim], (10, 90))
    limit = _UNEVEN_M + _UNEVEN_SHARE * level + float(np.median(view.tolerance[rim]))
    return bool(high - low < limit)


def _is_wide(view: TabletopScene, inside: BoolArray) -> bool:
    ground = view.ground[inside & view.valid]
    low, high = percentiles(ground[:: len(ground) // 500 + 1], (2, 98))
    return bool((high - low).max() > _WIDEST_M)
