"""Where an object is, from depth alone: point-to-plane alignment of its surface.

Correspondences are by projection (Blais and Levine, Registering multiview range data, 1995), so
no nearest-neighbour search is needed; residuals are along the normals (Chen and Medioni, 1992).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..camera import Camera
from ..transforms import FloatArray, transform_points
from .object_motion import Measurement
from .object_view import ObjectView, surface_depth
from .rigid_fit import huber_weights, perturbed, skew
from .settings import TrackerSettings

_ITERATIONS = 8
_REACH_M = 0.03
# Directions that the surface says nothing about keep this uncertainty: m and rad.
_FREE_POSITION_M = 0.05
_FREE_ROTATION_RAD = 0.5


@dataclass(frozen=True)
class Visibility:
    """What the depth shows where a surface is expected, as shares of its points.

    Attributes:
        agreeing: the surface is there.
        hidden: something nearer is in front of it.
        vacated: one sees past where it should be.
        unread: no depth, or outside the image.
    """

    agreeing: float
    hidden: float
    vacated: float
    unread: float


def see_surface(
    view: ObjectView,
    depth: npt.NDArray[np.float32],
    camera: Camera,
    object2camera: FloatArray,
    settings: TrackerSettings,
) -> Visibility:
    """Compare the depth with the surface of a view at a pose."""
    points = transform_points(object2camera, view.surface)
    apart, read = _depth_gaps(points, depth, camera)
    bound = _tolerance(points[:, 2], settings)
    return Visibility(
        float((read & (np.abs(apart) <= bound)).mean()),
        float((read & (apart < -bound)).mean()),
        float((read & (apart > bound)).mean()),
        float((~read).mean()),
    )


def measure_surface(
    view: ObjectView,
    depth: npt.NDArray[np.float32],
    camera: Camera,
    predicted: FloatArray,
    settings: TrackerSettings,
) -> Measurement | None:
    """Align the view's surface to the depth; None when too little of it is explained."""
    pose, hessian = predicted, np.eye(6)
    for _ in range(_ITERATIONS):
        jacobian, residual, weight = _linearize(view, depth, camera, pose, settings)
        if residual.size < settings.min_features:
            return None
        hessian = jacobian.T @ (weight[:, None] * jacobian)
        # Damping holds still what the surface leaves free.
        damped = hessian + _free_information()
        step = np.linalg.solve(damped, jacobian.T @ (weight * residual))
        pose = perturbed(pose, step)
        if np.abs(step).max() < 1e-5:
            break
    seen = see_surface(view, depth, camera, pose, settings)
    in_sight = seen.agreeing + seen.vacated
    if in_sight < 0.2 or seen.agreeing < settings.min_depth_agreement * in_sight:
        return None
    covariance: FloatArray = np.linalg.inv(hessian + _free_information()).astype(np.float64)
    count = round(seen.agreeing * len(view.surface))
    return Measurement(pose, covariance, seen.agreeing / in_sight, count, by_depth=True)


def _free_information() -> FloatArray:
    return np.diag([_FREE_POSITION_M**-2] * 3 + [_FREE_ROTATION_RAD**-2] * 3)


def _tolerance(z: FloatArray, settings: TrackerSettings) -> FloatArray:
    """Gap between two surfaces that are the same, m: 4 standard deviations plus 4 mm."""
    return 0.004 + 4 * (settings.depth_noise_m + settings.depth_noise_per_m2 * z**2)


def _depth_gaps(
    points: FloatArray, depth: npt.NDArray[np.float32], camera: Camera
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """How much farther than the points (n, 3) the depth is, m, and where it was read."""
    pixels = camera.project(points)
    pixels = np.where(np.isfinite(pixels), pixels, -1e6)
    z = surface_depth(depth, pixels, radius=1)
    return z - points[:, 2], z > 0


def _linearize(
    view: ObjectView,
    depth: npt.NDArray[np.float32],
    camera: Camera,
    pose: FloatArray,
    settings: TrackerSettings,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Whitened Jacobian (m, 6), residual (m,) and weights (m,) of the surface in sight."""
    arms = view.surface @ pose[:3, :3].T
    points = arms + pose[:3, 3]
    normals = view.normals @ pose[:3, :3].T
    apart, read = _depth_gaps(points, depth, camera)
    facing = np.abs(np.einsum('ij,ij->i', normals, points)) / np.linalg.norm(points, axis=1) > 0.2
    keep = read & facing & (np.abs(apart) < _REACH_M)
    rays = points[keep] / points[keep, 2:]
    target = points[keep] + rays * apart[keep, None]
    normal = normals[keep]
    std = np.sqrt(2) * (settings.depth_noise_m + settings.depth_noise_per_m2 * target[:, 2] ** 2)
    lever = np.einsum('ni,nij->nj', normal, -skew(arms[keep]))
    jacobian = np.concatenate([normal, lever], axis=1) / std[:, None]
    residual = np.einsum('ni,ni->n', normal, target - points[keep]) / std
    return jacobian, residual, huber_weights(residual)
