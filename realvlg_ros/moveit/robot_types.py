"""The types of moveit_msgs and control_msgs that move a robot, imported late."""

from __future__ import annotations

from typing import Any

from ..errors import MissingDependencyError
from ..optional import import_optional
from ..ros.conversions.optional_messages import optional_messages

_NEED = 'picking is off'


def moveit_messages(*names: str) -> Any:
    """The module moveit_msgs.msg with messages that are ready to be sent.

    Raises:
        MissingDependencyError: it is not installed, cannot be loaded, or lacks one of them.
    """
    return optional_messages('moveit_msgs', names, _NEED)


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
    module = import_optional(f'{package}.{kind}', _NEED, remedy)
    if not hasattr(module, name):
        raise MissingDependencyError(
            f'{_NEED}: the installed {package} has no {kind} {name}; {remedy}'
        )
    return getattr(module, name)
