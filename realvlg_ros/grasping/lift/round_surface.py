"""Contacts on a surface that is round between the jaws: a ball, a lying cylinder.

Its widest points are not visible: they lie a little behind the silhouettes. They follow from a
circle fitted to the visible part, in the plane through the camera and the opening axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...arrays import BoolArray, FloatArray
from ..vectors import cross, length, mean, solve_positive, unit
from .circle_fit import Circle, RoundReadings, fit_circle
from .jaw_strip import JawStrip
from .model_selection import CircleOrSlab

# Least number of readings, in all and in the middle part. Chosen: a few times the unknowns of the
# curvature's fit.
_MIN_READINGS = 24
_MIN_CENTRAL = 10
# Most readings that are used; more add little, since the noise of neighbours is correlated.
# Chosen: for time.
_ENOUGH = 400
# Least curvature times half the width: 1 on a circle that spans the jaws, 0 on a plane. Chosen:
# about half way, less its noise.
_MIN_ROUNDNESS = 0.4
# Half the extent of the readings that the curvature is fitted to, as a share of the width. Chosen:
# farther out a circle is much steeper than its parabola.
_CENTRAL = 0.38
# Least share of the readings that are on the circle, and the largest relative difference between
# its diameter and the distance of the silhouettes. Chosen: readings of a handle or of the
# background may be more than half.
_MIN_EXPLAINED = 0.4
_DIAMETER_TOLERANCE = 0.2
# Log odds of the initial circle against the slab below which it is not refined. Chosen: for time,
# well beyond what counts as certain.
_MIN_START_LOG_ODDS = -8.0
# Readings within this of a silhouette may be of the background, px. From Nguyen, Izadi and Lovell
# (2012): the lateral noise of a depth camera is about a pixel, plus the rounding to pixels.
_BLURRED_PX = 1.5
# The identity, to invert the curvature's fit. Chosen: made once, for time.
_FIVE = np.eye(5)
# Standard deviation of a rectangle's angle to the object, rad. Chosen: that of benchmarks.lift.
_ASKEW_RAD = 0.05


@dataclass(frozen=True)
class RoundSurface:
    """A circle in the plane of view, in the optical frame.

    Attributes:
        center: (3,) m.
        axis: (3,) unit opening axis, tangent to the surface at its nearest point.
        outward: (3,) unit vector out of the surface, orthogonal to the axis.
        tilt: standard deviation of the axis within the plane, rad.
        radius: m.
        sigmas: standard deviation of the centre along the axis and along the view, m.
        log_odds: of the circle against the slab that it was compared with; 0 without one.
        count: readings used.
    """

    center: FloatArray
    axis: FloatArray
    outward: FloatArray
    tilt: float
    radius: float
    sigmas: tuple[float, float]
    log_odds: float
    count: int


def fit_round_surface(
    strip: JawStrip, sigma: float, slab: Callable[[FloatArray], FloatArray] | None = None
) -> RoundSurface | None:
    """Fit a circle where the surface is round, or None where it is clearly not.

    Args:
        strip: samples of the image between the jaws.
        sigma: standard deviation of the readings, m.
        slab: residuals (n,), m, along their rays, of points (n, 3), m, in the optical frame on the
            slab that may be there instead.
    """
    chosen = _choose(strip, sigma)
    if chosen is None:
        return None
    fit, count = chosen.fit, len(chosen.points)
    log_odds = None
    if slab is not None:
        flat = np.full(count, np.nan)
        flat[chosen.observed] = slab(chosen.points[chosen.observed])
        log_odds = CircleOrSlab(flat, sigma, count / fit.correlated_samples)

    def against_slab(fitted: FloatArray) -> float:
        if log_odds is None:
            return 0.0
        residuals = np.full(count, np.inf)
        residuals[chosen.near] = fitted
        return log_odds.log_odds_of_circle(residuals)

    circle = fit_circle(fit, lambda start: against_slab(start) < _MIN_START_LOG_ODDS)
    if circle is None or np.count_nonzero(circle.usable) < _MIN_EXPLAINED * len(fit.s):
        return None
    if abs(2 * circle.radius - chosen.width) > _DIAMETER_TOLERANCE * chosen.width + 4 * sigma:
        return None
    off = np.abs(fit.s - circle.s - circle.turn * fit.x)
    beside = off > circle.radius + _BLURRED_PX * fit.pixel
    likelier = against_slab(np.where(beside, np.inf, circle.residuals))
    return _placed(circle, chosen, likelier)


@dataclass(frozen=True)
class _Chosen:
    """The readings that a circle is fitted to.

    Attributes:
        points: (n, 3) in the optical frame, background included, m.
        near: (n,) those of the fit, without the background.
        observed: (n,) those that are not beside a silhouette, where readings are ambiguous.
        basis: (3, 3) rows are the axes of the fit's s, x and t in the optical frame.
        middle: s of the fit's origin, m.
        width: distance of the silhouettes, m.
        fit: readings in the plane of view's axes.
    """

    points: FloatArray
    near: BoolArray
    observed: BoolArray
    basis: FloatArray
    middle: float
    width: float
    fit: RoundReadings


def _choose(strip: JawStrip, sigma: float) -> _Chosen | None:
    """Readings on a surface that may be round, or None where it is clearly not."""
    index = np.flatnonzero(strip.valid)
    if len(index) < _MIN_READINGS:
        return None
    stride = -(-len(index) // _ENOUGH)
    index = index[::stride]
    low, high = _extent(strip)
    depth = strip.depth.ravel()[index]
    ordered = np.sort(depth)
    pixel = length(strip.pixel_rays[0]) * float(ordered[len(ordered) // 2])
    width = (high - low) * strip.step * pixel
    # The background is left out; the surface may lean across the jaws.
    reach = 0.6 * width + strip.jaw_px * pixel + 3 * sigma
    near = depth < ordered[len(ordered) // 10] + reach
    off = np.abs(index % strip.valid.shape[1] - (low + high) / 2)
    central = off[near] < _CENTRAL * (high - low)
    enough = np.count_nonzero(near) >= _MIN_EXPLAINED * len(depth)
    if not enough or np.count_nonzero(central) < _MIN_CENTRAL:
        return None
    basis = np.array([cross(strip.view_normal, strip.ray), strip.view_normal, strip.ray])
    points = strip.rays.reshape(-1, 3)[index] * depth[:, None]
    s, x, t = basis @ points[near].T
    middle = mean(s[central])
    s -= middle
    correlated_samples = max(strip.correlated_samples / stride, 1.0)
    shape = _shape(s[central], x[central], t[central], sigma * math.sqrt(correlated_samples))
    if (shape.bend + 2 * shape.bend_sigma) * width / 2 < _MIN_ROUNDNESS:
        return None
    half_angle = _half_angle(strip, low, high, basis)
    fit = RoundReadings(
        s, x, t, shape.slope, shape.slope_sigma, sigma, pixel, correlated_samples, half_angle
    )
    observed = off < (high - low) / 2 - _BLURRED_PX / strip.step
    return _Chosen(points, near, observed, basis, middle, width, fit)


def _placed(circle: Circle, chosen: _Chosen, log_odds: float) -> RoundSurface:
    """The circle in the optical frame."""
    (across, view, ray), slope = chosen.basis, chosen.fit.slope
    center = (circle.s + chosen.middle) * across + circle.t * ray
    # The axis is orthogonal to the ray of the circle's centre, not of the rectangle's, and to the
    # direction in which the surface continues across the jaws. The measured angle of that
    # direction is shrunk by its noise.
    toward = unit(center)
    trust = _ASKEW_RAD**2 / (_ASKEW_RAD**2 + circle.turn_sigma**2)
    runs = unit(view + slope * toward + trust * circle.turn * across)
    outward = unit(float(toward @ runs) * runs - toward)
    askew = abs(slope) / math.hypot(1, slope) * trust * circle.turn_sigma
    return RoundSurface(
        center=center,
        axis=unit(cross(outward, view)),
        outward=outward,
        tilt=math.hypot(askew, circle.sigmas[0] / length(center)),
        radius=circle.radius,
        sigmas=circle.sigmas,
        log_odds=log_odds,
        count=int(np.count_nonzero(circle.usable)),
    )


def _extent(strip: JawStrip) -> tuple[float, float]:
    """First and last place of the object on the middle lines, in samples."""
    rows = np.flatnonzero(strip.on.any(axis=1))
    middle = len(rows) // 2
    on = strip.on[rows[max(middle - 1, 0) : middle + 2]]
    first, last = np.sort(on.argmax(axis=1)), np.sort(on[:, ::-1].argmax(axis=1))
    return (
        float(first[len(on) // 2]) - 0.5,
        float(on.shape[1] - 1 - last[len(on) // 2]) + 0.5,
    )


def _half_angle(strip: JawStrip, low: float, high: float, basis: FloatArray) -> float:
    """Half the angle, rad, between two places on the middle line.

    Args:
        strip: samples of the image between the jaws.
        low: first place along the line, in samples.
        high: last place along the line, in samples.
        basis: (3, 3) rows are the axes s, x and t in the optical frame.
    """
    angles = []
    for place in (low, high):
        off = (place - (strip.on.shape[1] - 1) / 2) * strip.step
        s, _, t = basis @ (strip.center_ray + off * strip.pixel_rays[0])
        angles.append(math.atan2(s, t))
    return abs(angles[1] - angles[0]) / 2


@dataclass(frozen=True)
class _Shape:
    """Curvature of a surface along s, 1/m, and slope along x, with standard deviations."""

    bend: float
    bend_sigma: float
    slope: float
    slope_sigma: float


def _shape(s: FloatArray, x: FloatArray, t: FloatArray, sigma: float) -> _Shape:
    """Second derivative of t over s, and first derivative over x, at the origin.

    Args:
        s: (n,) along the opening, m.
        x: (n,) across the jaws, m.
        t: (n,) along the view, m.
        sigma: standard deviation of t, scaled up for the correlation of its values, m.
    """
    scale = max(float(np.abs(s).max()), float(np.abs(x).max()), 1e-4)
    s, x = s / scale, x / scale
    design = np.array([np.ones_like(s), s, s * s, x, x * x])
    small = 1e-9 * len(s) * _FIVE
    inverse = solve_positive(design @ design.T + small, _FIVE)
    solution = inverse @ (design @ t)
    return _Shape(
        bend=2 * float(solution[2]) / scale**2,
        bend_sigma=2 * sigma * math.sqrt(inverse[2, 2]) / scale**2,
        slope=float(solution[3]) / scale,
        slope_sigma=sigma * math.sqrt(inverse[3, 3]) / scale,
    )
