"""The level top of an object: jaws close on the few millimetres below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .band import Band
from .vectors import cross, unit

FloatArray = npt.NDArray[np.float64]

# The jaws are taken to reach so far below the top, m.
DEPTH = 0.012
_MIN_READINGS = 12
_LEVEL_ROUNDS = 8
# Lines across the jaws on which a contact must be seen.
MIN_LINES = 4
# Readings of a wall that is askew to the jaws lie within this of its middle, m.
_ASKEW = 0.004
# A wall is seen if the cosine of its normal to the view is larger.
_EDGEWISE = 0.03


@dataclass(frozen=True)
class Top:
    """The plane normal . p = offset that the jaws close below.

    Attributes:
        normal: (3,) unit vector out of the surface, toward the gripper.
        offset: m.
        sigma: standard deviation of the offset, m.
        count: readings it rests on.
    """

    normal: FloatArray
    offset: float
    sigma: float
    count: int

    def meet(self, rays: FloatArray) -> FloatArray:
        """Where rays (..., 3) meet the plane, (..., 3) m."""
        return np.asarray(rays * (self.offset / (rays @ self.normal))[..., None])


def find_top(band: Band, normal: FloatArray, sigma: float) -> Top | None:
    """The highest level along a normal that the band's readings show.

    Args:
        band: samples.
        normal: (3,) unit vector out of the surface.
        sigma: standard deviation of the readings, m.
    """
    rays = band.rays[band.valid]
    if len(rays) < _MIN_READINGS:
        return None
    heights = (rays @ normal) * band.depth[band.valid]
    # Depth noise moves a point along its ray.
    spread = sigma * float(abs(band.center_ray @ normal)) + 2e-4
    heights.sort()
    sums = np.concatenate([[0.0], np.cumsum(heights)])
    level = float(heights[-max(3, len(heights) // 25)])
    for _ in range(_LEVEL_ROUNDS):
        low, high = np.searchsorted(heights, (level - 2 * spread, level + 2 * spread)).tolist()
        if high - low < 3:
            return None
        before, level = level, float(sums[high] - sums[low]) / (high - low)
        if abs(level - before) < 0.05 * spread:
            break
    near = heights[low:high]
    rms = float(np.sqrt(np.mean((near - level) ** 2))) + 1e-4
    return Top(normal, level, rms * np.sqrt(max(band.alike / len(near), 0.01)), len(near))


def slab_residuals(
    points: FloatArray, top: Top, axis: FloatArray, center: FloatArray, sigma: float
) -> FloatArray:
    """How far readings (n, 3) lie, along their rays, from a top and the wall seen: (n,), m.

    A ray enters a convex thing where it has crossed both planes. Where a wall explains no more
    than a top without one, what seemed to be one was noise.

    Args:
        points: m.
        top: level.
        axis: (3,) unit opening axis, nearly square to the walls.
        center: (3,) point on the top.
        sigma: standard deviation of the readings, m.
    """
    ray = unit(center)
    facing, edgewise = abs(float(ray @ top.normal)), float(ray @ axis)
    across = cross(top.normal, axis)
    along, lateral = np.array([axis, across]) @ (points - center).T
    drop = top.offset - points @ top.normal
    behind = drop / max(facing, 0.05)
    if abs(edgewise) < _EDGEWISE:
        return np.abs(behind)
    within = 2 * sigma * facing + 0.001
    level = along[np.abs(drop) < within]
    middle = float(level.mean()) if len(level) else 0.0
    wall = (drop > within) & ((along - middle) * edgewise < 0)
    if np.count_nonzero(wall) >= MIN_LINES:
        inside = (along - _wall_line(along[wall], lateral[wall], lateral)) / edgewise
        with_wall, limit = np.abs(np.minimum(behind, inside)), 4 * sigma
        if np.minimum(with_wall, limit).sum() < np.minimum(np.abs(behind), limit).sum():
            return with_wall
    return np.abs(behind)


def _wall_line(along: FloatArray, lateral: FloatArray, places: FloatArray) -> FloatArray:
    """Where a wall through readings lies at lateral places (n,); it may be a little askew.

    Args:
        along: (k,) of its readings, m.
        lateral: (k,) of its readings, m.
        places: (n,) m.
    """
    middle = np.partition(along, len(along) // 2)[len(along) // 2]
    near = np.abs(along - middle) < _ASKEW
    x, y = lateral[near] - lateral[near].mean(), along[near]
    slope = float(x @ y) / (float(x @ x) + 1e-6)
    return np.asarray(y.mean() + slope * (places - lateral[near].mean()))
