"""The settings that a node's dataclass declares, in the form of ROS parameters."""

from __future__ import annotations

from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

from ...settings import Setting, settings_of


def parameters_of(node_class: type[Any]) -> tuple[Setting, ...]:
    """The parameters of a node class, without starting ROS."""
    return settings_of(node_class.parameter_type)


def descriptor_of(declared: Setting) -> ParameterDescriptor:
    """The descriptor of a parameter, as `ros2 param describe` shows it."""
    words = [declared.words.rstrip('.') + '.']
    if declared.is_number:
        words.append(f'Unit: {declared.unit}.')
    if declared.choices:
        words.append('One of: ' + ', '.join(declared.choices) + '.')
    if declared.source or declared.fixed:
        words.append('Given when the process starts.')
    elif not declared.dynamic:
        words.append('Takes effect when the node is configured.')
    descriptor = ParameterDescriptor(name=declared.name, description=' '.join(words))
    low, high = declared.low, declared.high
    if declared.is_number and isinstance(declared.default, int):
        descriptor.integer_range = [IntegerRange(from_value=int(low), to_value=int(high))]
    elif declared.is_number:
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=float(low), to_value=float(high))
        ]
    return descriptor
