"""Values of a document by their keys: each is checked, and its key named where it is wrong."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .boundary import Boundary
from .errors import RealvlgError
from .quoting import cut, quoted


class Fields:
    """The keys of one mapping of a document."""

    def __init__(self, values: Any, boundary: Boundary, where: str = '') -> None:
        """Take a mapping.

        Args:
            values: of the document.
            boundary: of the document.
            where: full key of the mapping in it; empty for the whole.

        Raises:
            RealvlgError: of the boundary: the values are no mapping.
        """
        self._boundary, self._where = boundary, where
        if not isinstance(values, Mapping):
            raise self._refused(where or 'the file', values, 'keys with values')
        self.values = values

    def check_keys(self, needed: Collection[str], optional: Collection[str] = ()) -> None:
        """Refuse a mapping that lacks a key or has another.

        Raises:
            RealvlgError: of the boundary.
        """
        missing = sorted(set(needed) - set(self.values))
        unknown = sorted(set(map(str, self.values)) - {*needed, *optional})
        if missing or unknown:
            at = f'{self._where}: ' if self._where else ''
            raise self._boundary.refusal(
                f'{at}missing {quoted(missing)}, unknown {quoted(unknown)}; known are '
                + ', '.join((*needed, *optional))
            )

    def __contains__(self, key: str) -> bool:
        return self.values.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def block(self, key: str) -> Fields:
        """The mapping at a key.

        Raises:
            RealvlgError: of the boundary: there is none.
        """
        return Fields(self._take(key), self._boundary, self._full(key))

    def text(self, key: str) -> str:
        """The text at a key.

        Raises:
            RealvlgError: of the boundary: there is none.
        """
        value = self._take(key)
        if not isinstance(value, str):
            raise self._refused(self._full(key), value, 'a text')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts at a key.

        Raises:
            RealvlgError: of the boundary: there is none.
        """
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._refused(self._full(key), value, 'a list of texts')
        return tuple(value)

    def flag(self, key: str) -> bool:
        """The true or false at a key.

        Raises:
            RealvlgError: of the boundary: there is none.
        """
        value = self._take(key)
        if not isinstance(value, bool):
            raise self._refused(self._full(key), value, 'true or false')
        return value

    def number(self, key: str, low: float = -math.inf, high: float = math.inf) -> float:
        """The finite number at a key.

        Args:
            key: of it.
            low: smallest value.
            high: largest value.

        Raises:
            RealvlgError: of the boundary: there is none, or it is outside.
        """
        value = self._take(key)
        if not is_number(value) or not low <= value <= high:
            raise self._refused(self._full(key), value, f'a number{_range(low, high)}')
        return float(value)

    def numbers(self, key: str, count: int = 0) -> tuple[float, ...]:
        """The list of finite numbers at a key.

        Args:
            key: of it.
            count: how many; 0 for any.

        Raises:
            RealvlgError: of the boundary: there is none, or it has another length.
        """
        value = self._take(key)
        holds = isinstance(value, list | tuple) and all(map(is_number, value))
        if not holds or (count and len(value) != count):
            raise self._refused(self._full(key), value, f'a list of {count or "finite"} numbers')
        return tuple(float(each) for each in value)

    def _take(self, key: str) -> Any:
        if key not in self.values:
            raise self._boundary.refusal(f'the key {cut(self._full(key))} is missing')
        return self.values[key]

    def _full(self, key: str) -> str:
        return f'{self._where}.{key}' if self._where else key

    def _refused(self, where: str, value: Any, expected: str) -> RealvlgError:
        return self._boundary.refusal(f'{cut(where)} is {quoted(value)}; expected {expected}')


def is_number(value: Any) -> bool:
    """Whether a value of a document is a finite number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _range(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return ''
    if math.isinf(high):
        return f' from {low:g} on'
    return f', {low:g} to {high:g}'
