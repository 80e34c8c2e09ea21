"""Late import of optional packages: one that is missing or broken is named, and stops nothing."""

from __future__ import annotations

import sys
from itertools import accumulate
from typing import Any

from .errors import MissingDependencyError


def import_optional(module: str, need: str, remedy: str) -> Any:
    """Import a module of a package that need not be installed.

    Args:
        module: full name.
        need: what needs it, such as 'detections are off'; begins the error's message.
        remedy: what to install or to set; ends the message.

    Raises:
        MissingDependencyError: it is not installed, or its import failed, whatever the reason: a
            package built for another Python, numpy or distribution raises what it likes.
    """
    try:
        # From the outermost on: what was loaded before does not hide that a package is gone.
        for name in accumulate(module.split('.'), '{}.{}'.format):
            __import__(name)
        return sys.modules[module]
    except Exception as error:
        raise MissingDependencyError(f'{need}: {_reason(module, error)}; {remedy}') from error


def _reason(module: str, error: Exception) -> str:
    package = module.partition('.')[0]
    missing = isinstance(error, ModuleNotFoundError) and error.name
    if missing and missing.partition('.')[0] == package:
        return f'{package} is not installed'
    if missing:
        return f'{package} cannot be loaded: it needs {missing}, which is not installed'
    said = str(error).strip() or 'no reason given'
    return f'{package} is installed but cannot be loaded ({type(error).__name__}: {said})'
