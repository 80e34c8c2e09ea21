"""Where two surfaces of an image meet: how the depth goes from one to the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from ...arrays import BoolArray, Float32Array, IndexArray, Int32Array
from .scene import TabletopScene

# Surfaces this many working pixels apart count as neighbours. Chosen: the width of a seam without
# depth.
_REACH_PX = 8
# The bend at a border is measured over so many pixels to both sides. Chosen: of what is seen of a
# small thing, about a quarter.
_BEND_PX = 6
# A border is a corner between two things, or the edge of one, when it bends by more than this, m,
# and this share of the noise's tolerance. Chosen: over six pixels a right angle bends by 5 mm.
_BEND_M, _BEND_IN_TOLERANCES = 0.0012, 0.12
# So many pairs of pixels tell a bend. Chosen: noise averages out.
_FEW_BENDS = 12
# Every so many lines of pixels are looked at. Chosen: for time.
_STRIDE = 2


@dataclass(frozen=True)
class Contact:
    """The border of two surfaces a and b.

    Attributes:
        length: pixels along it.
        step: median depth of b less that of a, m, from one side to the other.
        jump: the same without what the slope of both surfaces makes of it.
        bend: median depth of the border below the middle of both sides, m; positive where they
            meet in a corner that opens toward the camera, as a thing and what it stands on do,
            negative at the edge of one thing; 0 where it was not measured.
        bends: pairs of pixels by which it was measured.
        height: above the support that three quarters of the nearer side exceed, m.
    """

    length: float
    step: float
    jump: float
    bend: float
    bends: int
    height: float

    @property
    def is_bend_known(self) -> bool:
        """Whether enough readings tell the bend."""
        return self.bends >= _FEW_BENDS

    def corner(self, tolerance: float) -> float:
        """The bend by the least one of a corner; 0 where too few readings tell it.

        Above 1 two surfaces meet in a corner, below -1 in an edge.

        Args:
            tolerance: of the readings' noise, m.
        """
        if not self.is_bend_known:
            return 0.0
        return self.bend / (_BEND_M + _BEND_IN_TOLERANCES * tolerance)


@dataclass(frozen=True)
class Borders:
    """The pairs of pixels across the borders of labelled surfaces.

    Attributes:
        pairs: (n, 2) labels on both sides.
        steps: (n,) depth of the second less that of the first, m.
        jumps: (n,) the same without what the slope of both surfaces makes of it.
        heights: (n,) of the nearer side, m.
        bend_pairs: (m, 2) labels on both sides.
        bends: (m,) depth of the border below the middle of both sides, m.
    """

    pairs: Int32Array
    steps: Float32Array
    jumps: Float32Array
    heights: Float32Array
    bend_pairs: Int32Array
    bends: Float32Array

    @classmethod
    def of(cls, scene: TabletopScene, labels: Int32Array) -> Borders:
        """The borders of labels (rows, columns), 0 for none."""
        across = [_across(scene, labels, axis) for axis in (1, 0)]
        bends = [_bends(scene, labels, axis) for axis in (1, 0)]
        columns = [np.concatenate(parts) for parts in zip(*across, strict=True)]
        more = [np.concatenate(parts) for parts in zip(*bends, strict=True)]
        return cls(*columns, *more)

    def contacts(
        self,
        lookup: Int32Array,
        known: Mapping[tuple[int, int], Contact],
        changed: Collection[int],
    ) -> dict[tuple[int, int], Contact]:
        """Contacts of all pairs (a, b), a < b, of labels after a lookup by label.

        Args:
            lookup: new label of each.
            known: contacts before, of which those of labels that did not change are kept.
            changed: labels that are no more, or have grown.
        """
        marked = np.zeros(len(lookup), bool)
        marked[list(changed)] = True
        bends = {
            key: (_median(self.bends[rows]), len(rows))
            for key, rows, _ in _groups(lookup[self.bend_pairs], marked)
        }
        found = {
            key: contact
            for key, contact in known.items()
            if not (marked[key[0]] or marked[key[1]])
        }
        for key, rows, turned in _groups(lookup[self.pairs], marked):
            step, jump = (
                _median(np.where(turned, -values[rows], values[rows]))
                for values in (self.steps, self.jumps)
            )
            heights = self.heights[rows]
            heights.sort()
            bend, count = bends.get(key, (0.0, 0))
            low = float(heights[len(heights) // 4])
            found[key] = Contact(len(rows) * _STRIDE / _REACH_PX, step, jump, bend, count, low)
        return found


def _median(values: Float32Array) -> float:
    """The middle of values (n,), n at least 1; they are sorted in place."""
    values.sort()
    return float(values[len(values) // 2])


def _across(
    scene: TabletopScene, labels: Int32Array, axis: int
) -> tuple[Int32Array, Float32Array, Float32Array, Float32Array]:
    """Pairs (n, 2) of labels _REACH_PX apart, their steps, jumps and nearer heights (n,), m.

    Args:
        scene: the working image.
        labels: (rows, columns).
        axis: along which pixels are apart.
    """
    first, apart = _meeting(labels, axis, _REACH_PX)
    flat, z, height = labels.ravel(), scene.depth.ravel(), scene.height.ravel()
    second = first + apart
    step = z[second] - z[first]
    heights = height[np.where(step > 0, first, second)]
    pairs = np.column_stack([flat[first], flat[second]])
    # What the slopes of both surfaces, where they are seen, make of it.
    half = apart // 2
    before, behind = np.maximum(first - half, 0), np.minimum(second + half, len(flat) - 1)
    slopes = [
        np.where((flat[outer] == flat[inner]) & (z[outer] > 0), sign * (z[inner] - z[outer]), 0)
        for outer, inner, sign in ((before, first, 1), (behind, second, -1))
    ]
    least = np.where(np.abs(slopes[0]) < np.abs(slopes[1]), slopes[0], slopes[1])
    least[slopes[0] * slopes[1] < 0] = 0
    return pairs, step, step - 2 * least.astype(np.float32), heights


def _bends(scene: TabletopScene, labels: Int32Array, axis: int) -> tuple[Int32Array, Float32Array]:
    """Pairs (n, 2) of labels whose border lies between, and the bend (n,) of each, m.

    Args:
        scene: the working image.
        labels: (rows, columns).
        axis: along which pixels are apart.
    """
    first, apart = _meeting(labels, axis, 2 * _BEND_PX)
    flat, z, pixel = labels.ravel(), scene.depth.ravel(), apart // (2 * _BEND_PX)
    middle, last = first + apart // 2, first + apart
    # The border is the middle.
    own = (flat[middle - pixel] == flat[first]) & (flat[middle + pixel] == flat[last])
    first, middle, last = first[own], middle[own], last[own]
    ends = z[first], z[last]
    known = (ends[0] > 0) & (ends[1] > 0) & (z[middle] > 0)
    bend = z[middle] - np.float32(0.5) * (ends[0] + ends[1])
    return np.column_stack([flat[first], flat[last]])[known], bend[known]


def _meeting(labels: Int32Array, axis: int, distance: int) -> tuple[IndexArray, int]:
    """Flat indices (n,) of pixels that have a label, and another one so many pixels on.

    Args:
        labels: (rows, columns), 0 for none.
        axis: along which pixels are apart.
        distance: px.

    Returns:
        The indices, and by how much that of the other pixel is larger.
    """
    columns = labels.shape[1]
    if axis == 0:
        apart, lines = columns * distance, labels[:, ::_STRIDE]
        one, other = lines[:-distance], lines[distance:]
    else:
        apart, lines = distance, labels[::_STRIDE]
        one, other = lines[:, :-distance], lines[:, distance:]
    meet = one != other
    meet &= one > 0
    meet &= other > 0
    at = np.flatnonzero(meet)
    row = at // meet.shape[1]
    column = at - row * meet.shape[1]
    steps = (columns, _STRIDE) if axis == 0 else (columns * _STRIDE, 1)
    return row * steps[0] + column * steps[1], apart


def _groups(
    pairs: Int32Array, marked: BoolArray
) -> list[tuple[tuple[int, int], IndexArray, BoolArray]]:
    """Key (a, b), a < b, of each pair of labels in (n, 2), its rows, and which are (b, a).

    Args:
        pairs: of labels.
        marked: (labels,) those of which at least one must be in a pair.
    """
    differ = pairs[:, 0] != pairs[:, 1]
    differ &= marked[pairs[:, 0]] | marked[pairs[:, 1]]
    at = np.flatnonzero(differ)
    first, second = pairs[at, 0], pairs[at, 1]
    low, high = np.minimum(first, second), np.maximum(first, second)
    key = low.astype(np.int64) << 32 | high
    order = np.argsort(key)
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    turned = first > second
    return [
        ((int(low[part[0]]), int(high[part[0]])), at[part], turned[part])
        for part in (np.split(order, starts[1:]) if len(starts) else [])
    ]
