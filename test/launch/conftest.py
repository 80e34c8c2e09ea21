"""The launch files run for real, with recorders in the place of launch and launch_ros."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

LAUNCH = Path(__file__).parents[2] / 'launch'


class Recorded:
    """An action or substitution with what it was made of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs

    @property
    def name(self) -> str:
        return str(self.args[0])

    def perform(self, context: Context) -> str:
        return context.launch_configurations[self.name]


class Context:
    """What launch knows while it runs: the arguments."""

    def __init__(self, arguments: dict[str, str]) -> None:
        self.launch_configurations = dict(arguments)


_NAMES = {
    'launch': ('LaunchContext', 'LaunchDescription'),
    'launch.actions': (
        'DeclareLaunchArgument',
        'ExecuteProcess',
        'IncludeLaunchDescription',
        'LogInfo',
        'OpaqueFunction',
        'SetEnvironmentVariable',
        'TimerAction',
    ),
    'launch.conditions': ('IfCondition',),
    'launch.launch_description_sources': ('PythonLaunchDescriptionSource',),
    'launch.substitutions': ('LaunchConfiguration',),
    'launch_ros': (),
    'launch_ros.actions': ('Node',),
}


def described(name: str) -> list[Any]:
    """The entities that a launch file describes; imports whatever launch there is."""
    spec = importlib.util.spec_from_file_location('described_launch_file', LAUNCH / name)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.generate_launch_description().args[0])


def run(entities: Iterable[Any], arguments: dict[str, str]) -> list[Any]:
    """The actions left when the arguments have been given to the functions among them."""
    context = Context(arguments)
    actions: list[Any] = []
    for entity in entities:
        kind = type(entity).__name__
        if kind == 'DeclareLaunchArgument':
            context.launch_configurations.setdefault(entity.name, entity.kwargs['default_value'])
        elif kind == 'OpaqueFunction':
            actions += entity.kwargs['function'](context)
        else:
            actions.append(entity)
    return actions


@pytest.fixture
def launch_actions(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """A function from a launch file's name and arguments to the actions it would run."""
    for module_name, names in _NAMES.items():
        module = types.ModuleType(module_name)
        for name in names:
            setattr(module, name, type(name, (Recorded,), {}))
        monkeypatch.setitem(sys.modules, module_name, module)

    def actions(name: str, **arguments: str) -> list[Any]:
        return run(described(name), arguments)

    actions.described = described  # type: ignore[attr-defined]
    return actions
