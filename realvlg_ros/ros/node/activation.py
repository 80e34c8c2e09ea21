"""How a lifecycle node that is not active is described, with the command that activates it."""

from __future__ import annotations

# What brings a node from a state to active.
_COMMANDS = {
    'unconfigured': 'ros2 lifecycle set {0} configure, then ros2 lifecycle set {0} activate',
    'inactive': 'ros2 lifecycle set {0} activate',
}


def waits_for_command(state: str) -> bool:
    """Whether a node stays in a state until somebody acts."""
    return state in _COMMANDS


def describe_state(full_name: str, state: str) -> str:
    """A node's name, its state, and the command that activates it where one does.

    Args:
        full_name: of the node, with its namespace.
        state: label of a lifecycle state.
    """
    command = _COMMANDS.get(state, '').format(full_name)
    return f'{full_name} is not active (it is {state})' + (f': {command}' if command else '')
