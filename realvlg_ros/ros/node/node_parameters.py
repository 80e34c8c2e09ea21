"""The parameters of a running node: declared, validated, and read as one dataclass."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import SetParametersResult
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from ...errors import ParameterError, RealvlgError
from .parameters import ParameterSpec, Value, default_of, specs_of

P = TypeVar('P')

_RECONFIGURE = 'deactivate it and clean it up first, then set the parameter and configure it again'


class NodeParameters(Generic[P]):
    """Declares what a dataclass says and reads it back as one; see `parameters`."""

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
                now = getattr(self._cls, 'FORMER', {}).get(name, '')
                if now:
                    self._node.get_logger().warning(
                        f'{name} is called {now} now; under the former name it is not read'
                    )
                    continue
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
            arguments[item.name] = _construct(type(default_of(item)), values, f'{name}.')
    return cls(**arguments)


def _to_ros(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value
