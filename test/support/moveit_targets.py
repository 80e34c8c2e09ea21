"""A target with a grasp from above, for tests of what MoveIt is given."""

from __future__ import annotations

from typing import Any

import numpy as np
from realvlg_ros.msg import GraspCandidate, GraspTarget

from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file
from realvlg_ros.ros.conversions.pose import pose_to_msg, vector_to_msg
from realvlg_ros.transforms import from_quaternion, invert

# From above, 30 mm over the table: x stays, y and z are turned around.
TCP2FRAME = from_quaternion([0.4, 0.1, 0.03], [1.0, 0.0, 0.0, 0.0])


def profile(name: str) -> Gripper:
    return Gripper.from_yaml(gripper_file(name))


def target(gripper: Gripper, link: str = '', count: int = 1, **fields: Any) -> GraspTarget:
    """A box of 100 x 40 x 60 mm on a table, and grasps of it, each 10 mm higher than before."""
    message = GraspTarget(
        track_id=7, label='red box', state=GraspTarget.CONFIRMED, stable=True,
        gripper=gripper.name, parent_link=link or gripper.parent_link,
        object_on_support=True, object_size=vector_to_msg((0.1, 0.04, 0.06)),
        object_pose=pose_to_msg(from_quaternion([0.4, 0.1, 0.03], [0.0, 0.0, 0.0, 1.0])),
    )  # fmt: skip
    message.header.frame_id = 'base_link'
    message.header.stamp.sec = 12
    for index in range(count):
        message.grasps.append(_candidate(gripper, link, index))
    for name, value in fields.items():
        setattr(message, name, value)
    return message


def _candidate(gripper: Gripper, link: str, index: int) -> Any:
    tcp2frame = TCP2FRAME.copy()
    tcp2frame[2, 3] += 0.01 * index
    candidate = GraspCandidate(
        object_width=0.04, opening_width=0.05, approach=vector_to_msg((0.0, 0.0, -1.0)),
        standoff=0.1, retreat=vector_to_msg((0.0, 0.0, 1.0)), retreat_distance=0.15,
        quality=0.6, preference=0.75 - 0.25 * index,
        parent_link_pose=pose_to_msg(tcp2frame @ invert(gripper.tcp_in(link))),
    )  # fmt: skip
    candidate.pose.pose = pose_to_msg(tcp2frame)
    return candidate


def position(pose: Any) -> np.ndarray:
    return np.array([pose.position.x, pose.position.y, pose.position.z])


def vector(message: Any) -> np.ndarray:
    return np.array([message.x, message.y, message.z])
