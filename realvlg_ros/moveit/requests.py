"""Requests to MoveIt, and the names of its error codes."""

from __future__ import annotations

from typing import Any

from builtin_interfaces.msg import Duration
from shape_msgs.msg import SolidPrimitive

from ..arrays import FloatArray
from ..ros.conversions.pose import pose_to_msg
from .messages import moveit_messages

# How near the link comes to its goal, m and rad. Chosen: less than the spread of a stable target;
# the straight approach then ends at the grasp itself.
_POSITION_TOLERANCE_M = 0.002
_ROTATION_TOLERANCE_RAD = 0.02


def pose_constraints(link: str, frame_id: str, link2frame: FloatArray) -> Any:
    """The moveit_msgs/Constraints that bring a link to a pose.

    Args:
        link: name of the link.
        frame_id: frame of the pose.
        link2frame: 4x4 pose, m.
    """
    messages = moveit_messages('Constraints', 'OrientationConstraint', 'PositionConstraint')
    pose = pose_to_msg(link2frame)
    position = messages.PositionConstraint(link_name=link, weight=1.0)
    position.header.frame_id = frame_id
    position.constraint_region.primitives = [
        SolidPrimitive(type=SolidPrimitive.SPHERE, dimensions=[_POSITION_TOLERANCE_M])
    ]
    position.constraint_region.primitive_poses = [pose]
    orientation = messages.OrientationConstraint(
        link_name=link,
        orientation=pose.orientation,
        absolute_x_axis_tolerance=_ROTATION_TOLERANCE_RAD,
        absolute_y_axis_tolerance=_ROTATION_TOLERANCE_RAD,
        absolute_z_axis_tolerance=_ROTATION_TOLERANCE_RAD,
        weight=1.0,
    )
    orientation.header.frame_id = frame_id
    return messages.Constraints(
        position_constraints=[position], orientation_constraints=[orientation]
    )


def end_of(trajectory: Any, start: Any) -> Any:
    """The moveit_msgs/RobotState at the end of a trajectory.

    Args:
        trajectory: moveit_msgs/RobotTrajectory of some joints.
        start: moveit_msgs/RobotState that it starts from, returned if it has no points.
    """
    path = trajectory.joint_trajectory
    if not path.points:
        return start
    state = moveit_messages('RobotState').RobotState(is_diff=True)
    state.joint_state.name = list(path.joint_names)
    state.joint_state.position = list(path.points[-1].positions)
    return state


def slow_down(trajectory: Any, factor: float) -> None:
    """Stretch the time of a moveit_msgs/RobotTrajectory, in place.

    Args:
        trajectory: at full speed.
        factor: its velocities are multiplied by this, 0 to 1.
    """
    for point in trajectory.joint_trajectory.points:
        time = point.time_from_start
        nanoseconds = round((time.sec * 10**9 + time.nanosec) / factor)
        point.time_from_start = Duration(sec=nanoseconds // 10**9, nanosec=nanoseconds % 10**9)
        point.velocities = [v * factor for v in point.velocities]
        point.accelerations = [a * factor**2 for a in point.accelerations]


def code_words(code: Any) -> str:
    """A moveit_msgs/MoveItErrorCodes in words."""
    names = {
        getattr(code, name): name
        for name in dir(type(code))
        if name.isupper() and isinstance(getattr(code, name), int)
    }
    words = names.get(code.val, f'code {code.val}')
    # Distributions before Jazzy have no message.
    said = getattr(code, 'message', '')
    return f'{words} ({said})' if said else words
