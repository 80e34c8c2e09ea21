"""JSON of what the package computes: numbers and arrays of numpy, enums, paths, dataclasses."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from numbers import Integral, Real
from typing import Any

import numpy as np


def to_json_text(value: Any, indent: int | None = None) -> str:
    """The JSON text of a value; a number that is not finite becomes null, as JSON has none.

    Args:
        value: as for to_plain.
        indent: spaces a level; one line without it.
    """
    return json.dumps(to_plain(value), indent=indent, allow_nan=False)


def to_plain(value: Any) -> Any:
    """The value with nothing but what JSON knows.

    Args:
        value: numbers of Python or numpy, arrays, texts, enums (their values), dataclasses, and
            mappings, sets and sequences of these; of anything else the text is taken.
    """
    if value is None or isinstance(value, bool | np.bool_):
        return None if value is None else bool(value)
    if isinstance(value, Enum):
        return to_plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_key(key): to_plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, list | tuple | Set):
        return [to_plain(item) for item in value]
    return str(value)


def _key(key: Any) -> str:
    plain = to_plain(key)
    return plain if isinstance(plain, str) else json.dumps(plain)
