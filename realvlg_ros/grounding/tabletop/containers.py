"""Containers: what is low within a closed rim belongs to it, but for things that lie there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, Int32Array
from .kernels import square
from .likeness import is_same_paint, median_lab
from .percentiles import percentiles
from .scene import TabletopScene, Window

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
# A rim that is no surface of its own is at least so high, m. Chosen: above the noise of a support.
_THIN_RIM_M = 0.03
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
    scene: TabletopScene, labels: Int32Array, raised: BoolArray, support: BoolArray
) -> tuple[Int32Array, frozenset[int]]:
    """Labels (rows, columns) in which the inside of a container has its rim's, and its label.

    Args:
        scene: the working image, its holes closed.
        labels: of surfaces.
        raised: (rows, columns) what is above the support.
        support: (rows, columns) where the bare support is seen.
    """
    if not raised.any() or not support.any():
        return labels, frozenset()
    joined, support_lab = labels, median_lab(scene.color, support)
    containers: set[int] = set()
    for hole in _holes(scene, raised):
        rim = _Rim.of(scene, joined, hole)
        if rim is None:
            continue
        if _is_wide(rim.view, rim.inside):
            joined = _without_walls(scene, joined, rim)
        elif is_same_paint(rim.paint, support_lab) or not is_same_paint(
            rim.floor_lab, support_lab
        ):
            joined = _fill(scene, joined, rim)
            containers.add(rim.label)
    return joined, frozenset(containers)


def _holes(scene: TabletopScene, raised: BoolArray) -> list[_Hole]:
    """Holes of the height image among what is raised, each at its highest level.

    Args:
        scene: the working image.
        raised: (rows, columns) what is above the support.
    """
    x, y, width, height = cv2.boundingRect(raised.astype(np.uint8))
    part = np.s_[y : y + height, x : x + width]
    heights = np.where(scene.valid[part], scene.height[part], np.float32(np.inf))
    own = raised[part]
    top = percentiles(heights[own & np.isfinite(heights)][::7], (99,))[0] if own.any() else 0.0
    coarse, found = _coarse(heights), []
    taken = np.zeros(coarse.shape, bool)
    level = min(float(top), _HIGHEST_M)
    while level > _LEVEL_M / 2:
        for inside in _enclosed(coarse > level):
            if np.count_nonzero(taken & inside) <= 0.5 * np.count_nonzero(inside):
                taken |= inside
                whole = cv2.resize(
                    inside.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
                )
                mask = np.zeros(raised.shape, bool)
                mask[part] = whole > 0
                found.append(_Hole(mask, level))
        level -= max(_LEVEL_M, 0.12 * level)
    return sorted(found, key=lambda hole: -np.count_nonzero(hole.mask))


def _enclosed(above: BoolArray) -> Iterator[BoolArray]:
    """Solid holes (rows, columns) in what is above a level."""
    kernel = square(_GAP_PX)
    closed = cv2.morphologyEx(above.view(np.uint8), cv2.MORPH_CLOSE, kernel)
    contours, tree = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = [] if tree is None else tree[0][:, 3]
    for contour, parent in zip(contours, parents, strict=True):
        # A contour of fewer points cannot hold so many pixels.
        if parent < 0 or len(contour) ** 2 < 4 * _LEAST_PIXELS:
            continue
        area = cv2.contourArea(contour)
        if area < _LEAST_PIXELS:
            continue
        if area >= _SOLID * cv2.contourArea(cv2.convexHull(contour)):
            mask = np.zeros(closed.shape, np.uint8)
            cv2.drawContours(mask, [contour], -1, 1, cv2.FILLED)
            yield np.asarray((mask > 0) & (closed == 0))


def _coarse(height: Float32Array) -> Float32Array:
    """The highest of every few pixels (rows, columns)."""
    widened = cv2.dilate(height, square(_STRIDE))
    return np.ascontiguousarray(widened[::_STRIDE, ::_STRIDE])


@dataclass(frozen=True)
class _Rim:
    """What surrounds a hole, in a window around it.

    Attributes:
        part: the window.
        view: the scene in it.
        own: (h, w) labels in it.
        inside: (h, w) True in the hole.
        near: (h, w) True in and around the hole.
        mask: (h, w) True on what surrounds it and is as high.
        label: that most of this has.
        paint: (3,) its colour, CIELAB.
    """

    part: Window
    view: TabletopScene
    own: Int32Array
    inside: BoolArray
    near: BoolArray
    mask: BoolArray
    label: int
    paint: Float32Array

    @classmethod
    def of(cls, scene: TabletopScene, labels: Int32Array, hole: _Hole) -> _Rim | None:
        """The rim of a hole; None where too little of it is seen.

        Args:
            scene: the working image.
            labels: (rows, columns).
            hole: in it.
        """
        size = 2 * _RIM_PX + 1
        x, y, width, height = cv2.boundingRect(hole.mask.astype(np.uint8))
        part = np.s_[max(y - size, 0) : y + height + size, max(x - size, 0) : x + width + size]
        inside, own, view = hole.mask[part], labels[part], scene.window(part)
        near = cv2.dilate(inside.astype(np.uint8), square(size)) > 0
        rim = near & ~inside & view.valid & (view.height > hole.level - _LEVEL_M)
        beside = np.count_nonzero(near & ~inside)
        seen = np.count_nonzero(rim) > _CLOSED * beside and (inside & view.valid).any()
        if not seen or not _is_level(view, rim, hole.level):
            return None
        label = int(np.bincount(own[rim]).argmax())
        paint = median_lab(view.color, rim & (own == label))
        # A rim that is too thin for a surface, as that of a mug from above, is one by itself.
        if not label and hole.level < _THIN_RIM_M:
            return None
        label = label or int(labels.max()) + 1
        return cls(part, view, own, inside, near, rim, label, paint)

    @property
    def floor_lab(self) -> Float32Array:
        """Colour (3,) of what lies lowest in the hole, CIELAB."""
        lowest = self.inside & ((self.own == 0) | (self.own == self.label))
        return median_lab(self.view.color, lowest if lowest.any() else self.inside)

    def has_paint(self, label: int) -> bool:
        """Whether a surface in the window has the rim's colour."""
        return is_same_paint(median_lab(self.view.color, self.own == label), self.paint)

    def around(self) -> list[int]:
        """Labels in and around the hole."""
        return [int(k) for k in np.unique(self.own[self.near]) if k]


