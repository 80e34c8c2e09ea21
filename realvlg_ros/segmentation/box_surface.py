"""Which of the surfaces that a box shows are the object that the box is meant for.

An object ends where its box does. Of the surfaces into which steps of depth cut what the box
shows, those are meant whose common extent is the box's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import BoolArray, Float32Array, FloatArray, IndexArray, Int32Array
from ..depth_noise import DepthNoise
from ..image_region import nearest_pixel

# Neighbouring pixels of one surface differ in depth by less than this, m, plus the noise. Chosen:
# slanted surfaces pass, the gap between two objects does not.
_STEP_M = 0.008
# Surfaces of fewer pixels, and of a smaller share of the box, are no part of an object; of the
# others, the largest few are looked at. Chosen: speckle is smaller; no object falls into more.
_MIN_PIXELS = 12
_MIN_SHARE = 0.01
_MOST = 12
# Share of a surface's pixels that may lie beyond either end of its extent. Chosen: leaks through
# a blurred edge are thin.
_TAIL = 0.01
# How much of a surface lies in the box, squared, and how central it is there, to this power, count
# beside its extent. Chosen and measured on 176 objects of simulated clutter: of powers of a half
# to two, these took another object least often.
_WITHIN_POWER = 2.0
_CENTRAL_POWER = 0.25
# A further surface of the object makes the extent fit the box better by at least this, has so
# much of itself in the box, and is joined: somewhere along its border, that is at this percentile,
# it is not farther in depth, m, within so many pixels, or where they are nearest. Chosen: a handle
# and the inside of a cup are joined to its wall, a can before a carton is not.
_BETTER = 0.01
_MOSTLY_WITHIN = 0.7
_JOINED_PERCENT = 10
_JOINED_M = 0.02
_JOINED_PX = 6
# Width of the weight that falls from the middle of a box to its sides, in shares of a side.
# Chosen: the middle half weighs most.
_BUMP = 0.3


@dataclass(frozen=True)
class BoxSurfaces:
    """The surfaces in a window around a box.

    Attributes:
        labels: (h, w) number of the surface at each pixel, 0 where there is none.
        chosen: (h, w) True on the surfaces of the object.
        fit: intersection over union of their extent and the box, 0 without any.
    """

    labels: Int32Array
    chosen: BoolArray
    fit: float

    @classmethod
    def find(
        cls, depth: Float32Array, raised: BoolArray, inside: tuple[slice, slice], noise: DepthNoise
    ) -> BoxSurfaces:
        """Cut what is raised at steps of depth, and choose the surfaces of the object.

        Args:
            depth: (h, w) of a window around the box, m, 0 without a reading.
            raised: (h, w) readings that are not of the support.
            inside: the box's rows and columns in the window.
            noise: of the depth.
        """
        labels, count = _cut_at_steps(depth, raised, noise)
        numbers, fit = _Choice(labels, count, inside, depth).make()
        return cls(labels, np.isin(labels, numbers), fit)


def central_weight(rows: int, columns: int) -> FloatArray:
    """Weight (rows, columns) of a box's pixels, 1 in its middle and less toward its sides."""

    def bump(size: int) -> FloatArray:
        place = (np.arange(size) + 0.5) / size - 0.5
        return np.exp(-((place / _BUMP) ** 2))

    return np.asarray(np.outer(bump(rows), bump(columns)))


def extent_fit(rows: IndexArray, columns: IndexArray, inside: tuple[slice, slice]) -> float:
    """Intersection over union of a region's extent and a box.

    Args:
        rows: (h,) number of the region's pixels in each row.
        columns: (w,) the same of each column.
        inside: the box's rows and columns.
    """
    (top, bottom), (left, right) = _extent(rows), _extent(columns)
    height = min(bottom, inside[0].stop) - max(top, inside[0].start)
    width = min(right, inside[1].stop) - max(left, inside[1].start)
    common = max(height, 0) * max(width, 0)
    box = (inside[0].stop - inside[0].start) * (inside[1].stop - inside[1].start)
    return common / max((bottom - top) * (right - left) + box - common, 1)


def _extent(counts: IndexArray) -> tuple[int, int]:
    """First line of a region and the one past its last, without its tails."""
    total = np.cumsum(counts)
    if len(total) == 0 or total[-1] == 0:
        return 0, 0
    ends = np.searchsorted(total, (_TAIL * total[-1], (1 - _TAIL) * total[-1]))
    return int(ends[0]), int(ends[1]) + 1


