"""What parameters a node has, said by a frozen dataclass: described, with ranges and choices.

A node's parameters are the fields of a dataclass made with `parameter`. A field that is itself a
dataclass of settings adds its fields under its own name (`planner.max_grasps`). Checks between
fields live in the dataclasses' `__post_init__`, which raise ParameterError.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor

from ...errors import ParameterError

Value = bool | int | float | str | tuple[float, ...]
Ranges = Mapping[str, tuple[float, float]]
_KINDS = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'a text'}


@dataclass(frozen=True)
class ParameterSpec:
    """What is known about a parameter without a running node.

    Attributes:
        name: with dots between the levels.
        default: its type is the parameter's type.
        description: what it does, with the unit.
        minimum, maximum: bounds of a number, inclusive.
        choices: the words that a string may be; empty for any.
        dynamic: whether it may change while the node is configured.
    """

    name: str
    default: Value
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    dynamic: bool = False

    def check(self, value: Any) -> Value:
        """Return the value in the parameter's type.

        Raises:
            ParameterError: a wrong type, or a value outside the range or the choices.
        """
        if isinstance(self.default, tuple):
            return self._check_numbers(value)
        wanted = type(self.default)
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            raise ParameterError(f'{self.name} is {value!r}; expected {_KINDS[wanted]}')
        if self.choices and value not in self.choices:
            raise ParameterError(
                f'{self.name} is {value!r}; expected one of {", ".join(self.choices)}'
            )
        if isinstance(value, (int, float)):
            self._check_range(value)
        return value  # type: ignore[no-any-return]

    def descriptor(self) -> ParameterDescriptor:
        """The form that parameter tools show."""
        words = [self.description.rstrip('.') + '.']
        if self.choices:
            words.append('One of: ' + ', '.join(self.choices) + '.')
        if not self.dynamic:
            words.append('Takes effect when the node is configured.')
        descriptor = ParameterDescriptor(name=self.name, description=' '.join(words))
        # A whole number in a parameter file is an integer; it is welcome where a float is asked.
        descriptor.dynamic_typing = True
        if self.minimum is not None or self.maximum is not None:
            if isinstance(self.default, int):
                low = -(2**63) if self.minimum is None else int(self.minimum)
                high = 2**63 - 1 if self.maximum is None else int(self.maximum)
                descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
            else:
                low_float = -math.inf if self.minimum is None else float(self.minimum)
                high_float = math.inf if self.maximum is None else float(self.maximum)
                descriptor.floating_point_range = [
                    FloatingPointRange(from_value=low_float, to_value=high_float)
                ]
        return descriptor

    def _check_numbers(self, value: Any) -> tuple[float, ...]:
        assert isinstance(self.default, tuple)
        try:
            numbers = tuple(float(number) for number in value)
        except (TypeError, ValueError):
            numbers = ()
        if len(numbers) != len(self.default) or any(map(math.isnan, numbers)):
            raise ParameterError(
                f'{self.name} is {value!r}; expected {len(self.default)} numbers '
                f'such as {list(self.default)}'
            )
        return numbers

    def _check_range(self, value: float) -> None:
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        if not low <= value <= high:
            raise ParameterError(f'{self.name} is {value}; expected {low:g} to {high:g}')


def parameter(
    default: Value,
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    dynamic: bool = False,
) -> Any:
    """A dataclass field that is a parameter; see ParameterSpec for the arguments."""
    metadata = {
        'description': description,
        'minimum': minimum,
        'maximum': maximum,
        'choices': choices,
        'dynamic': dynamic,
    }
    return field(default=default, metadata=metadata)


def settings(cls: type[Any], ranges: Ranges | None = None) -> Any:
    """A dataclass field that holds settings of the core, whose fields become parameters.

    Args:
        cls: a frozen dataclass with a default for each field.
        ranges: smallest and largest value by the name of the field.
    """
    return field(default_factory=cls, metadata={'ranges': ranges or {}})


def specs_of(
    cls: type[Any], prefix: str = '', ranges: Ranges | None = None
) -> tuple[ParameterSpec, ...]:
    """The parameters that a dataclass declares, those of nested settings included.

    Settings of the core have no metadata: their descriptions come from the Attributes section
    of their docstring, and their own checks stand in for ranges.
    """
    specs: list[ParameterSpec] = []
    documented = _documented_attributes(cls)
    for item in fields(cls):
        default = default_of(item)
        name = prefix + item.name
        if is_dataclass(default):
            specs += specs_of(type(default), f'{name}.', item.metadata.get('ranges'))
            continue
        low, high = (ranges or {}).get(item.name, (None, None))
        known: dict[str, Any] = {
            'description': documented.get(item.name, ''),
            'minimum': low,
            'maximum': high,
        }
        specs.append(ParameterSpec(name, default, **(known | dict(item.metadata))))
    return tuple(specs)


def default_of(item: Field[Any]) -> Any:
    """The default of a dataclass's field; None without one."""
    if item.default is not MISSING:
        return item.default
    return None if item.default_factory is MISSING else item.default_factory()


def parameters_of(node_class: type[Any]) -> tuple[ParameterSpec, ...]:
    """The parameters of a node class, without starting ROS."""
    return specs_of(node_class.parameter_type)


def _documented_attributes(cls: type[Any]) -> dict[str, str]:
    """The descriptions in the Attributes section of a Google docstring, by name."""
    section = inspect.getdoc(cls) or ''
    section = section.partition('Attributes:')[2].partition('\n\n')[0]
    documented: dict[str, str] = {}
    for entry in re.split(r'\n {4}(?=\w)', section):
        names, colon, words = entry.partition(':')
        for name in names.split(',') if colon else ():
            documented[name.strip()] = ' '.join(words.split())
    return documented
