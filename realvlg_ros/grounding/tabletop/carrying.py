"""Which thing lies on, or in, which other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ...arrays import Float32Array
from .attributes import SceneObject
from .percentiles import percentiles
from .scene import Segment, TabletopScene

# What is seen lowest of a thing that lies on another is this far below its top at most, m, besides
# the noise. Chosen: the error of heights.
_BELOW_TOP_M = 0.012
# How far beyond the footprint of what carries it the middle of a thing may be seen, m. Chosen: the
# footprint is seen from one side only.
_BEYOND_M = 0.008
# What carries a thing is this high at least, m. Chosen: a thin book.
_LEAST_M = 0.01


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
    outlines = [_outline(scene, segment) for segment in segments]
    lowest = [_lowest(scene, segment) for segment in segments]
    found = []
    for index, item in enumerate(objects):
        on, inside = None, None
        for other, carrier in enumerate(objects):
            if other == index or carrier.height < _LEAST_M or len(outlines[other]) < 3:
                continue
            middle = float(item.ground[0]), float(item.ground[1])
            if cv2.pointPolygonTest(outlines[other], middle, True) < -_BEYOND_M:
                continue
            noise = float(np.median(scene.tolerance[segments[index].window]))
            if carrier.is_open and item.length < carrier.length:
                inside = other
            elif lowest[index] > carrier.height - _BELOW_TOP_M - noise:
                on = other
        found.append(replace(item, on_top_of=on, inside_of=inside))
    return found


def _outline(scene: TabletopScene, segment: Segment) -> Float32Array:
    """Convex footprint (n, 1, 2) of what is measured of a thing, m."""
    part = scene.window(segment.window)
    ground = part.ground[segment.mask & part.valid]
    ground = np.ascontiguousarray(ground[:: len(ground) // 500 + 1], np.float32)
    low, high = percentiles(ground, (2, 98)) if len(ground) else (0, 0)
    kept = ground[np.all((ground >= low) & (ground <= high), axis=1)] if len(ground) else ground
    if len(kept) < 3:
        return np.zeros((0, 1, 2), np.float32)
    return np.asarray(cv2.convexHull(kept), np.float32)


def _lowest(scene: TabletopScene, segment: Segment) -> float:
    """Height of what is seen lowest of a thing, m."""
    part = scene.window(segment.window)
    height = part.height[segment.mask & part.valid]
    return float(percentiles(height[:: len(height) // 500 + 1], (4,))[0]) if len(height) else 0.0
