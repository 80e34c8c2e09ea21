"""What stands on the support, as the embedded grounder sees it, in the image of the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.spatial import cKDTree

from ...arrays import BoolArray, IndexArray
from ...frame import RgbdFrame
from ...image_region import Box, RegionMask
from ..tabletop.attributes import SceneObject
from ..tabletop.grounder import TabletopGrounder

# A point beside a thing still means it within this share of the image's width. Chosen: models
# point to the middle of a thing; thin ones are missed by as much.
_BESIDE = 0.01
# What rises so many tolerances is no support. Chosen: as in the segmentation.
_RISES = 2.0
# Points of a thing that are looked at. Chosen: a few millimetres apart.
_POINTS = 1500
# Things are not told from parts of one below the first distance, m, and are two from the second
# on; pixels between them that are looked at. Chosen: a finger does not fit between nearer ones;
# parts of a thing that depth or paint cuts apart are nearer than a hand is wide.
_NEAR_M, _FAR_M = 0.01, 0.06
_STEPS = 16


@dataclass(frozen=True)
class SeenThings:
    """The things of a frame.

    Attributes:
        frame: colour and depth.
        items: what is known of each.
        regions: the mask of each in the image of the frame.
        rising: all that rises from the support, things or not; None where nothing does.
        has_support: whether the support they stand on was seen.
    """

    frame: RgbdFrame
    items: Sequence[SceneObject]
    regions: tuple[RegionMask, ...]
    rising: RegionMask | None
    has_support: bool

    @classmethod
    def of(cls, frame: RgbdFrame) -> SeenThings:
        """Look at a frame."""
        working, items = TabletopGrounder().see(frame)
        regions = tuple(working.in_frame(item.region, frame.camera) for item in items)
        rises = working.valid & (working.height > _RISES * working.tolerance)
        rising = None
        if rises.any():
            rising = working.in_frame(RegionMask.from_full(rises), frame.camera)
        return cls(frame, items, regions, rising, working.has_support)

    def at(self, x: float, y: float) -> int | None:
        """Number of the thing at a point of the image, px; None where there is none."""
        distances = [_distance(region, x, y) for region in self.regions]
        nearest = int(np.argmin(distances)) if distances else 0
        return nearest if distances and distances[nearest] <= self._beside else None

    @property
    def _beside(self) -> float:
        return _BESIDE * self.frame.camera.width

    def are_apart(self, one: int, other: int) -> bool:
        """Whether two things are two, and not parts that one was cut into.

        They are far from each other, or a little with the bare support between them.
        """
        first, second = self._pixels(one), self._pixels(other)
        if not len(first) or not len(second):
            return False
        points = self.frame.points
        distance, nearest = cKDTree(points[tuple(first.T)]).query(points[tuple(second.T)])
        index = int(distance.argmin())
        if distance[index] < _NEAR_M or distance[index] >= _FAR_M:
            return bool(distance[index] >= _FAR_M)
        way = np.linspace(first[nearest[index]], second[index], _STEPS).round().astype(int)
        return bool((self._bare[tuple(way.T)]).any())

    def _pixels(self, number: int) -> IndexArray:
        """Rows and columns (n, 2) of up to so many pixels of a thing that have a reading."""
        region = self.regions[number]
        pixels = np.argwhere(region.data) + (region.y_offset, region.x_offset)
        pixels = pixels[self.frame.valid[tuple(pixels.T)]]
        return np.asarray(pixels[:: len(pixels) // _POINTS + 1])

    @cached_property
    def _bare(self) -> BoolArray:
        """(height, width) where the support is seen."""
        bare = self.frame.valid.copy()
        if self.rising is not None:
            bare &= ~self.rising.to_full(*bare.shape)
        return bare


def inside(region: RegionMask, box: Box) -> int:
    """Number of a mask's pixels that lie in a box."""
    rows, columns = region.data.shape
    top, bottom = _span(box.y_min - region.y_offset, box.y_max - region.y_offset, rows)
    left, right = _span(box.x_min - region.x_offset, box.x_max - region.x_offset, columns)
    return int(region.data[top:bottom, left:right].sum())


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    return int(np.clip(np.ceil(low), 0, size)), int(np.clip(np.ceil(high), 0, size))


def _distance(region: RegionMask, x: float, y: float) -> float:
    """Distance of a point to the nearest pixel of a mask, px."""
    rows, columns = np.nonzero(region.data)
    return float(np.hypot(columns + region.x_offset - x, rows + region.y_offset - y).min())
