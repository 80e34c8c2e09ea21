"""The circular section of a round surface in the plane of view, fitted to noisy depth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays import BoolArray, FloatArray
from ..covariance import SILHOUETTE_SIGMA_PX
from ..observation.normals import GRAZING_COSINE
from ..vectors import solve_positive

# Lateral error of a reading: its depth may be that of a point this far aside, px. Chosen: half the
# distance to the next pixel.
_NEIGHBOUR_PX = 0.5
# Least number of readings for a circle. Chosen: twice the unknowns.
_MIN_READINGS = 12
# Gauss-Newton steps. Chosen: for time.
_ROUNDS = 2
# The identity, to invert the fit. Chosen: made once, for time.
_SIX = np.eye(6)


@dataclass(frozen=True)
class RoundReadings:
    """Readings on a surface that is round along the opening, in the axes of the plane of view.

    Attributes:
        s, x, t: (n,) along the opening, across the jaws and along the view, m.
        slope: of t over x, m/m, along which the surface continues across the jaws.
        slope_sigma: its standard deviation.
        sigma: standard deviation of t, m.
        pixel: size of a pixel at the surface, m.
        correlated_samples: number of readings that share their noise.
        half_angle: half the angle between the silhouettes, rad.
    """

    s: FloatArray
    x: FloatArray
    t: FloatArray
    slope: float
    slope_sigma: float
    sigma: float
    pixel: float
    correlated_samples: float
    half_angle: float


@dataclass(frozen=True)
class Circle:
    """A fitted circle.

    Attributes:
        s, t: of the centre, m.
        radius: m.
        sigmas: standard deviations of s and t, m.
        turn: slope of the centre's s over x, m/m: zero where the object's axis is at right angles
            to the opening.
        turn_sigma: its standard deviation.
        residuals: (n,) of the readings along t, m; NaN where the surface is too steep.
        usable: (n,) readings on no steep part of the surface and with no large residual.
    """

    s: float
    t: float
    radius: float
    sigmas: tuple[float, float]
    turn: float
    turn_sigma: float
    residuals: FloatArray
    usable: BoolArray


def fit_circle(
    readings: RoundReadings, reject_start: Callable[[FloatArray], bool] | None = None
) -> Circle | None:
    """Least squares on s^2 + q^2 = A s + B q + C + D x s + E x + F x^2, or None without a circle.

    q is the depth at right angles to the direction in which the surface continues across the jaws,
    so that the section of a cylinder that leans along the view is a circle, too. The terms in x
    let the circle shift and shrink from line to line, as on a ball. The algebraic fit is biased to
    small circles where readings are noisy: it is the start, and Gauss-Newton steps then minimise
    the distance of the readings from the surface along their rays.

    Args:
        readings: to fit.
        reject_start: from the residuals (n,) of the start, m (NaN where the surface is too steep),
            whether to end without refinement.
    """
    try:
        fit = _Fit(readings)
        if reject_start is not None and reject_start(fit.residuals):
            return None
        for number in range(_ROUNDS):
            if number:
                fit.measure()
            if not fit.step():
                return None
        return fit.circle()
    except np.linalg.LinAlgError:  # Readings that are not finite, or on too few lines.
        return None


class _Fit:
    """The state of a fit, with lengths scaled by the largest to condition the equations."""

    def __init__(self, readings: RoundReadings) -> None:
        self.readings = readings
        self.lean = math.hypot(1, readings.slope)
        q = (readings.t - readings.slope * readings.x) / self.lean
        self.front = float(q.min())
        self.unit = max(float(np.abs(readings.s).max()), float(np.abs(readings.x).max()), 1e-4)
        s, x, q = readings.s / self.unit, readings.x / self.unit, (q - self.front) / self.unit
        self.s, self.x, self.q, self.squares = s, x, q, s * s
        self.noise = readings.sigma / (self.lean * self.unit)
        self.design = np.array([s, q, np.ones_like(s), x * s, x, x * x])
        self.small = 1e-9 * len(s) * _SIX
        self.solution = solve_positive(
            self.design @ self.design.T + self.small, self.design @ (self.squares + q * q)
        )
        self.normal, self.ratio = self.small, 1.0
        self.measure()
        self.usable = self.facing

    @property
    def residuals(self) -> FloatArray:
        """Residuals (n,) of the last measured solution along t, m; NaN where it is too steep."""
        return np.where(self.facing, self.residual * (self.lean * self.unit), np.nan)

    @property
    def radius(self) -> float:
        """Radius in scaled units, or 0 where the solution is no circle."""
        a, b, c = self.solution[:3].tolist()
        return math.sqrt(max(c + (a * a + b * b) / 4, 0.0))

    def measure(self) -> None:
        """Evaluate the residuals of the readings at the solution."""
        least = (GRAZING_COSINE * self.radius) ** 2
        square = self._root_squared()
        self.facing = square > least
        self.root = np.sqrt(np.maximum(square, least))
        self.design[1] = self.solution[1] / 2 - self.root
        self.residual = self.q - self.design[1]

    def step(self) -> bool:
        """One Gauss-Newton step; False where the solution is no circle with enough readings."""
        radius, solution, root = self.radius, self.solution, self.root
        near = np.abs(self.residual) < 4 * self.noise + 0.1 * radius
        self.usable = self.facing & near
        count = np.count_nonzero(self.usable)
        if radius <= 0 or count < _MIN_READINGS:
            return False
        lateral = _NEIGHBOUR_PX * self.readings.pixel / self.unit
        slant = (2 * self.s - solution[0]) * lateral
        weight = self.usable / ((2 * self.noise * root) ** 2 + slant * slant)
        off = 2 * root * self.residual
        self.ratio = min(max(float((weight * off) @ off) / count, 0.05), 20.0)
        weight /= self.ratio * self.readings.correlated_samples
        self.normal = (self.design * weight) @ self.design.T + self.small
        change = -self.design @ (weight * off)
        row, error, sigma = self._silhouette(radius)
        self.normal += row[:, None] * (row / sigma**2)
        change += row * (error / sigma**2)
        self.solution = solution + solve_positive(self.normal, change)
        return True

    def _root_squared(self) -> FloatArray:
        """Squared distance (n,) of the surface from the plane of its widest points."""
        a, b, c, d, e, f = self.solution.tolist()
        x, s = self.x, self.s
        return np.asarray(b * b / 4 + c - self.squares + s * (a + d * x) + x * (e + f * x))

    def _silhouette(self, radius: float) -> tuple[FloatArray, float, float]:
        """Derivative (6,) of the radius, its error by the silhouettes, and their deviation."""
        a, b = self.solution[:2].tolist()
        row = np.array([a / 2, b / 2, 1.0, 0.0, 0.0, 0.0]) / (2 * radius)
        depth = (self.front / self.unit + b / 2) * self.lean
        seen = math.sqrt(max(depth**2 - (self.lean * radius) ** 2, 0.0))
        sigma = SILHOUETTE_SIGMA_PX * self.readings.pixel / self.unit / math.sqrt(2)
        return row, math.tan(self.readings.half_angle) * seen - radius, sigma

    def circle(self) -> Circle | None:
        """The result, with standard deviations propagated from readings and silhouettes."""
        radius, unit, lean = self.radius, self.unit, self.lean
        if radius <= 0:
            return None
        covariance = solve_positive(self.normal, _SIX)
        deep = math.sqrt(covariance[1, 1]) / 2 * lean
        # The lean scales the circle along the view.
        slope_sigma = self.readings.slope_sigma * math.sqrt(self.ratio)
        leaning = radius * math.hypot(self.readings.slope, slope_sigma) / lean * slope_sigma
        return Circle(
            float(self.solution[0]) / 2 * unit,
            (float(self.solution[1]) / 2 * unit + self.front) * lean,
            radius * unit,
            (math.sqrt(covariance[0, 0]) / 2 * unit, math.hypot(deep, leaning) * unit),
            float(self.solution[3]) / 2,
            math.sqrt(covariance[3, 3]) / 2,
            self.residuals,
            self.usable,
        )
