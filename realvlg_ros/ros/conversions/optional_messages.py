"""Message packages that need not be installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rclpy.type_support import check_for_type_support

from ...errors import MissingDependencyError
from ...optional import import_optional


def optional_messages(package: str, names: Sequence[str], need: str) -> Any:
    """The module PACKAGE.msg, with messages that are ready to be published.

    The Python half of a message package can be imported where its libraries cannot be loaded,
    such as one built for another distribution; that shows here and not in a node's callback.

    Args:
        package: such as vision_msgs.
        names: of the messages that are used.
        need: what is off without it.

    Raises:
        MissingDependencyError: it is not installed or cannot be loaded.
    """
    remedy = f'install ros-<distro>-{package.replace("_", "-")} of the distribution in use'
    messages = import_optional(f'{package}.msg', need, remedy)
    try:
        for name in names:
            check_for_type_support(getattr(messages, name))
    except Exception as error:
        raise MissingDependencyError(
            f'{need}: {package} is installed but cannot be loaded '
            f'({type(error).__name__}: {error}); {remedy}'
        ) from error
    return messages
