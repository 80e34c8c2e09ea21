"""The level top of an object, and the slab of a few millimetres below it that jaws close on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray
from ..vectors import cross, mean, median, unit
from .jaw_strip import JawStrip

# Depth below the top that the jaws are assumed to reach, m. Chosen: how far planning lets
# fingertips of a depth of 20 mm reach past a contact.
DEPTH = 0.012
# Least number of readings of a top. Chosen: the error of their mean is a third of their noise.
_MIN_READINGS = 12
# Most iterations of the search for a level. Chosen: it ends earlier when it has converged.
_LEVEL_ROUNDS = 8
# Least number of lines with readings of a contact. Chosen: one more than a parabola's unknowns.
MIN_LINES = 4
# Largest distance of a wall's readings from its middle along the opening, m. Chosen: jaws 20 mm
# wide at 10 degrees to the wall, and noise.
_WALL_SPREAD = 0.004
# A wall is visible if the cosine of its normal to the line of sight is larger. Chosen: 2 degrees,
# where DEPTH of wall covers less than a pixel.
WALL_FACING = 0.03


@dataclass(frozen=True)
class Top:
    """The plane normal . p = offset that the jaws close below.

    Attributes:
        normal: (3,) unit vector out of the surface, toward the gripper, in the optical frame.
        offset: m.
        sigma: standard deviation of the offset, m.
        count: readings it was computed from.
    """

    normal: FloatArray
    offset: float
    sigma: float
    count: int

    def meet(self, rays: FloatArray) -> FloatArray:
        """Intersections (..., 3), m, of rays (..., 3) with the plane."""
        return np.asarray(rays * (self.offset / (rays @ self.normal))[..., None])


def find_top(strip: JawStrip, normal: FloatArray, sigma: float) -> Top | None:
    """The highest level along a normal in the strip's readings, or None without one.

    Args:
        strip: samples of the image between the jaws.
        normal: (3,) unit vector out of the surface, in the optical frame.
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
    """A level top and the opening axis for the walls below it, in the optical frame.

    Attributes:
        top: its plane.
        axis: (3,) unit opening axis, in the top's plane.
        center: (3,) point on the top, the origin of positions along the axis, m.
        sigma: standard deviation of the readings, m.
    """

    top: Top
    axis: FloatArray
    center: FloatArray
    sigma: float

    @classmethod
    def below(cls, top: Top, strip: JawStrip, sigma: float) -> Slab:
        """The slab whose opening axis projects to that of the strip's rectangle.

        Args:
            top: plane of the top.
            strip: samples of the image between the jaws.
            sigma: standard deviation of the readings, m.
        """
        half = strip.rectangle.width / 2 * strip.pixel_rays[0]
        places = top.meet(strip.center_ray + np.array([[0.0], [-1.0], [1.0]]) * half)
        return cls(top, unit(places[2] - places[1]), places[0], sigma)

    def residuals(self, points: FloatArray) -> FloatArray:
        """Residuals (n,), along their rays, of readings on the top and the visible wall, m.

        A ray enters a convex object where it has crossed both planes. The wall is used only where
        it reduces the residuals; otherwise its readings were noise.

        Args:
            points: (n, 3) in the optical frame, m.
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
    """Position (n,), m, along the opening of a line fitted to a wall's readings.

    Args:
        along: (k,) of its readings, along the opening, m.
        lateral: (k,) of its readings, across the jaws, m.
        places: (n,) across the jaws, m.
    """
    near = np.abs(along - median(along)) < _WALL_SPREAD
    x, y = lateral[near], along[near]
    middle = mean(x)
    x = x - middle
    slope = float(x @ y) / (float(x @ x) + 1e-6)
    return np.asarray(slope * places + (mean(y) - slope * middle))
