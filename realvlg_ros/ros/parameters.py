"""Parameters of a node, declared from a frozen dataclass: described, ranged and validated.

A node's parameters are the fields of a dataclass made with `parameter`. A field that is itself a
dataclass of settings adds its fields under its own name (`planner.max_grasps`). Checks between
fields live in the dataclasses' `__post_init__`, which raise ParameterError.
"""

from __future__ import annotations

import difflib
import inspect
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from ..errors import ParameterError, RealvlgError

Value = bool | int | float | str | tuple[float, ...]
Ranges = Mapping[str, tuple[float, float]]
_KINDS = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'a text'}
P = TypeVar('P')

_RECONFIGURE = 'deactivate it and clean it up first, then set the parameter and configure it again'


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
        default = item.default if item.default is not MISSING else _made(item.default_factory)
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


def parameters_of(node_class: type[Any]) -> tuple[ParameterSpec, ...]:
    """The parameters of a node class, without starting ROS."""
    return specs_of(node_class.parameter_type)


class NodeParameters(Generic[P]):
    """The parameters of a running node: declared, validated, and read as one dataclass."""

    def __init__(
        self,
        node: Node,
        cls: type[P],
        configured: Callable[[], bool],
        remedy: str = _RECONFIGURE,
    ) -> None:
        """Declare every parameter of a dataclass; values that are refused are kept for check().

        Args:
            node: where they are declared.
            cls: dataclass of parameters.
            configured: whether the node is configured, when static parameters are fixed.
            remedy: what to do to change a static one.
        """
        self._node = node
        self._cls = cls
        self._configured = configured
        self._remedy = remedy
        self._specs = {spec.name: spec for spec in specs_of(cls)}
        self._refused: dict[str, str] = {}
        for spec in self._specs.values():
            self._declare(spec)
        self._warn_of_unknown()
        node.add_on_set_parameters_callback(self._on_set)

    def check(self) -> P:
        """The parameters as they are now.

        Raises:
            ParameterError: a value given at the start was refused, or values contradict.
        """
        if self._refused:
            raise ParameterError('; '.join(self._refused.values()))
        return self._build({})

    def _declare(self, spec: ParameterSpec) -> None:
        descriptor = spec.descriptor()
        try:
            default = _to_ros(spec.default)
            given = self._node.declare_parameter(spec.name, default, descriptor)
            spec.check(given.value)
        except (InvalidParameterTypeException, InvalidParameterValueException) as error:
            self._refused[spec.name] = self._why_refused(spec) or f'{spec.name}: {error}'
            self._node.declare_parameter(
                spec.name, _to_ros(spec.default), spec.descriptor(), ignore_override=True
            )
        except ParameterError as error:
            self._refused[spec.name] = str(error)

    def _why_refused(self, spec: ParameterSpec) -> str:
        """Our words for a value that ROS has refused; empty when we would have taken it."""
        given = getattr(self._node, '_parameter_overrides', {}).get(spec.name)
        try:
            spec.check(None if given is None else given.value)
        except ParameterError as error:
            return str(error)
        return ''

    def _warn_of_unknown(self) -> None:
        known = {*self._specs, 'use_sim_time', 'start_type_description_service'}
        for name in getattr(self._node, '_parameter_overrides', {}):
            if name not in known and not name.startswith('qos_overrides.'):
                near = difflib.get_close_matches(name, self._specs, 1)
                hint = f'; did you mean {near[0]!r}?' if near else ''
                self._node.get_logger().warning(
                    f'{name!r} is not a parameter of {self._node.get_name()}{hint}'
                )

    def _on_set(self, parameters: list[Parameter]) -> SetParametersResult:
        try:
            changes: dict[str, Value] = {}
            for item in parameters:
                if item.name in self._specs:
                    changes[item.name] = self._checked(self._specs[item.name], item.value)
            still_refused = set(self._refused) - set(changes)
            if not still_refused:
                self._build(changes)
        except RealvlgError as error:
            return SetParametersResult(successful=False, reason=str(error))
        for name in changes:
            self._refused.pop(name, None)
        return SetParametersResult(successful=True)

    def _checked(self, spec: ParameterSpec, value: Any) -> Value:
        checked = spec.check(value)
        if (
            not spec.dynamic
            and self._configured()
            and checked != spec.check(self._node.get_parameter(spec.name).value)
        ):
            raise ParameterError(
                f'{spec.name} takes effect when the node is configured; {self._remedy}'
            )
        return checked

    def _build(self, changes: Mapping[str, Value]) -> P:
        values = {
            name: spec.check(changes.get(name, self._node.get_parameter(name).value))
            for name, spec in self._specs.items()
        }
        return _construct(self._cls, values, '')


def _construct(cls: type[P], values: Mapping[str, Value], prefix: str) -> P:
    arguments: dict[str, Any] = {}
    for item in fields(cls):  # type: ignore[arg-type]
        name = prefix + item.name
        if name in values:
            arguments[item.name] = values[name]
        elif any(key.startswith(f'{name}.') for key in values):
            inner = item.default if item.default is not MISSING else _made(item.default_factory)
            arguments[item.name] = _construct(type(inner), values, f'{name}.')
    return cls(**arguments)


def _to_ros(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _made(factory: Any) -> Any:
    return None if factory is MISSING else factory()


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
