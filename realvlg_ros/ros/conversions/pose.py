"""Poses, points and covariances of geometry_msgs to arrays and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from geometry_msgs.msg import Point, Pose, PoseWithCovariance, Vector3

from ...arrays import FloatArray
from ...transforms import from_quaternion, to_quaternion


def pose_to_msg(transform: FloatArray) -> Pose:
    """The pose of a 4x4 transform."""
    msg = Pose(position=point_to_msg(transform[:3, 3]))
    x, y, z, w = (float(v) for v in to_quaternion(transform))
    msg.orientation.x, msg.orientation.y, msg.orientation.z, msg.orientation.w = x, y, z, w
    return msg


def pose_from_msg(msg: Pose) -> FloatArray:
    """The 4x4 transform of a pose.

    Raises:
        TransformError: a value is not finite, or the quaternion is not of unit length.
    """
    q = msg.orientation
    return from_quaternion(point_from_msg(msg.position), (q.x, q.y, q.z, q.w))


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
        TransformError: the pose is not a rigid transform.
    """
    return pose_from_msg(msg.pose), np.array(msg.covariance, np.float64).reshape(6, 6)


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
