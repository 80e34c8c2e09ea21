"""Poses of named objects as sensor_msgs/MultiDOFJointState: each object is a floating joint."""

from __future__ import annotations

from collections.abc import Mapping

from geometry_msgs.msg import Quaternion, Transform
from sensor_msgs.msg import MultiDOFJointState

from ...arrays import FloatArray
from ...errors import MessageError
from ...transforms import from_quaternion, to_quaternion
from .pose import point_from_msg, vector_to_msg


def object_poses_to_msg(poses: Mapping[str, FloatArray], frame_id: str) -> MultiDOFJointState:
    """The message of poses (4x4, to the frame) by name; it has no stamp."""
    message = MultiDOFJointState(joint_names=list(poses))
    message.header.frame_id = frame_id
    for pose in poses.values():
        x, y, z, w = (float(v) for v in to_quaternion(pose))
        message.transforms.append(
            Transform(
                translation=vector_to_msg(pose[:3, 3]), rotation=Quaternion(x=x, y=y, z=z, w=w)
            )
        )
    return message


def object_poses_from_msg(message: MultiDOFJointState) -> dict[str, FloatArray]:
    """The poses (4x4, to the message's frame) by name.

    Raises:
        MessageError: there are not as many names as transforms.
        TransformError: a pose is not a rigid transform.
    """
    if len(message.joint_names) != len(message.transforms):
        raise MessageError(
            f'{len(message.joint_names)} names and {len(message.transforms)} transforms: each '
            'object needs one of both'
        )
    poses = {}
    for name, told in zip(message.joint_names, message.transforms, strict=True):
        q = told.rotation
        poses[name] = from_quaternion(point_from_msg(told.translation), (q.x, q.y, q.z, q.w))
    return poses
