"""Covariance of a TCP pose from the noise of the depth at its contacts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .depth_noise import DepthNoise
from .vectors import cross, length, unit

FloatArray = npt.NDArray[np.float64]

# Readings of neighbouring pixels are correlated: a window holds fewer independent ones.
_CORRELATED_PX = 9.0
# Edges in the image are known to about this, px.
_EDGE_SIGMA_PX = 0.5
# Rotation about the opening axis is chosen, not measured; its reference (support, camera) is
# known to about this, rad.
_CHOSEN_SIGMA = 0.02
# No position is known better than this, m.
_FLOOR = 5e-5**2 * np.eye(3)


def tcp_covariance(
    contacts: FloatArray,
    counts: tuple[int, int],
    spreads: tuple[float, float],
    focal: float,
    noise: DepthNoise,
) -> FloatArray:
    """The 6x6 covariance over (x, y, z, rotation x, y, z) in the camera's optical frame.

    The contacts are independent points with an axial and a lateral error. Their middle moves the
    TCP; their difference turns the opening axis.

    Args:
        contacts: (2, 3) m.
        counts: depth readings behind each.
        spreads: disagreement of the readings at each contact, m.
        focal: px.
        noise: of the depth.
    """
    position = np.zeros((3, 3))
    difference = np.zeros((3, 3))
    for point, count, spread in zip(contacts, counts, spreads, strict=True):
        independent = max(count / _CORRELATED_PX, 1.0)
        axial = (float(noise.sigma(point[2])) ** 2 + spread**2) / independent
        lateral = (_EDGE_SIGMA_PX * point[2] / focal) ** 2
        ray = unit(point)
        single = lateral * np.eye(3) + (axial - lateral) * np.outer(ray, ray)
        position += single / 4
        difference += single
    line = contacts[1] - contacts[0]
    width = max(length(line), 1e-3)
    axis = line / width
    # d(axis) = P d(line) / width and rotation = axis x d(axis).
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = cross @ difference @ cross.T / max(width, 0.01) ** 2
    rotation += _CHOSEN_SIGMA**2 * np.outer(axis, axis)
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = position
    covariance[3:, 3:] = rotation
    return covariance


def lift_covariance(
    axis: FloatArray,
    ray: FloatArray,
    position_sigmas: tuple[float, float],
    axis_sigmas: tuple[float, float],
) -> FloatArray:
    """The 6x6 covariance of lifted contacts' middle and opening axis.

    An error of the depth moves the middle along its ray; the rest of the error is along the
    opening. The image fixes the plane that holds camera and opening axis.

    Args:
        axis: (3,) unit opening axis.
        ray: (3,) unit vector from the camera to the middle.
        position_sigmas: standard deviation along the opening and along the ray, m.
        axis_sigmas: standard deviation of the axis in that plane and out of it, rad.
    """
    view = unit(cross(axis, ray))
    position = np.stack([axis * position_sigmas[0], ray * position_sigmas[1]])
    turn = np.stack([view * axis_sigmas[0], cross(axis, view) * axis_sigmas[1]])
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = position.T @ position + _FLOOR
    covariance[3:, 3:] = turn.T @ turn
    return covariance