def _cut_at_steps(
    depth: Float32Array, raised: BoolArray, noise: DepthNoise
) -> tuple[Int32Array, int]:
    """Numbers (h, w) of connected surfaces, from 1, and how many numbers there are with 0."""
    solid = np.where(raised, depth, 0).astype(np.float32)
    # Depth that was resampled has rows and columns of holes, which part nothing.
    solid = np.where(solid > 0, solid, cv2.dilate(solid, np.ones((3, 3), np.uint8)))
    smooth = cv2.medianBlur(solid, 3)
    step = _STEP_M + noise.tolerance(smooth).astype(np.float32)
    edges = np.zeros(raised.shape, bool)
    edges[:, 1:] |= np.abs(np.diff(smooth, axis=1)) > step[:, 1:]
    edges[1:, :] |= np.abs(np.diff(smooth, axis=0)) > step[1:, :]
    whole = ((solid > 0) & ~edges).astype(np.uint8)
    count, labels = cv2.connectedComponents(whole, connectivity=4)
    return np.asarray(labels, np.int32), count


class _Choice:
    """The choice among numbered surfaces."""

    def __init__(
        self, labels: Int32Array, count: int, inside: tuple[slice, slice], depth: Float32Array
    ) -> None:
        self._labels, self._inside, self._depth = labels, inside, depth
        part = labels[inside]
        self._within = np.bincount(part.ravel(), minlength=count)
        self._within[0] = 0
        everywhere = np.bincount(labels.ravel(), minlength=count)
        self._share = self._within / np.maximum(everywhere, 1)
        weight = central_weight(*part.shape)
        self._central = np.bincount(part.ravel(), weight.ravel(), count)
        least = max(_MIN_PIXELS, _MIN_SHARE * part.size)
        largest = np.argsort(-self._within, kind='stable')[:_MOST]
        self._numbers = [int(k) for k in largest if self._within[k] > least]
        self._counts = {k: (labels == k) for k in self._numbers}
        self._lines = {k: (m.sum(axis=1), m.sum(axis=0)) for k, m in self._counts.items()}

    def make(self) -> tuple[list[int], float]:
        """The chosen numbers, and how well their extent fits the box."""
        if not self._numbers:
            return [], 0.0
        score = {k: self._score(k) for k in self._numbers}
        chosen = [max(score, key=score.__getitem__)]
        rows, columns = self._lines[chosen[0]]
        fit = extent_fit(rows, columns, self._inside)
        rest = [k for k in self._numbers if k != chosen[0] and self._share[k] > _MOSTLY_WITHIN]
        while rest:
            better = {k: self._fit_with(rows, columns, k) for k in rest}
            best = max(better, key=better.__getitem__)
            if better[best] < fit + _BETTER:
                break
            rest.remove(best)
            if self._is_joined(chosen, best):
                chosen.append(best)
                rows, columns = rows + self._lines[best][0], columns + self._lines[best][1]
                fit = better[best]
        return chosen, fit

    def _score(self, number: int) -> float:
        total = self._central[self._numbers].sum()
        return float(
            extent_fit(*self._lines[number], self._inside)
            * self._share[number] ** _WITHIN_POWER
            * (self._central[number] / total) ** _CENTRAL_POWER
        )

    def _fit_with(self, rows: IndexArray, columns: IndexArray, number: int) -> float:
        more = self._lines[number]
        return extent_fit(rows + more[0], columns + more[1], self._inside)

    def _is_joined(self, chosen: list[int], number: int) -> bool:
        own = np.isin(self._labels, chosen) & (self._depth > 0)
        other = self._counts[number] & (self._depth > 0)
        if not own.any():
            return False
        distance, index = nearest_pixel(own)
        # What stands in front may part the object: then its nearest ends tell.
        reach = max(_JOINED_PX, float(distance[other].min(initial=np.inf)) + 1)
        near = other & (distance < reach)
        if not near.any():
            return False
        gap = np.abs(self._depth[near] - self._depth.ravel()[index[near]])
        return bool(np.percentile(gap, _JOINED_PERCENT) < _JOINED_M)
