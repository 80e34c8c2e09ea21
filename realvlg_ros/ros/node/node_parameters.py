"""The parameters of a node: declared, checked, and read as one dataclass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from ...errors import ParameterError, RealvlgError
from ...settings import Setting, Value, construct, current_names, did_you_mean, settings_of
from .parameters import descriptor_of

P = TypeVar('P')

_RECONFIGURE = 'deactivate it and clean it up first, then set the parameter and configure it again'
# The parameter, given at the start, that opens those that name files and code.
RUNTIME_SOURCES = 'runtime_sources'
# Declared by rclpy itself.
_FOREIGN = ('use_sim_time', 'start_type_description_service')


class NodeParameters(Generic[P]):
    """Declares the settings of a dataclass as parameters; see `realvlg_ros.settings`."""

    def __init__(
        self,
        node: Node,
        cls: type[P],
        configured: Callable[[], bool],
        remedy: str = _RECONFIGURE,
    ) -> None:
        """Declare every parameter of a dataclass; refusals of values are kept for check().

        Args:
            node: declares them.
            cls: dataclass of settings.
            configured: whether the node is configured; static parameters cannot be set then.
            remedy: how to change a static one, for the message.
        """
        self._node = node
        self._cls = cls
        self._configured = configured
        self._remedy = remedy
        self._settings = {item.name: item for item in settings_of(cls)}
        self._refused: dict[str, str] = {}
        given = self._given()
        for item in self._settings.values():
            self._declare(item, given)
        self._warn_of_unknown(given)
        node.add_on_set_parameters_callback(self._on_set)

    def check(self) -> P:
        """The current parameters.

        Raises:
            ParameterError: a value given at the start was refused, or values contradict each
                other.
        """
        if self._refused:
            raise ParameterError('; '.join(self._refused.values()))
        return self._build({})

    def prepare(self, parameters: list[Parameter]) -> list[Parameter]:
        """Parameters that are to be set, with current names and with values of the declared types.

        Raises:
            ParameterError: a value is refused.
        """
        values = self._renamed({item.name: item.value for item in parameters})
        foreign = [item for item in parameters if item.name in values.keys() - self._settings]
        return foreign + [
            Parameter(name, value=_to_ros(self._settings[name].check(value)))
            for name, value in values.items()
            if name in self._settings
        ]

    def _given(self) -> dict[str, Any]:
        """The values given at the start, by current name."""
        overrides = getattr(self._node, '_parameter_overrides', {})
        given = {name: item.value for name, item in overrides.items()}
        for item in self._settings.values():
            names = [name for name in (item.name, *item.former) if name in given]
            own = {name: given.pop(name) for name in names}
            try:
                given |= self._renamed(own)
            except ParameterError as error:
                self._refused[item.name] = str(error)
        return given

    def _renamed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        values, notices = current_names(self._settings.values(), given)
        for notice in notices:
            self._node.get_logger().warning(notice)
        return values

    def _declare(self, item: Setting, given: Mapping[str, Any]) -> None:
        value = item.default
        if item.name in given:
            try:
                value = item.check(given[item.name])
            except ParameterError as error:
                self._refused[item.name] = str(error)
        self._node.declare_parameter(
            item.name, _to_ros(value), descriptor_of(item), ignore_override=True
        )

    def _warn_of_unknown(self, given: Mapping[str, Any]) -> None:
        known = {*self._settings, *_FOREIGN}
        for name in given:
            if name not in known and not name.startswith('qos_overrides.'):
                hint = did_you_mean(name, self._settings.values())
                self._node.get_logger().warning(
                    f'{name!r} is not a parameter of {self._node.get_name()}{hint}'
                )

    def _on_set(self, parameters: list[Parameter]) -> SetParametersResult:
        changes = {p.name: p.value for p in parameters if p.name in self._settings}
        try:
            for name, value in changes.items():
                self._check_static(self._settings[name], value)
            if not set(self._refused) - set(changes):
                self._build(changes)
        except RealvlgError as error:
            return SetParametersResult(successful=False, reason=str(error))
        for name in changes:
            self._refused.pop(name, None)
        return SetParametersResult(successful=True)

    def _check_static(self, item: Setting, value: Any) -> None:
        if item.dynamic or item.check(value) == item.check(self._value(item.name)):
            return
        words = []
        if item.fixed or (item.source and not self._sources_open):
            words.append(_at_start(item, self._node.get_name()))
        if self._configured() and not item.fixed:
            words.append(f'{item.name} takes effect when the node is configured; {self._remedy}')
        if words:
            raise ParameterError('; '.join(words))

    def _value(self, name: str) -> Any:
        return self._node.get_parameter(name).value

    @property
    def _sources_open(self) -> bool:
        item = self._settings.get(RUNTIME_SOURCES)
        return item is not None and bool(self._value(item.name))

    def _build(self, changes: Mapping[str, Any]) -> P:
        values: dict[str, Value] = {
            name: item.check(changes.get(name, self._value(name)))
            for name, item in self._settings.items()
        }
        return construct(self._cls, values)


def _at_start(item: Setting, node: str) -> str:
    """That a parameter is read-only in a process that runs, and the remedy."""
    if item.fixed:
        return f'{item.name} is given when the process of {node} starts; start it again with it'
    return (
        f'{item.name} names files or code, and is read-only once the process of {node} has '
        f'started: start it again with it, or with {RUNTIME_SOURCES} true where every peer of '
        'the ROS domain is trusted'
    )


class CheckedNode(Node):  # type: ignore[misc]
    """A node that checks values before rclpy does, and accepts former names of parameters.

    rclpy checks ranges before it calls the callbacks of a node, and its messages name neither unit
    nor default; it does not check NaN and arrays.
    """

    _declared: NodeParameters[Any] | None = None

    def set_parameters(self, parameter_list: list[Parameter]) -> list[SetParametersResult]:
        """Set each parameter independently of the others."""
        return [self.set_parameters_atomically([item]) for item in parameter_list]

    def set_parameters_atomically(self, parameter_list: list[Parameter]) -> SetParametersResult:
        """Set all parameters or none."""
        if self._declared is not None:
            try:
                parameter_list = self._declared.prepare(parameter_list)
            except ParameterError as error:
                return SetParametersResult(successful=False, reason=str(error))
        result = super().set_parameters_atomically(parameter_list)
        if result.successful:
            self.take_parameters()
        return result

    def take_parameters(self) -> None:
        """Called after values have been set."""


def _to_ros(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value
