"""Parameters of nodes from their YAML file, without starting the nodes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...boundary import Boundary
from ...documents import read_yaml
from ...errors import ParameterError
from ...quoting import quoted
from ...settings import (
    Settings,
    construct,
    current_names,
    did_you_mean,
    flatten,
    settings_of,
)

_SECTION = 'ros__parameters'
_ANY = ('*', '**')
_EXPECTED = (
    "expected those of a node, such as {'/**': {ros__parameters: {planner: {max_grasps: 5}}}}"
)
# Parameters that rclpy declares. From rclpy.
_FOREIGN = ('use_sim_time', 'start_type_description_service')

_logger = logging.getLogger(__name__)


def read_parameters(path: Path | None, nodes: Mapping[str, type[Settings]]) -> dict[str, Settings]:
    """The parameters of nodes, by the node's name; defaults where a file says nothing of them.

    Args:
        path: a parameter file of ROS 2; None for the defaults.
        nodes: the dataclass of parameters by the name of the node.

    Raises:
        ParameterError: the file cannot be read, or a value is unknown or refused.
    """
    given: dict[str, dict[str, Any]] = {}
    with Boundary(str(path), ParameterError).guard():
        if path is not None:
            for node, values in _sections(_load(path), ''):
                given.setdefault(node, {}).update(flatten(values))
            if not given:
                raise ParameterError(f'no parameters; {_EXPECTED}')
        _check_names(given, nodes)
        return {name: _construct(given, name, cls) for name, cls in nodes.items()}


def _load(path: Path) -> Any:
    return read_yaml(path, Boundary(str(path), ParameterError))


def _sections(level: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each node's name without its namespace, or * for all nodes, and its parameters."""
    if not isinstance(level, Mapping):
        return
    for key, inner in level.items():
        if key == _SECTION and isinstance(inner, Mapping):
            yield ('*' if name in _ANY else name), dict(inner)
        else:
            yield from _sections(inner, str(key).rstrip('/').rpartition('/')[2])


def _check_names(
    given: Mapping[str, Mapping[str, Any]], nodes: Mapping[str, type[Settings]]
) -> None:
    """Refuse names that no node declares: what is not taken must not look as if it were."""
    for node, values in given.items():
        if node != '*' and node not in nodes:
            continue
        classes = nodes.values() if node == '*' else [nodes[node]]
        declared = [item for cls in classes for item in settings_of(cls)]
        known = {name for item in declared for name in (item.name, *item.former)}
        for name in values:
            if name not in known and name not in _FOREIGN:
                hint = did_you_mean(name, declared)
                owners = ', '.join(nodes) if node == '*' else node
                raise ParameterError(f'{quoted(name)} is not a parameter of {owners}{hint}')


def _construct(given: Mapping[str, Mapping[str, Any]], node: str, cls: type[Settings]) -> Settings:
    declared = settings_of(cls)
    mine = {name for item in declared for name in (item.name, *item.former)}
    every = {**given.get('*', {}), **given.get(node, {})}
    values, notices = current_names(
        declared, {name: value for name, value in every.items() if name in mine}
    )
    for notice in notices:
        _logger.warning(notice)
    return construct(cls, values)
