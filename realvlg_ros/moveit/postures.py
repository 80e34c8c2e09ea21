"""Postures of a gripper as trajectories of its joints."""

from __future__ import annotations

import numpy as np
from builtin_interfaces.msg import Duration
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from ..errors import GripperError
from ..grasping.actuation import Actuation
from ..grasping.gripper import Gripper

# The fingers are told to close so much farther than the object is wide, m. Chosen: more than the
# error of a width; where fingers obey a position this is what they press with.
_SQUEEZE_M = 0.004
# From the units.
_S_TO_NS = 1_000_000_000


def actuation_of(gripper: Gripper) -> Actuation:
    """The joints of a gripper.

    Raises:
        GripperError: its profile does not tell them.
    """
    if gripper.actuation is None:
        raise GripperError(
            f'the profile of {gripper.name!r} has no key actuation, and MoveIt needs the joints: '
            'add it, see config/grippers for examples'
        )
    return gripper.actuation


def open_posture(gripper: Gripper, opening: float) -> JointTrajectory:
    """The joints at an opening before the grasp; reached in the time of the whole stroke.

    Args:
        gripper: its profile.
        opening: distance of the contact faces, m.

    Raises:
        GripperError: the profile does not tell the joints, or it does not open so far.
    """
    return _posture(actuation_of(gripper), opening, gripper.max_opening - gripper.min_opening)


def closed_posture(gripper: Gripper, opening: float, width: float) -> JointTrajectory:
    """The joints closed on an object: at its width less 4 mm, but not below min_opening.

    Efforts are given where all joints slide, and are the closing force, N: of a joint that turns,
    the torque for a force is not known from the profile.

    Args:
        gripper: its profile.
        opening: from which it closes, m; the time is that of the way at the closing speed.
        width: of the object, m.

    Raises:
        GripperError: the profile does not tell the joints, or it does not open so far.
    """
    actuation = actuation_of(gripper)
    closed = max(width - _SQUEEZE_M, gripper.min_opening)
    trajectory = _posture(actuation, closed, max(opening - closed, 0.0))
    if all(_slides(actuation, joint) for joint in actuation.joints):
        trajectory.points[0].effort = [actuation.closing_force] * len(actuation.joints)
    return trajectory


def _posture(actuation: Actuation, opening: float, travel: float) -> JointTrajectory:
    positions = actuation.posture(opening)
    seconds, nanoseconds = divmod(round(travel / actuation.closing_speed * _S_TO_NS), _S_TO_NS)
    point = JointTrajectoryPoint(
        positions=list(positions.values()),
        time_from_start=Duration(sec=seconds, nanosec=nanoseconds),
    )
    return JointTrajectory(joint_names=list(positions), points=[point])


def _slides(actuation: Actuation, joint: str) -> bool:
    """Whether a joint slides: it moves as far as the opening, or half of it as one of two does."""
    ratios = np.abs(np.diff(actuation.joints[joint]) / np.diff(actuation.openings))
    return bool(np.allclose(ratios, 1.0) or np.allclose(ratios, 0.5))
