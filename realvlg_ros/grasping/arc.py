"""Contacts on a surface that is round between the jaws: a ball, a lying cylinder.

Its widest points are not visible: they lie a little behind the silhouettes. A circle fitted to the
visible part, in the plane through the camera and the opening axis, tells where.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .band import Band
from .circle_fit import Circle, RoundReadings, fit_circle
from .vectors import cross, length, unit

FloatArray = npt.NDArray[np.float64]

_MIN_READINGS = 24
_MIN_CENTRAL = 10
# More readings than this add little: neighbours' noise is alike.
_ENOUGH = 400
# Curvature times half the width: 1 on a circle that spans the jaws, 0 on a plane.
_MIN_ROUNDNESS = 0.4
_CENTRAL = 0.38
# Share of the readings that the circle must explain, and by how much its diameter may differ from
# the distance of the silhouettes.
_MIN_EXPLAINED = 0.4
_DIAMETER_TOLERANCE = 0.2
# Beside a silhouette readings may be of what lies behind, px.
_BLURRED_PX = 1.5
# Rectangles are drawn about this much askew, rad.
_ASKEW = 0.05


@dataclass(frozen=True)
class Arc:
    """A circle in the plane of view.

    Attributes:
        center: (3,) in the optical frame, m.
        axis: (3,) unit vector in the plane and along the surface.
        outward: (3,) unit vector out of the surface, square to the axis.
        tilt: standard deviation of the axis within the plane, rad.
        radius: m.
        sigmas: standard deviation of the centre along the axis and along the view, m.
        points: (n, 3) the readings, m.
        residuals: (n,) of the readings, along their rays, m; infinite where they are beside the
            circle or far behind it, NaN where that says nothing, at the silhouettes.
        alike: readings whose noise is as good as one's.
        count: readings used.
    """

    center: FloatArray
    axis: FloatArray
    outward: FloatArray
    tilt: float
    radius: float
    sigmas: tuple[float, float]
    points: FloatArray
    residuals: FloatArray
    alike: float
    count: int


def fit_arc(band: Band, sigma: float) -> Arc | None:
    """Fit a circle where the surface is round, or None where it is clearly not.

    Args:
        band: samples.
        sigma: standard deviation of the readings, m.
    """
    index = np.flatnonzero(band.valid)
    if len(index) < _MIN_READINGS:
        return None
    stride = -(-len(index) // _ENOUGH)
    index = index[::stride]
    low, high = _extent(band)
    depth = band.depth.ravel()[index]
    ordered = np.sort(depth)
    pixel = length(band.pixel_rays[0]) * float(ordered[len(ordered) // 2])
    width = (high - low) * band.step * pixel
    # What lies behind is left out; things may lean across the jaws.
    reach = 0.6 * width + band.jaw_px * pixel + 3 * sigma
    good = depth < ordered[len(ordered) // 10] + reach
    off = np.abs(index % band.valid.shape[1] - (low + high) / 2)
    central = off[good] < _CENTRAL * (high - low)
    enough = np.count_nonzero(good) >= _MIN_EXPLAINED * len(depth)
    if not enough or np.count_nonzero(central) < _MIN_CENTRAL:
        return None
    basis = np.array([cross(band.view_normal, unit(band.center_ray)), band.view_normal,
                      unit(band.center_ray)])  # fmt: skip
    points = band.rays.reshape(-1, 3)[index] * depth[:, None]
    s, x, t = basis @ points[good].T
    middle = float(s[central].mean())
    s -= middle
    alike = max(band.alike / stride, 1.0)
    shape = _shape(s[central], x[central], t[central], sigma * math.sqrt(alike))
    if (shape.bend + 2 * shape.bend_sigma) * width / 2 < _MIN_ROUNDNESS:
        return None
    half_angle = _half_angle(band, low, high, basis)
    circle = fit_circle(
        RoundReadings(
            s, x, t, shape.slope, shape.slope_sigma, sigma, pixel, alike, half_angle
        )
    )  # fmt: skip
    if circle is None or np.count_nonzero(circle.usable) < _MIN_EXPLAINED * len(s):
        return None
    if abs(2 * circle.radius - width) > _DIAMETER_TOLERANCE * width + 4 * sigma:
        return None
    inner = off < (high - low) / 2 - _BLURRED_PX / band.step
    residuals = np.where(inner, np.inf, np.nan)
    beside = np.abs(s - circle.s - circle.turn * x) > circle.radius + _BLURRED_PX * pixel
    residuals[good] = np.where(beside & inner[good], np.inf, circle.residuals)
    return _placed(circle, basis, middle, shape.slope, points, residuals, alike)


def _placed(
    circle: Circle,
    basis: FloatArray,
    middle: float,
    slope: float,
    points: FloatArray,
    residuals: FloatArray,
    alike: float,
) -> Arc:
    """The circle in the optical frame; basis (3, 3) holds the axes of its s, x and t."""
    across, view, ray = basis
    center = (circle.s + middle) * across + circle.t * ray
    # Square to the view of the centre, not to that of the rectangle, and to the direction in
    # which the surface runs on; noise makes things seem askew, too.
    toward = unit(center)
    trust = _ASKEW**2 / (_ASKEW**2 + circle.turn_sigma**2)
    runs = unit(view + slope * toward + trust * circle.turn * across)
    outward = unit(float(toward @ runs) * runs - toward)
    askew = abs(slope) / math.hypot(1, slope) * trust * circle.turn_sigma
    return Arc(
        center=center,
        axis=unit(cross(outward, view)),
        outward=outward,
        tilt=math.hypot(askew, circle.sigmas[0] / length(center)),
        radius=circle.radius,
        sigmas=circle.sigmas,
        points=points,
        residuals=residuals,
        alike=alike,
        count=int(np.count_nonzero(circle.usable)),
    )


def _extent(band: Band) -> tuple[float, float]:
    """Where the object begins and ends on the middle lines, in samples."""
    rows = np.flatnonzero(band.on.any(axis=1))
    middle = len(rows) // 2
    on = band.on[rows[max(middle - 1, 0) : middle + 2]]
    first, last = np.sort(on.argmax(axis=1)), np.sort(on[:, ::-1].argmax(axis=1))
    return (
        float(first[len(on) // 2]) - 0.5,
        float(on.shape[1] - 1 - last[len(on) // 2]) + 0.5,
    )


def _half_angle(band: Band, low: float, high: float, basis: FloatArray) -> float:
    """Half the angle, rad, between two places (samples) on the middle line; basis is (3, 3)."""
    angles = []
    for place in (low, high):
        off = (place - (band.on.shape[1] - 1) / 2) * band.step
        s, _, t = basis @ (band.center_ray + off * band.pixel_rays[0])
        angles.append(math.atan2(s, t))
    return abs(angles[1] - angles[0]) / 2


@dataclass(frozen=True)
class _Shape:
    """How a surface bends along s, 1/m, and slants across, with their standard deviations."""

    bend: float
    bend_sigma: float
    slope: float
    slope_sigma: float


def _shape(s: FloatArray, x: FloatArray, t: FloatArray, sigma: float) -> _Shape:
    """Second derivative of t over s, and first over x, in the middle.

    Args:
        s: (n,) along the opening, m.
        x: (n,) across the jaws, m.
        t: (n,) along the view, m.
        sigma: standard deviation of t as if its values were independent, m.
    """
    scale = max(float(np.abs(s).max()), float(np.abs(x).max()), 1e-4)
    s, x = s / scale, x / scale
    design = np.array([np.ones_like(s), s, s * s, x, x * x])
    inverse = np.linalg.inv(design @ design.T + 1e-9 * len(s) * np.eye(5))
    solution = inverse @ (design @ t)
    return _Shape(
        bend=2 * float(solution[2]) / scale**2,
        bend_sigma=2 * sigma * math.sqrt(inverse[2, 2]) / scale**2,
        slope=float(solution[3]) / scale,
        slope_sigma=sigma * math.sqrt(inverse[3, 3]) / scale,
    )
