"""The message packages of MoveIt, which need not be installed."""

from __future__ import annotations

from typing import Any

from ..optional import import_optional
from ..ros.conversions.optional_messages import optional_messages

_MESSAGES = (
    'AttachedCollisionObject', 'CollisionObject', 'Grasp', 'GripperTranslation',
    'MoveItErrorCodes',
)  # fmt: skip
_OFF = 'grasps and planning scene for MoveIt are off'


def moveit_msgs() -> Any:
    """The module moveit_msgs.msg.

    Raises:
        MissingDependencyError: it is not installed or cannot be loaded.
    """
    return optional_messages('moveit_msgs', _MESSAGES, _OFF)


def grasp_planning_service() -> Any:
    """The service type moveit_msgs/srv/GraspPlanning.

    Raises:
        MissingDependencyError: moveit_msgs is not installed or cannot be loaded.
    """
    moveit_msgs()
    return import_optional('moveit_msgs.srv', _OFF, 'install it again').GraspPlanning


def grasp_planning_action() -> Any:
    """The action type grasping_msgs/action/GraspPlanning.

    Raises:
        MissingDependencyError: moveit_msgs or grasping_msgs is not installed or cannot be loaded.
    """
    off = 'the action of grasping_msgs/GraspPlanning is off'
    moveit_msgs()
    optional_messages('grasping_msgs', ('Object', 'ObjectProperty'), off)
    return import_optional('grasping_msgs.action', off, 'install it again').GraspPlanning