def _without_walls(scene: TabletopScene, labels: Int32Array, rim: _Rim) -> Int32Array:
    """Labels without the walls of a bin or tray: what ends at its rim and has its paint.

    Args:
        scene: the working image.
        labels: (rows, columns).
        rim: around a hole that is too wide for a thing.
    """
    walls = [
        k
        for k in rim.around()
        if k == rim.label or (rim.has_paint(k) and _ends_at(scene, labels == k, rim))
    ]
    return np.where(np.isin(labels, walls), 0, labels).astype(np.int32)


def _fill(scene: TabletopScene, labels: Int32Array, rim: _Rim) -> Int32Array:
    """Labels in which what lies within a rim, and its other pieces, have its label.

    Args:
        scene: the working image.
        labels: (rows, columns).
        rim: of a container.
    """
    filled = labels.copy()
    for k in rim.around():
        whole = labels == k
        alike = rim.has_paint(k)
        size = np.count_nonzero(whole)
        speck = size < _SPECK * np.count_nonzero(rim.inside)
        within = np.count_nonzero((rim.own == k) & rim.near) > _MOSTLY * size
        if (within and (alike or speck)) or (alike and _ends_at(scene, whole, rim)):
            filled[whole] = rim.label
    window = filled[rim.part]
    window[(rim.inside | rim.mask) & (window == 0)] = rim.label
    return filled


def _ends_at(scene: TabletopScene, surface: BoolArray, rim: _Rim) -> bool:
    """Whether a surface ends at the height of a rim, as the outer wall does.

    Args:
        scene: the working image.
        surface: (rows, columns) in it.
        rim: of a container.
    """
    index = np.flatnonzero(surface & scene.valid)
    if not len(index):
        return False
    top = float(percentiles(scene.height.ravel()[index[:: len(index) // 500 + 1]], (95,))[0])
    level = float(np.median(rim.view.height[rim.mask]))
    return abs(top - level) < _UNEVEN_M + 0.5 * float(np.median(rim.view.tolerance[rim.mask]))


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
