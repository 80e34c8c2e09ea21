"""The packages of MoveIt and of grippers, which need not be installed, imported late."""

from __future__ import annotations

from typing import Any

from ..errors import MissingDependencyError
from ..optional import import_optional
from ..ros.conversions.optional_messages import optional_messages

_MESSAGES = (
    'AttachedCollisionObject', 'CollisionObject', 'Grasp', 'GripperTranslation',
    'MoveItErrorCodes',
)  # fmt: skip
_OFF = 'grasps and planning scene for MoveIt are off'
_PICKING_OFF = 'picking is off'


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


def moveit_messages(*names: str) -> Any:
    """The module moveit_msgs.msg with messages that are ready to be sent.

    Raises:
        MissingDependencyError: it is not installed, cannot be loaded, or lacks one of them.
    """
    return optional_messages('moveit_msgs', names, _PICKING_OFF)


def action_type(package: str, name: str) -> Any:
    """A type of action of a package that need not be installed.

    Raises:
        MissingDependencyError: it is not installed, or has no such action.
    """
    return _type(package, 'action', name)


def service_type(package: str, name: str) -> Any:
    """A type of service of a package that need not be installed.

    Raises:
        MissingDependencyError: it is not installed, or has no such service.
    """
    return _type(package, 'srv', name)


def _type(package: str, kind: str, name: str) -> Any:
    remedy = f'install ros-<distro>-{package.replace("_", "-")} of the distribution in use'
    module = import_optional(f'{package}.{kind}', _PICKING_OFF, remedy)
    if not hasattr(module, name):
        raise MissingDependencyError(
            f'{_PICKING_OFF}: the installed {package} has no {kind} {name}; {remedy}'
        )
    return getattr(module, name)
