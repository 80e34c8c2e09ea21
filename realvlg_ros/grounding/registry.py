"""Grounding backends by name; a backend is imported only when it is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from ..boundary import Boundary
from ..documents import read_yaml
from ..errors import GroundingError, ParameterError
from ..quoting import cut, quoted
from ..resources import backend_options_file
from .grounding import Grounder

# name -> module of this package and the factory in it
BACKENDS = {
    'detector': ('.detector', 'make_grounder'),
    'realvlg': ('.realvlg.grounder', 'make_grounder'),
    'sam3': ('.sam3', 'make_grounder'),
    'server': ('.server', 'make_grounder'),
    'tabletop': ('.tabletop', 'make_grounder'),
}


# Entry points of installed packages that offer grounders, and the form of a factory's name.
GROUP = 'realvlg_ros.grounders'
_FACTORY = re.compile(r'[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*')
# What a grounder must have.
_METHODS = ('load', 'ground', 'close')


def check_backend(name: str) -> None:
    """Check that a name has a form that make_grounder accepts; nothing is imported.

    Raises:
        ParameterError: neither a known backend, nor an entry point of an installed package, nor of
            the form package.module:factory.
    """
    if name not in BACKENDS and not _FACTORY.fullmatch(name) and not _offered(name):
        raise ParameterError(
            f'backend is {name[:80]!r}; expected one of {", ".join(sorted(BACKENDS))}, the entry '
            f'point of an installed package (group {GROUP}), or package.module:factory that was '
            'given at the start'
        )


def check_factories(text: str) -> tuple[str, ...]:
    """The factories of a list with commas.

    Raises:
        ParameterError: one of them is not of the form package.module:factory.
    """
    names = tuple(name for part in text.split(',') if (name := part.strip()))
    for name in names:
        if not _FACTORY.fullmatch(name):
            raise ParameterError(
                f'backend_factories holds {name[:80]!r}; expected package.module:factory, '
                'several with commas between them'
            )
    return names


def make_grounder(
    name: str, options: Mapping[str, Any] | None = None, allowed: Collection[str] = ()
) -> Grounder:
    """A grounder, not loaded yet.

    Args:
        name: a known backend, the entry point of an installed package, or a factory as
            `package.module:factory`, which must be allowed.
        options: the backend's own settings, keywords of its factory.
        allowed: factories that may be imported, as whoever started the process named them.

    Raises:
        ParameterError: a name of no such form, a factory that is not allowed, or an option that
            the backend does not have or refuses.
        GroundingError: the module cannot be imported or lacks the factory, or what it makes is no
            grounder.
    """
    check_backend(name)
    make = _factory(name, allowed)
    try:
        made = make(**(options or {}))
    except ParameterError as error:
        raise ParameterError(f'backend {name!r}: {error}') from error
    except TypeError as error:
        unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
        reason = (
            f'there is no option {unknown[1]!r}; check its name, and that backend and '
            'backend_options belong together'
            if unknown
            else str(error)
        )
        raise ParameterError(f'backend {name!r}: {reason}') from error
    if missing := [method for method in _METHODS if not callable(getattr(made, method, None))]:
        raise GroundingError(
            f'backend {name!r} makes a {type(made).__name__}, which has no {", ".join(missing)}; '
            'it is no Grounder'
        )
    return made


def _factory(name: str, allowed: Collection[str]) -> Callable[..., Grounder]:
    """What makes the grounder of a name.

    Raises:
        ParameterError: a factory that is not allowed, or a name that two packages offer.
        GroundingError: it cannot be imported.
    """
    try:
        if name in BACKENDS:
            module, factory = BACKENDS[name]
            return _named(import_module(module, __package__), factory)
        if offered := _offered(name):
            if len(offered) > 1:
                values = ', '.join(sorted(entry.value for entry in offered))
                raise ParameterError(
                    f'backend {name!r} is offered by several packages ({values}); remove all but '
                    'one'
                )
            return offered[0].load()  # type: ignore[no-any-return]
        if name not in allowed:
            raise ParameterError(
                f'backend {name!r} was not given when the process started; start it with that '
                'backend, or list it in backend_factories'
            )
        module, _, factory = name.partition(':')
        return _named(import_module(module), factory)
    except ParameterError:
        raise
    except Exception as error:
        # A module from elsewhere raises what it likes when it is imported.
        raise GroundingError(
            f'backend {name!r} cannot be imported ({type(error).__name__}: {error}); install what '
            'it needs or choose another backend'
        ) from error


def _named(module: ModuleType, factory: str) -> Callable[..., Grounder]:
    return getattr(module, factory)  # type: ignore[no-any-return]


def _offered(name: str) -> list[EntryPoint]:
    """The different grounders that installed packages offer under a name."""
    found = {entry.value: entry for entry in entry_points(group=GROUP) if entry.name == name}
    return list(found.values())


def read_options(name: str) -> dict[str, Any]:
    """The options of a backend from a YAML file.

    Args:
        name: a path, a file of config/ such as 'orin.yaml', or a name in config/backends such as
            'realvlg'; '#section' after it takes that section alone; empty for no options.

    Raises:
        ParameterError: there is no such file or section, or it holds no options.
    """
    if not name:
        return {}
    file, _, section = name.partition('#')
    path = backend_options_file(file)
    options = read_yaml(path, Boundary(str(path), ParameterError))
    if section and isinstance(options, dict):
        if section not in options:
            raise ParameterError(
                f'{path} has no section {quoted(section)}, only {cut(", ".join(options))}'
            )
        options = options[section]
    if not isinstance(options, dict) or not all(isinstance(key, str) for key in options):
        raise ParameterError(f'{path} holds no options; expected lines of the form name: value')
    return options
