"""The vertical axis of a surface of revolution, from its normals and its points.

The lines along the normals meet the axis: they give it without an initial guess, but each normal
is fitted to noisy readings. Points of one height lie on a circle around the axis: they refine it,
but only from a nearby guess.
"""

from __future__ import annotations

import numpy as np

from ...arrays import FloatArray, IndexArray
from ..observation.normals import GRAZING_COSINE
from ..observation.target_cloud import TargetCloud

# Least share of the normals whose lines meet the axis, and the distance at which the weight of one
# is half, m. Chosen: a handle is a smaller share of the visible surface; a normal's error of
# 5 degrees at a radius of 35 mm.
_MIN_MEETING = 0.75
_MISS = 0.003
# Least ratio of the eigenvalues of the normal equations, which measures how much the normals'
# directions differ. Chosen: an arc of 60 degrees, below which a bent face would pass for a large
# object of revolution.
_MIN_CONDITION = 0.08
# Least horizontal component of the normals that are used: to find an axis, to refine it. Chosen:
# 17 and 30 degrees from the vertical, beyond which noise changes the horizontal direction little.
_LEANING, _STEEP = 0.3, 0.5
# Least number of normals. Chosen: a few at each of several heights.
_MIN_NORMALS = 40
# Points within this height interval, m, on one side of a wall share a circle; at this distance
# from it, m, a point has half the weight, and one whose normal has a smaller cosine to the radius
# (as a handle's) has none. Chosen: a few rows of readings; the depth noise at 0.7 m; 26 degrees.
_LEVEL_HEIGHT = 0.010
_OFF = 0.0015
_RADIAL = 0.9
# Weight of a normal's distance from the axis relative to a point's distance from its circle: the
# ratio of their variances on hand-sized objects. Chosen: 1.5 mm for a reading, and 5 degrees of a
# normal at a radius of 35 mm.
_NORMAL_WEIGHT = 0.25
# Iterations of the search by normals, and of the refinement. Chosen: for time.
_SEARCH_ROUNDS = 6
_ROUNDS = 4


def axis_of_revolution(cloud: TargetCloud, camera: FloatArray) -> FloatArray | None:
    """Horizontal position (2,) of the axis of revolution, m; None where there is none.

    Args:
        cloud: surface of the object, in the support frame.
        camera: (3,) optical centre in the cloud's frame, m.
    """
    axis = _met_by_normals(cloud)
    return None if axis is None else _refined(axis, cloud, camera)


def _met_by_normals(cloud: TargetCloud) -> FloatArray | None:
    """The axis (2,), m, that the lines along the normals meet, or None where they do not.

    Iteratively reweighted least squares on the distance of the axis from each line, so that a
    handle has little weight.
    """
    steep = np.hypot(cloud.normals[:, 0], cloud.normals[:, 1])
    used = steep > _LEANING
    if used.sum() < _MIN_NORMALS:
        return None
    steep, flat = steep[used], cloud.points[used, :2]
    side = _aside(cloud.normals[used], steep)
    at = (flat * side).sum(axis=1)
    weight = steep
    axis = np.zeros(2)
    for _ in range(_SEARCH_ROUNDS):
        normal = (side * weight[:, None]).T @ side
        low, high = np.linalg.eigvalsh(normal)
        if low < _MIN_CONDITION * high:
            return None
        axis = np.linalg.solve(normal, (side * weight[:, None]).T @ at)
        miss = np.abs(at - side @ axis)
        weight = steep / (1 + (miss / _MISS) ** 2)
    radius = np.linalg.norm(flat - axis, axis=1)
    meets = miss < np.maximum(2 * _MISS, 0.2 * radius)
    return np.asarray(axis) if meets.mean() > _MIN_MEETING else None


def _refined(axis: FloatArray, cloud: TargetCloud, camera: FloatArray) -> FloatArray:
    """Gauss-Newton on the points' distances from circles of one height and on the normals."""
    steep = np.hypot(cloud.normals[:, 0], cloud.normals[:, 1])
    sight = cloud.points - camera
    facing = (sight * cloud.normals).sum(axis=1) / np.linalg.norm(sight, axis=1)
    used = (steep > _STEEP) & (np.abs(facing) > GRAZING_COSINE)
    if used.sum() < _MIN_NORMALS:
        return axis
    points, steep = cloud.points[used], steep[used]
    out = cloud.normals[used, :2] / steep[:, None]
    side = _aside(cloud.normals[used], steep)
    at = (points[:, :2] * side).sum(axis=1)
    level = np.floor(points[:, 2] / _LEVEL_HEIGHT).astype(np.intp) * 2
    level -= level.min()
    error = np.zeros(len(points))
    for _ in range(_ROUNDS):
        offset = points[:, :2] - axis
        radius = np.maximum(np.hypot(*offset.T), 1e-6)
        toward = offset / radius[:, None]
        radial = (toward * out).sum(axis=1)
        weight = (np.abs(radial) > _RADIAL) / (1 + (error / _OFF) ** 2)
        circle = level + (radial > 0)
        error, *slopes = _off_levels(
            np.column_stack([radius, -toward]), points[:, 2], weight, circle
        ).T
        slope = np.stack(slopes, axis=1)
        miss = at - side @ axis
        trust = _NORMAL_WEIGHT * steep / (1 + (miss / _MISS) ** 2)
        square = (slope * weight[:, None]).T @ slope + (side * trust[:, None]).T @ side
        step = (side * trust[:, None]).T @ miss - (slope * weight[:, None]).T @ error
        axis = axis + np.linalg.solve(square, step)
    return axis


def _aside(normals: FloatArray, steep: FloatArray) -> FloatArray:
    """Horizontal unit vectors (n, 2) orthogonal to normals of horizontal length steep (n,)."""
    return np.stack([-normals[:, 1], normals[:, 0]], axis=1) / steep[:, None]


def _off_levels(
    values: FloatArray, heights: FloatArray, weight: FloatArray, circle: IndexArray
) -> FloatArray:
    """Columns of values (n, k) less a line over the height fitted to each circle's points.

    On a surface that is no cylinder the radius changes within a height interval.
    """
    total = np.maximum(np.bincount(circle, weight), 1e-9)

    def mean(column: FloatArray) -> FloatArray:
        return np.asarray((np.bincount(circle, weight * column) / total)[circle])

    high = heights - mean(heights)
    spread = mean(high * high) + 1e-7
    centred = [column - mean(column) for column in values.T]
    return np.stack([column - high * mean(high * column) / spread for column in centred], axis=1)
