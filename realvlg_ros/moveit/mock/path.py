"""Paths of a robot that is where its link is: its joints are the numbers of that pose."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point, Pose, Quaternion
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from ...errors import PickError
from ..messages import moveit_messages

# Names of the joints. Chosen: one for each number of a pose.
_JOINTS = [f'mock_{name}' for name in ('x', 'y', 'z', 'qx', 'qy', 'qz', 'qw')]


def path_to(end: Pose) -> Any:
    """The moveit_msgs/RobotTrajectory that brings the link to a pose."""
    p, q = end.position, end.orientation
    positions = [p.x, p.y, p.z, q.x, q.y, q.z, q.w]
    point = JointTrajectoryPoint(positions=positions, time_from_start=Duration(sec=1))
    path = JointTrajectory(joint_names=_JOINTS, points=[point])
    return moveit_messages('RobotTrajectory').RobotTrajectory(joint_trajectory=path)


def end_of(trajectory: Any) -> Pose:
    """The pose of the link at the end of a moveit_msgs/RobotTrajectory that has points.

    Raises:
        PickError: it is of another robot.
    """
    path = trajectory.joint_trajectory
    if list(path.joint_names) != _JOINTS:
        raise PickError(f'a path of the joints {list(path.joint_names)}: this robot has {_JOINTS}')
    x, y, z, *quaternion = path.points[-1].positions
    turned = dict(zip('xyzw', quaternion, strict=True))
    return Pose(position=Point(x=x, y=y, z=z), orientation=Quaternion(**turned))
