"""Settings from values by name, such as the options of a backend or a node's parameters."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from ..errors import ParameterError
from ..quoting import quoted
from .declaration import Setting, block_of, settings_of

S = TypeVar('S')

_logger = logging.getLogger(__name__)


def from_options(cls: type[S], options: Mapping[str, Any]) -> S:
    """Make settings from options by name; a former name is accepted with a logged warning.

    Args:
        cls: dataclass of settings.
        options: values by name; those of a block are a mapping, or have its name before a dot.

    Raises:
        ParameterError: an unknown option, one given twice, or a refused value.
    """
    declared = settings_of(cls)
    values, notices = current_names(declared, flatten(options))
    for notice in notices:
        _logger.warning(notice)
    for name in values:
        if name not in {item.name for item in declared}:
            raise ParameterError(
                f'there is no option {quoted(name)}{did_you_mean(name, declared)}'
            )
    # Here, where the full name is known; those of a block know their own alone.
    for item in declared:
        if item.name in values:
            item.check(values[item.name])
    return construct(cls, values)


def construct(cls: type[S], values: Mapping[str, Any], prefix: str = '') -> S:
    """Make settings from values by their full names; the others have their defaults.

    Args:
        cls: dataclass of settings.
        values: by full name.
        prefix: what the full names of this dataclass's settings begin with.

    Raises:
        ParameterError: a refused value.
    """
    arguments: dict[str, Any] = {}
    for item in fields(cls):  # type: ignore[arg-type]
        name = prefix + item.name
        if name in values:
            arguments[item.name] = values[name]
        elif any(key.startswith(f'{name}.') for key in values):
            arguments[item.name] = construct(block_of(item), values, f'{name}.')
    return cls(**arguments)


def current_names(
    declared: Iterable[Setting], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Replace former names by current ones.

    Where both are given with equal values, or the current name has the default value, the value
    of the former name is taken: the parameter files of this package list defaults, and a file
    that was written for the previous release is read on top of them.

    Args:
        declared: the settings.
        given: values by full name.

    Returns:
        Values by current names (unknown names are kept), and a notice for each former name.

    Raises:
        ParameterError: a setting is given under two names with different values.
    """
    now = {former: item for item in declared for former in item.former}
    values = {name: value for name, value in given.items() if name not in now}
    used: dict[str, str] = {}
    for former, value in given.items():
        if former not in now:
            continue
        name = now[former].name
        clash = name in values and values[name] != value
        if clash and (name in used or not _is_default(values[name], now[former])):
            raise ParameterError(
                f'{used.get(name, name)} and {former} are one setting, which is called {name} '
                f'now; leave {former} out'
            )
        values[name], used[name] = value, former
    return values, [
        f'{former} is called {name} now; the former name is understood for this release only'
        for name, former in used.items()
    ]


def _is_default(value: Any, declared: Setting) -> bool:
    try:
        return declared.check(value) == declared.default
    except ParameterError:
        return False


def did_you_mean(name: str, declared: Iterable[Setting]) -> str:
    """A hint at the setting with the name closest to an unknown one; empty for none."""
    near = difflib.get_close_matches(name, [item.name for item in declared], 1)
    return f'; did you mean {near[0]!r}?' if near else ''


def flatten(values: Mapping[str, Any], prefix: str = '') -> dict[str, Any]:
    """Values of nested mappings by their full names, with dots between the levels."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f'{prefix}{key}.')
        else:
            flat[f'{prefix}{key}'] = value
    return flat
