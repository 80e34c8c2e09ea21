"""Pieces of surfaces: their colours, places and outlines, from a few pixels of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from ...arrays import Float32Array, IndexArray, Int32Array
from .likeness import lab_of
from .percentiles import percentiles
from .scene import TabletopScene

# Pixels that tell colours and places of all surfaces. Chosen: for time.
_SAMPLES = 8_000


@dataclass(frozen=True, eq=False)
class Fragment:
    """What merging needs to know of one segment.

    Attributes:
        area: pixels.
        outline: pixels along its border.
        lab: (3,) median colour, CIELAB.
        columns: 5th and 95th percentile of its image columns, px.
        low, high: 5th and 95th percentile of (ground x, ground y, height), m.
        tolerance: of its readings' noise, m.
        pixels: (n, 2) columns and rows of some of its pixels.
    """

    area: float
    outline: float
    lab: Float32Array
    columns: tuple[float, float]
    low: Float32Array
    high: Float32Array
    tolerance: float
    pixels: Int32Array

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of one of its pixels, in the middle of their order."""
        column, row = self.pixels[len(self.pixels) // 2]
        return int(row), int(column)

    @cached_property
    def hull(self) -> Int32Array:
        """(n, 1, 2) its convex outline, px."""
        return np.asarray(cv2.convexHull(self.pixels), np.int32)

    @cached_property
    def width(self) -> float:
        """Shorter side of the smallest rectangle around it, px."""
        return float(min(cv2.minAreaRect(self.hull)[1]))


@dataclass(frozen=True)
class Samples:
    """Evenly drawn pixels of all segments, and what is beside their borders.

    Attributes:
        labels: (n,).
        values: (n, 8) CIELAB, ground x, ground y, height and tolerance, m, and column, px.
        pixels: (n, 2) columns and rows, px.
        areas: (labels,) pixels of each label.
        edges: (m, 2) labels of neighbouring pixels that differ, 0 for none.
    """

    labels: Int32Array
    values: Float32Array
    pixels: Int32Array
    areas: Int32Array
    edges: Int32Array

    @classmethod
    def of(cls, scene: TabletopScene, labels: Int32Array) -> Samples:
        """Samples of labels (rows, columns)."""
        flat = labels.ravel()
        areas = np.bincount(flat)
        areas[0] = 0
        index = np.flatnonzero(flat > 0)
        some = index[:: len(index) // _SAMPLES + 1]
        rows, columns = np.divmod(some, labels.shape[1])
        # Of pixels in a row the last has its neighbour in the next one.
        edges = []
        for apart in (1, labels.shape[1]):
            at = np.flatnonzero(flat[apart:] != flat[:-apart])
            edges.append(np.column_stack([flat[at + apart], flat[at]]))
        values = np.column_stack(
            [
                lab_of(scene.color.reshape(-1, 3)[some]),
                scene.ground.reshape(-1, 2)[some],
                scene.height.ravel()[some],
                scene.tolerance.ravel()[some],
                columns,
            ]
        )
        pixels = np.column_stack([columns, rows]).astype(np.int32)
        return cls(
            flat[some], values.astype(np.float32), pixels, areas.astype(np.int32),
            np.concatenate(edges),
        )  # fmt: skip

    def fragments(
        self, lookup: Int32Array, known: Mapping[int, Fragment], changed: Collection[int]
    ) -> dict[int, Fragment]:
        """The fragment of every label but 0, after a lookup by label.

        Args:
            lookup: new label of each.
            known: fragments before, of which those that did not change are kept.
            changed: labels that are no more, or have grown.
        """
        own = lookup[self.labels]
        areas = np.bincount(lookup, self.areas, len(lookup))
        edges = lookup[self.edges]
        edges = edges[edges[:, 0] != edges[:, 1]]
        outlines = np.bincount(edges.ravel(), minlength=len(lookup))
        found = {label: item for label, item in known.items() if label not in changed}
        marked = np.zeros(len(lookup), bool)
        marked[list(changed)] = True
        rows_of = np.flatnonzero(marked[own])
        order = rows_of[np.argsort(own[rows_of])]
        starts = np.flatnonzero(np.diff(own[order], prepend=-1))
        for rows in np.split(order, starts[1:]) if len(starts) else []:
            label = int(own[rows[0]])
            found[label] = self._fragment(rows, float(areas[label]), float(outlines[label]))
        return found

    def _fragment(self, rows: IndexArray, area: float, outline: float) -> Fragment:
        """The fragment of some samples.

        Args:
            rows: of the samples.
            area: pixels of all of it.
            outline: pixels along its border.
        """
        low, middle, high = percentiles(self.values[rows], (5, 50, 95))
        return Fragment(
            area, outline, middle[:3], (float(low[7]), float(high[7])), low[3:6], high[3:6],
            float(middle[6]), self.pixels[rows],
        )  # fmt: skip
