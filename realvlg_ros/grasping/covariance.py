"""Covariance of lifted contacts and of TCP poses, from depth noise and scatter of the choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import FloatArray
from ..depth_noise import DepthNoise
from .vectors import cross, length, unit

# Points of a cloud at a contact that count as one independent reading: a finger rests on the
# outermost of them, not on their mean. Measured by benchmarks.grasp_scatter: the mean normalised
# error squared over its degrees of freedom is 1.2 with 9 and 1.3 with 5.
_POINTS_PER_READING = 9.0
# Standard deviation of a silhouette's place in the image, px. Measured by
# benchmarks.grasp_scatter: the mean normalised error squared over its degrees of freedom is 1.2
# with 0.5 and 1.3 with 0.3.
SILHOUETTE_SIGMA_PX = 0.5
# Between contacts on a thin wall the direction of the line is mostly noise, and the faces beside
# them determine the opening axis: where that line is used, walls count as at least this thick, m.
# Measured by benchmarks.grasp_scatter: 15 and 30 mm give the same normalised error squared, 1.2.
THIN_WALL = 0.015
# Lower bound of the covariance of a position, m^2. Chosen: the square of 0.05 mm.
_FLOOR = 5e-5**2 * np.eye(3)


@dataclass(frozen=True)
class Choice:
    """How far the chosen grasp varies from plan to plan, beyond the error of the measurement.

    Measured by planning for the same object in many draws of noise (benchmarks.grasp_scatter).

    Attributes:
        position: standard deviations along the TCP's x, y and z, m.
        rotation: standard deviations about the TCP's x, y and z, rad; the one about y, the lean
            of the approach, turns the TCP about the contacts.
    """

    position: tuple[float, float, float]
    rotation: tuple[float, float, float]


# A search may hold a long object anywhere along it; a proposed rectangle fixes the place. The
# approach of both leans in steps. Measured by benchmarks.grasp_scatter.
SEARCHED = Choice((0.0020, 0.0003, 0.0017), (0.025, 0.018, 0.045))
PROPOSED = Choice((0.0004, 0.0003, 0.0005), (0.017, 0.034, 0.017))


def contact_covariance(
    contacts: FloatArray,
    counts: tuple[int, int],
    focal: float,
    noise: DepthNoise,
    hidden: FloatArray | None = None,
) -> FloatArray:
    """The 6x6 covariance of the middle of two contacts and of the axis through them.

    The contacts are independent points with an axial and a lateral error. The covariance is over
    (x, y, z, rotation x, y, z) in the contacts' frame, m and rad; the rotation about the axis has
    no variance.

    Args:
        contacts: (2, 3) in the camera's optical frame, m.
        counts: depth readings at each contact.
        focal: focal length, px.
        noise: depth noise model.
        hidden: (3,) standard deviation, as a vector along which it is, of the farther contact,
            if that is on the hidden side, m.
    """
    position = np.zeros((3, 3))
    difference = np.zeros((3, 3))
    for point, count in zip(contacts, counts, strict=True):
        axial = float(noise.sigma(point[2])) ** 2 / max(count / _POINTS_PER_READING, 1.0)
        lateral = (SILHOUETTE_SIGMA_PX * point[2] / focal) ** 2
        ray = unit(point)
        single = lateral * np.eye(3) + (axial - lateral) * np.outer(ray, ray)
        position += single / 4
        difference += single
    if hidden is not None:
        position += np.outer(hidden, hidden) / 4
        difference += np.outer(hidden, hidden)
    line = contacts[1] - contacts[0]
    axis = line / max(length(line), 1e-6)
    # d(axis) = P d(line) / width and rotation = axis x d(axis).
    turn = _skew(axis)
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = position
    covariance[3:, 3:] = turn @ difference @ turn.T / max(length(line), THIN_WALL) ** 2
    return covariance


def tcp_covariance(
    covariance: FloatArray, middle: FloatArray, tcp2frame: FloatArray, choice: Choice
) -> FloatArray:
    """The 6x6 covariance of a TCP's pose from that of the contacts that it closes on.

    Rotations of the opening axis and of the approach turn the TCP about the contacts' middle.

    Args:
        covariance: 6x6 of the contacts' middle and axis, m and rad.
        middle: (3,) of the contacts, m.
        tcp2frame: 4x4 pose of the TCP in the same frame, m.
        choice: scatter that planning adds.
    """
    rotation = tcp2frame[:3, :3]
    lean = np.concatenate([np.zeros(3), rotation[:, 1]]) * choice.rotation[1]
    moved = np.eye(6)
    moved[:3, 3:] = -_skew(tcp2frame[:3, 3] - middle)
    total = moved @ (covariance + lean[:, None] * lean) @ moved.T
    deviations = np.array([choice.position, (choice.rotation[0], 0.0, choice.rotation[2])])
    for part, sigmas in zip((slice(0, 3), slice(3, 6)), deviations, strict=True):
        total[part, part] += (rotation * sigmas**2) @ rotation.T
    return np.asarray((total + total.T) / 2)


def lift_covariance(
    axis: FloatArray,
    ray: FloatArray,
    position_sigmas: tuple[float, float],
    axis_sigmas: tuple[float, float],
) -> FloatArray:
    """The 6x6 covariance of lifted contacts' middle and opening axis.

    A depth error moves the middle along its ray; the rest of the error is along the opening. The
    image fixes the plane through the camera and the opening axis.

    Args:
        axis: (3,) unit opening axis, in the optical frame.
        ray: (3,) unit vector from the camera to the middle, in the optical frame.
        position_sigmas: standard deviation along the opening and along the ray, m.
        axis_sigmas: standard deviation of the axis within that plane and out of it, rad.
    """
    view = unit(cross(axis, ray))
    position = np.array([axis * position_sigmas[0], ray * position_sigmas[1]])
    turn = np.array([view * axis_sigmas[0], cross(axis, view) * axis_sigmas[1]])
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = position.T @ position + _FLOOR
    covariance[3:, 3:] = turn.T @ turn
    return covariance


def _skew(vector: FloatArray) -> FloatArray:
    """The 3x3 matrix of the cross product with a vector (3,)."""
    x, y, z = vector.tolist()
    return np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
