"""Grounding backends by name; a backend is imported only when it is chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
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
    'server': ('.server', 'make_grounder'),
    'tabletop': ('.tabletop', 'make_grounder'),
}


def check_backend(name: str) -> None:
    """Check that a name has a form that make_grounder accepts.

    Raises:
        ParameterError: neither a known backend nor of the form package.module:factory.
    """
    module, colon, factory = name.partition(':')
    if name not in BACKENDS and not (module and colon and factory):
        raise ParameterError(
            f'backend is {name!r}; expected one of {", ".join(sorted(BACKENDS))}, or a grounder '
            'of your own as package.module:factory'
        )


def make_grounder(name: str, options: Mapping[str, Any] | None = None) -> Grounder:
    """A grounder, not loaded yet.

    Args:
        name: a known backend, or `package.module:factory` for one from elsewhere.
        options: the backend's own settings, keywords of its factory.

    Raises:
        ParameterError: a name of neither form, or an option that the backend does not have or
            refuses.
        GroundingError: the module cannot be imported or lacks the factory.
    """
    check_backend(name)
    module, factory = BACKENDS.get(name) or name.split(':', 1)
    package = __package__ if module.startswith('.') else None
    try:
        make: Callable[..., Grounder] = getattr(import_module(module, package), factory)
    except Exception as error:
        # A module from elsewhere raises what it likes when it is imported.
        raise GroundingError(
            f'backend {name!r} cannot be imported ({type(error).__name__}: {error}); install what '
            'it needs or choose another backend'
        ) from error
    try:
        return make(**(options or {}))
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
