"""Which thing lies on, or in, which other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ...arrays import Float32Array
from .attributes import SceneObject
from .percentiles import median, percentiles
from .scene import Segment, TabletopScene

# What is seen lowest of a thing that lies on another is this far below its top at most, m, besides
# the noise. Chosen: the error of heights.
_BELOW_TOP_M = 0.012
# How far beyond the footprint of what carries it the middle of a thing may be seen, m. Chosen: the
# footprint is seen from one side only.
_BEYOND_M = 0.008
# What carries a thing is this high at least, m. Chosen: a thin book.
_LEAST_M = 0.01
# Pixels of a thing that tell where it is. Chosen: for time.
_SAMPLES = 500


def with_carriers(
    scene: TabletopScene, segments: Sequence[Segment], objects: Sequence[SceneObject]
) -> list[SceneObject]:
    """The objects, each with the index of what it lies on or in.

    Args:
        scene: they were found in.
        segments: of the objects, in order.
        objects: all of them.
    """
    if not scene.has_support:
        return list(objects)
    seen = [_Seen.of(scene, segment) for segment in segments]
    found = []
    for index, item in enumerate(objects):
        on, inside = None, None
        middle = float(item.ground[0]), float(item.ground[1])
        for other, carrier in enumerate(objects):
            if other == index or carrier.height < _LEAST_M or len(seen[other].outline) < 3:
                continue
            if cv2.pointPolygonTest(seen[other].outline, middle, True) < -_BEYOND_M:
                continue
            if carrier.is_open and item.length < carrier.length:
                inside = other
            elif seen[index].lowest > carrier.height - _BELOW_TOP_M - seen[index].noise:
                on = other
        found.append(replace(item, on_top_of=on, inside_of=inside))
    return found


@dataclass(frozen=True)
class _Seen:
    """Where a thing is seen.

    Attributes:
        outline: (n, 1, 2) its convex footprint, m; n is 0 where too little is measured.
        lowest: height of what is seen lowest of it, m.
        noise: of its heights, m.
    """

    outline: Float32Array
    lowest: float
    noise: float

    @classmethod
    def of(cls, scene: TabletopScene, segment: Segment) -> _Seen:
        """What a scene shows of a segment."""
        part = scene.window(segment.window)
        index = np.flatnonzero(segment.mask & (part.points[..., 2] > 0))
        if not len(index):
            return cls(np.zeros((0, 1, 2), np.float32), 0.0, 0.0)
        at = np.divmod(index[:: len(index) // _SAMPLES + 1], segment.mask.shape[1])
        ground = np.ascontiguousarray(part.ground[at], np.float32)
        low, high = percentiles(ground, (2, 98))
        kept = ground[np.all((ground >= low) & (ground <= high), axis=1)]
        outline = cv2.convexHull(kept) if len(kept) > 2 else np.zeros((0, 1, 2), np.float32)
        lowest = float(percentiles(part.height[at], (4,))[0])
        return cls(np.asarray(outline, np.float32), lowest, float(median(part.tolerance[at])))
