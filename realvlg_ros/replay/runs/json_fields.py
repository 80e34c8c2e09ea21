"""Values of JSON objects, each checked for its kind; what is absent or null is None."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...arrays import FloatArray
from ...errors import RunError

# What a file may hold beside the keys that are read: other keys are left alone.
Fields = Mapping[str, Any]
# Objects are opened so deep. Chosen: as deep as parameters go.
_DEPTH = 5


def number(fields: Fields, key: str) -> float | None:
    """A finite number.

    Raises:
        RunError: it is something else.
    """
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RunError(f'{key} is {_shown(value)}, not a number')
    try:
        value = float(value)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise RunError(f'{key} is {_shown(value)}, not a finite number')
    return value


def integer(fields: Fields, key: str) -> int | None:
    """A whole number of at most 64 bits, such as a stamp in ns.

    Raises:
        RunError: it is something else.
    """
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise RunError(f'{key} is {_shown(value)}, not a whole number of 64 bits')
    return value


def text(fields: Fields, key: str) -> str:
    """A text, or a number as text; empty when absent. Halves of surrogate pairs become '?'.

    Raises:
        RunError: it is something else.
    """
    value = fields.get(key)
    if value is None:
        return ''
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RunError(f'{key} is {_shown(value)}, not a text')
    return clean(str(value))


def clean(value: str) -> str:
    """The text as it can be encoded."""
    return value.encode('utf-8', 'replace').decode('utf-8')


def flag(fields: Fields, key: str) -> bool | None:
    """True or false.

    Raises:
        RunError: it is something else.
    """
    value = fields.get(key)
    if value is not None and not isinstance(value, bool):
        raise RunError(f'{key} is {_shown(value)}, not true or false')
    return value


def vector(fields: Fields, key: str, shape: tuple[int, ...]) -> FloatArray | None:
    """Finite numbers of a shape.

    Args:
        fields: of the object.
        key: of the array.
        shape: that it must have.

    Raises:
        RunError: it is something else.
    """
    value = fields.get(key)
    if value is None:
        return None
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        array = np.array(np.nan)
    if array.shape != shape or not np.all(np.isfinite(array)):
        size = ' x '.join(map(str, shape))
        raise RunError(f'{key} is {_shown(value)}, not {size} finite numbers')
    return array


def mapping(fields: Fields, key: str) -> dict[str, Any]:
    """An object; empty when absent.

    Raises:
        RunError: it is something else.
    """
    value = fields.get(key)
    if value is not None and not isinstance(value, dict):
        raise RunError(f'{key} is {_shown(value)}, not an object')
    return value or {}


def sequence(fields: Fields, key: str) -> list[Any]:
    """A list; empty when absent.

    Raises:
        RunError: it is something else.
    """
    value = fields.get(key)
    if value is not None and not isinstance(value, list):
        raise RunError(f'{key} is {_shown(value)}, not a list')
    return value or []


def leaves(value: Any, prefix: str = '', depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The leaves of nested objects, their names joined with dots.

    Args:
        value: from JSON.
        prefix: name of the value.
        depth: of the value in what is opened.
    """
    if isinstance(value, Mapping) and value and depth < _DEPTH:
        for key in value:
            name = f'{prefix}.{clean(str(key))}' if prefix else clean(str(key))
            yield from leaves(value[key], name, depth + 1)
    else:
        yield prefix, value


def _shown(value: Any) -> str:
    if isinstance(value, list | dict):
        return 'a list' if isinstance(value, list) else 'an object'
    words = clean(repr(value))
    return words if len(words) <= 60 else f'{words[:57]}...'
