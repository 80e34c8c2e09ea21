"""Grounding backends by name; a backend's module is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ..errors import MissingDependencyError, ParameterError
from .grounding import Grounder

# name: module and its factory, a callable that takes the backend's options as keywords
_FACTORIES = {
    'tabletop': ('realvlg_ros.grounding.tabletop', 'make'),
}


def backends() -> tuple[str, ...]:
    """Names of the backends."""
    return tuple(_FACTORIES)


def make_grounder(name: str, options: Mapping[str, Any] | None = None) -> Grounder:
    """Build a backend that is not loaded yet.

    Args:
        name: one of backends().
        options: the backend's own settings by name.

    Raises:
        ParameterError: unknown backend or option.
        MissingDependencyError: a package that the backend needs is not installed.
    """
    if name not in _FACTORIES:
        raise ParameterError(f'backend {name!r} is not one of {", ".join(_FACTORIES)}')
    module, factory = _FACTORIES[name]
    try:
        make = getattr(import_module(module), factory)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f'backend {name!r} needs the package {error.name!r}, which is not installed'
        ) from error
    try:
        grounder: Grounder = make(**(options or {}))
    except TypeError as error:
        raise ParameterError(f'backend {name!r}: {error}') from error
    return grounder
