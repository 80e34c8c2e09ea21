"""Poses, points and covariances of geometry_msgs to arrays and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from geometry_msgs.msg import Point, Pose, PoseWithCovariance, Vector3

from ...arrays import FloatArray
from ...transforms import from_quaternion, to_quaternion
from . import values


def pose_to_msg(transform: FloatArray) -> Pose:
    """The pose of a 4x4 transform."""
    msg = Pose(position=point_to_msg(transform[:3, 3]))
    x, y, z, w = (float(v) for v in to_quaternion(transform))
    msg.orientation.x, msg.orientation.y, msg.orientation.z, msg.orientation.w = x, y, z, w
    return msg


def pose_from_msg(msg: Pose) -> FloatArray:
    """The 4x4 transform of a pose.

    Raises:
        MessageError: a position that is not finite, or beyond any place.
        TransformError: a quaternion that is not of unit length.
    """
    q = msg.orientation
    position = values.vector('position of a pose', point_from_msg(msg.position))
    return from_quaternion(position, (q.x, q.y, q.z, q.w))


def pose_with_covariance_to_msg(
    transform: FloatArray, covariance: FloatArray
) -> PoseWithCovariance:
    """The message of a 4x4 transform and its 6x6 covariance, row-major."""
    msg = PoseWithCovariance(pose=pose_to_msg(transform))
    msg.covariance = np.ascontiguousarray(covariance, np.float64).ravel()
    return msg


def pose_with_covariance_from_msg(msg: PoseWithCovariance) -> tuple[FloatArray, FloatArray]:
    """The 4x4 transform and 6x6 covariance of a message.

    Raises:
        MessageError: a position that is not finite, or what is no covariance.
        TransformError: the pose is not a rigid transform.
    """
    return pose_from_msg(msg.pose), values.covariance('covariance of a pose', msg.covariance)


def point_to_msg(point: npt.ArrayLike) -> Point:
    """The message of a point (3,), m."""
    x, y, z = (float(v) for v in np.asarray(point))
    return Point(x=x, y=y, z=z)


def point_from_msg(msg: Point | Vector3) -> FloatArray:
    """The point or vector (3,) of a message."""
    return np.array([msg.x, msg.y, msg.z])


def vector_to_msg(vector: npt.ArrayLike) -> Vector3:
    """The message of a vector (3,)."""
    x, y, z = (float(v) for v in np.asarray(vector))
    return Vector3(x=x, y=y, z=z)
