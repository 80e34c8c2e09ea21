"""The level top of an object: jaws close on the few millimetres below it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray
from ..vectors import cross, mean, median, unit
from .jaw_strip import JawStrip

# The jaws are taken to reach so far below the top, m. Chosen: what planning lets 20 mm of
# fingertip reach past a contact.
DEPTH = 0.012
# Fewest readings of a top. Chosen: they tell a level to a third of their noise.
_MIN_READINGS = 12
# Most steps of the search for a level. Chosen: it ends earlier where it has settled.
_LEVEL_ROUNDS = 8
# Lines across the jaws on which a contact must be seen. Chosen: one more than a parabola's
# unknowns.
MIN_LINES = 4
# Readings of a wall that is askew to the jaws lie within this of its middle, m. Chosen: jaws of
# 20 mm that are askew by 10 degrees, and noise.
_WALL_SPREAD = 0.004
# A wall is seen if the cosine of its normal to the view is larger. Chosen: 2 degrees, where DEPTH
# of wall covers less than a pixel.
WALL_FACING = 0.03


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


def find_top(strip: JawStrip, normal: FloatArray, sigma: float) -> Top | None:
    """The highest level along a normal that the strip's readings show.

    Args:
        strip: samples.
        normal: (3,) unit vector out of the surface.
        sigma: standard deviation of the readings, m.
    """
    heights = ((strip.rays @ normal) * strip.depth)[strip.valid]
    if len(heights) < _MIN_READINGS:
        return None
    # Depth noise moves a point along its ray.
    spread = sigma * float(abs(strip.center_ray @ normal)) + 2e-4
    heights.sort()
    level = float(heights[-max(3, len(heights) // 25)])
    for _ in range(_LEVEL_ROUNDS):
        low, high = heights.searchsorted((level - 2 * spread, level + 2 * spread)).tolist()
        if high - low < 3:
            return None
        before, level = level, mean(heights[low:high])
        if abs(level - before) < 0.05 * spread:
            break
    off = heights[low:high] - level
    rms = math.sqrt(float(off @ off) / len(off)) + 1e-4
    return Top(
        normal, level, rms * math.sqrt(max(strip.correlated_samples / len(off), 0.01)), len(off)
    )


@dataclass(frozen=True)
class Slab:
    """A level top and the opening between the walls below it.

    Attributes:
        top: level.
        axis: (3,) unit opening axis, in the top's plane.
        center: (3,) point on the top from which positions along the axis are measured, m.
        sigma: standard deviation of the readings, m.
    """

    top: Top
    axis: FloatArray
    center: FloatArray
    sigma: float

    @classmethod
    def below(cls, top: Top, strip: JawStrip, sigma: float) -> Slab:
        """The slab whose opening axis appears as the strip's rectangle is drawn."""
        half = strip.rectangle.width / 2 * strip.pixel_rays[0]
        places = top.meet(strip.center_ray + np.array([[0.0], [-1.0], [1.0]]) * half)
        return cls(top, unit(places[2] - places[1]), places[0], sigma)

    def residuals(self, points: FloatArray) -> FloatArray:
        """How far readings (n, 3) lie, along their rays, from the top and the wall seen: (n,), m.

        A ray enters a convex thing where it has crossed both planes. Where a wall explains no
        more than a top without one, what seemed to be one was noise.

        Args:
            points: m.
        """
        top, ray = self.top, unit(self.center)
        facing, edgewise = abs(float(ray @ top.normal)), float(ray @ self.axis)
        drop = top.offset - points @ top.normal
        behind = drop * (1 / max(facing, 0.05))
        from_top = np.abs(behind)
        if abs(edgewise) < WALL_FACING:
            return from_top
        basis = np.array([self.axis, cross(top.normal, self.axis)])
        along, lateral = basis @ points.T - (basis @ self.center)[:, None]
        within = 2 * self.sigma * facing + 0.001
        level = along[np.abs(drop) < within]
        middle = mean(level) if len(level) else 0.0
        wall = (drop > within) & ((along - middle) * edgewise < 0)
        if np.count_nonzero(wall) >= MIN_LINES:
            inside = (along - _wall_line(along[wall], lateral[wall], lateral)) / edgewise
            with_wall, limit = np.abs(np.minimum(behind, inside)), 4 * self.sigma
            if mean(np.minimum(with_wall, limit)) < mean(np.minimum(from_top, limit)):
                return with_wall
        return from_top


def _wall_line(along: FloatArray, lateral: FloatArray, places: FloatArray) -> FloatArray:
    """Where a wall through readings lies at lateral places (n,); it may be a little askew.

    Args:
        along: (k,) of its readings, m.
        lateral: (k,) of its readings, m.
        places: (n,) m.
    """
    near = np.abs(along - median(along)) < _WALL_SPREAD
    x, y = lateral[near], along[near]
    middle = mean(x)
    x = x - middle
    slope = float(x @ y) / (float(x @ x) + 1e-6)
    return np.asarray(slope * places + (mean(y) - slope * middle))
