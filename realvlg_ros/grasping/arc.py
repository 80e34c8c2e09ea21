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
_CENTRAL = 0.38
# Share of the readings that the circle must explain, and by how much its diameter may differ from
# the distance of the silhouettes.
_MIN_EXPLAINED = 0.85
_DIAMETER_TOLERANCE = 0.15
_MAX_EXCESS = 2.0


@dataclass(frozen=True)
class Arc:
    """A circle in the plane of view.

    Attributes:
        center: (3,) in the optical frame, m.
        axis: (3,) unit vector across the view, in the plane.
        outward: (3,) unit vector out of the surface, square to the axis.
        radius: m.
        rms: of the readings about the circle, m.
        count: readings used.
    """

    center: FloatArray
    axis: FloatArray
    outward: FloatArray
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
    along = np.broadcast_to(np.arange(band.on.shape[1]), band.on.shape)[band.valid]
    low, high = np.percentile(along, (2, 98))
    depth = band.depth[band.valid]
    width = float((high - low + 1) * band.step * np.linalg.norm(band.pixel_rays[0]))
    width *= float(np.median(depth))
    # Beside a silhouette readings may be of what lies behind.
    good = depth < np.percentile(depth, 10) + 0.6 * width + 3 * sigma
    offset = (along[good] - (low + high) / 2) / max(high - low, 1)
    points = band.rays[band.valid][good] * depth[good][:, None]
    s, x, t = points @ axis, points @ normal, points @ ray
    central = np.abs(offset) < _CENTRAL
    if central.sum() < 15:
        return None
    middle = float(np.median(s[central]))
    curvature, slope = _shape(s[central] - middle, x[central], t[central])
    if curvature * width / 2 < _MIN_ROUNDNESS or good.mean() < _MIN_EXPLAINED:
        return None
    arc = _fit((s - middle, x, t), slope, middle, width, (axis, normal, ray), sigma)
    # A circle leaves no more than the noise between neighbours; a box's edge does.
    if arc is None or arc.rms > _MAX_EXCESS * band.roughness() + 0.01 * arc.radius:
        return None
    return arc


def _shape(s: FloatArray, x: FloatArray, t: FloatArray) -> tuple[float, float]:
    """Second derivative of t over s, 1/m, and first over x, in the middle."""
    design = np.stack([np.ones_like(s), s, s * s, x, x * x], axis=1)
    normal = design.T @ design
    normal[np.diag_indices(5)] *= 1 + 1e-9
    solution = np.linalg.solve(normal, design.T @ t)
    return 2 * float(solution[2]), float(solution[3])


def _fit(
    place: tuple[FloatArray, FloatArray, FloatArray],
    slope: float,
    middle: float,
    width: float,
    basis: tuple[FloatArray, FloatArray, FloatArray],
    sigma: float,
) -> Arc | None:
    """Least squares on s^2 + q^2 = A s + B q + C + D x s + E x + F x^2.

    q is the depth square to the direction in which the surface runs on across the jaws, so that a
    cylinder that leans along the view has a circle as its section, too. The terms in x let the
    circle shift and shrink from line to line, as on a ball.
    """
    s, x, t = place
    lean = float(np.hypot(1, slope))
    q = (t - slope * x) / lean
    front = float(q.min())
    q = q - front
    keep = np.ones(len(s), bool)
    design = np.stack([s, q, np.ones_like(s), x * s, x, x * x], axis=1)
    scale = np.abs(design).max(axis=0)
    design = design / scale
    target = s * s + q * q
    residual, radius, solution = target, 0.0, np.zeros(6)
    for _ in range(3):
        used = design[keep]
        normal = used.T @ used + 1e-9 * np.eye(6)
        solution = np.linalg.solve(normal, used.T @ target[keep]) / scale
        square = solution[2] + (solution[0] ** 2 + solution[1] ** 2) / 4
        if square <= 0:
            return None
        radius = float(np.sqrt(square))
        residual = (target - design @ (solution * scale)) / (2 * radius)
        keep = np.abs(residual) < max(3 * sigma, 0.02 * radius, 3e-4)
        if keep.sum() < _MIN_READINGS:
            return None
    if keep.mean() < _MIN_EXPLAINED or abs(2 * radius - width) > _DIAMETER_TOLERANCE * width:
        return None
    axis, view, ray = basis
    center = (solution[0] / 2 + middle) * axis + (solution[1] / 2 + front) * lean * ray
    rms = float(np.sqrt(np.mean(residual[keep] ** 2)))
    outward = (slope * view - ray) / lean
    return Arc(np.asarray(center), axis, outward, radius, rms, int(keep.sum()))
