"""Contacts on a surface that is round between the jaws: a ball, a lying cylinder.

Its widest points are not visible: they lie a little behind the silhouettes. A circle fitted to the
visible part, in the plane through the camera and the opening axis, tells where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .band import Band

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_MIN_READINGS = 40
# Curvature times half the width: 1 on a circle that spans the jaws, 0 on a plane.
_MIN_ROUNDNESS = 0.55
_CENTRAL = 0.3
# Share of the readings that the circle must explain, and by how much its diameter may differ from
# the distance of the silhouettes.
_MIN_EXPLAINED = 0.85
_DIAMETER_TOLERANCE = 0.15


@dataclass(frozen=True)
class Arc:
    """A circle in the plane of view.

    Attributes:
        center: (3,) in the optical frame, m.
        axis: (3,) unit vector across the view, in the plane.
        radius: m.
        rms: of the readings about the circle, m.
        count: readings used.
    """

    center: FloatArray
    axis: FloatArray
    radius: float
    rms: float
    count: int


def fit_arc(band: Band, sigma: float) -> Arc | None:
    """Fit a circle where the surface is round, or None where it is not.

    Args:
        band: samples.
        sigma: standard deviation of the readings, m.
    """
    on_lines = band.on.any(axis=1)
    if on_lines.sum() < 5 or band.valid.sum() < _MIN_READINGS:
        return None
    ray = band.center_ray / np.linalg.norm(band.center_ray)
    normal = band.view_normal
    axis = np.cross(normal, ray)
    points = band.rays[band.valid] * band.depth[band.valid][:, None]
    s, x, t = points @ axis, points @ normal, points @ ray
    along = np.broadcast_to(np.arange(band.on.shape[1]), band.on.shape)[band.valid]
    first, last = along.min(), along.max()
    offset = (along - (first + last) / 2) / max(last - first, 1)
    central = np.abs(offset) < _CENTRAL
    if central.sum() < 15:
        return None
    width = float(np.ptp(s))
    middle = float((s.max() + s.min()) / 2)
    roundness = _curvature(s[central] - middle, t[central]) * width / 2
    if roundness < _MIN_ROUNDNESS:
        return None
    return _fit(s, x, t, middle, width, (axis, normal, ray), sigma)


def _curvature(s: FloatArray, t: FloatArray) -> float:
    """Second derivative of t over s at s = 0, 1/m."""
    design = np.stack([np.ones_like(s), s, s * s], axis=1)
    return 2 * float(np.linalg.solve(design.T @ design, design.T @ t)[2])


def _fit(
    s: FloatArray,
    x: FloatArray,
    t: FloatArray,
    middle: float,
    width: float,
    basis: tuple[FloatArray, FloatArray, FloatArray],
    sigma: float,
) -> Arc | None:
    """Least squares on s^2 + t^2 = A s + B t + C + x (D s + E t + F) + G x^2.

    The terms in x let the circle move and shrink from line to line, as on a ball or a cylinder
    that does not lie straight across.
    """
    front = float(t.min())
    s, t = s - middle, t - front
    keep = np.ones(len(s), bool)
    design = np.stack([s, t, np.ones_like(s), x * s, x * t, x, x * x], axis=1)
    target = s * s + t * t
    residual = target
    for _ in range(3):
        used = design[keep]
        normal = used.T @ used + 1e-12 * np.eye(7)
        solution = np.linalg.solve(normal, used.T @ target[keep])
        square = solution[2] + (solution[0] ** 2 + solution[1] ** 2) / 4
        if square <= 0:
            return None
        radius = float(np.sqrt(square))
        residual = (target - design @ solution) / (2 * radius)
        limit = max(3 * sigma, 0.02 * radius, 3e-4)
        keep = np.abs(residual) < limit
        if keep.sum() < _MIN_READINGS:
            return None
    if keep.mean() < _MIN_EXPLAINED or abs(2 * radius - width) > _DIAMETER_TOLERANCE * width:
        return None
    axis, _, ray = basis
    across = solution[0] / 2 + middle
    deep = solution[1] / 2 + front
    center = across * axis + deep * ray
    return Arc(center, axis, radius, float(np.sqrt(np.mean(residual[keep] ** 2))), int(keep.sum()))
