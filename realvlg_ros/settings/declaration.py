"""A setting with its description, unit, range and default, and the check of a value."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache, partial
from numbers import Integral, Real
from typing import Any, TypeAlias

from ..errors import ParameterError
from ..quoting import quoted

Value: TypeAlias = bool | int | float | str | tuple[float, ...]

UNITLESS = 'unitless'
# Numbers of a list that a message shows. Chosen: those of a pose.
_SHOWN = 8
_KEY = 'setting'
_KINDS = {bool: 'true or false', int: 'a whole number', float: 'a number', str: 'a text'}


@dataclass(frozen=True)
class Setting:
    """The declaration of a setting: all but its value.

    Attributes:
        name: full name, with dots between blocks.
        default: its type is the setting's type.
        words: description for users.
        unit: of a number: a unit, what it counts, or 'unitless'.
        low, high: bounds of a number or of each of several numbers, inclusive.
        choices: the allowed values of a text; empty for any.
        sizes: how many numbers a tuple may have.
        dynamic: whether a node accepts a new value at run time.
        source: whether it names files or code; once a node's process has started, it accepts no
            new value unless its start allows that.
        fixed: whether a node never accepts another value than that of its start.
        former: full names in the previous release.
    """

    name: str
    default: Value
    words: str
    unit: str = ''
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    dynamic: bool = False
    source: bool = False
    fixed: bool = False
    former: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it is a number or several numbers."""
        return not isinstance(self.default, bool | str)

    @property
    def range(self) -> str:
        """The range of a number with its unit, in words."""
        unit = '' if self.unit == UNITLESS else f' {self.unit}'
        return f'{brief(self.low)} to {brief(self.high)}{unit}'

    def check(self, value: Any) -> Value:
        """Return the value in the setting's type.

        Raises:
            ParameterError: a wrong type, not a finite number, or a value outside the range or the
                choices.
        """
        if isinstance(self.default, tuple):
            return self._check_numbers(value)
        kind = type(self.default)
        if kind in (int, float):
            return self._check_number(value)
        if type(value) is not kind:
            raise self._refusal(value, _KINDS[kind])
        if self.choices and value not in self.choices:
            raise self._refusal(value, f'one of {", ".join(c or repr(c) for c in self.choices)}')
        return value  # type: ignore[no-any-return]

    def _check_number(self, value: Any) -> int | float:
        kind = type(self.default)
        fits = isinstance(value, Integral if kind is int else Real)
        if not fits or isinstance(value, bool):
            raise self._refusal(value, f'{_KINDS[kind]}, {self.range}')
        if not self.low <= value <= self.high:
            raise self._refusal(value, self.range)
        return int(value) if kind is int else float(value)

    def _check_numbers(self, value: Any) -> tuple[float, ...]:
        numbers = () if isinstance(value, str) or not _is_iterable(value) else tuple(value)
        is_number = [isinstance(n, Real) and not isinstance(n, bool) for n in numbers]
        if len(numbers) not in self.sizes or not all(is_number):
            sizes = ' or '.join(map(str, self.sizes))
            raise self._refusal(value, f'{sizes} numbers, each {self.range}')
        if not all(self.low <= number <= self.high for number in numbers):
            raise self._refusal(value, f'each {self.range}')
        return tuple(float(number) for number in numbers)

    def _refusal(self, value: Any, expected: str) -> ParameterError:
        return ParameterError(
            f'{self.name} is {shown(value)}; expected {expected}; '
            f'the default is {shown(self.default)}'
        )


def setting(
    default: Value,
    words: str,
    *,
    unit: str = '',
    low: float = -math.inf,
    high: float = math.inf,
    choices: Sequence[str] = (),
    sizes: Sequence[int] = (),
    dynamic: bool = False,
    source: bool = False,
    fixed: bool = False,
    former: Sequence[str] = (),
) -> Any:
    """A field of a `Settings` dataclass; see `Setting` for the arguments.

    Args:
        default: a bool, whole number, number, text or tuple of numbers.
        words: description for users.
        unit: of a number: a unit, what it counts, or 'unitless'.
        low: smallest value of a number, inclusive.
        high: largest value of a number, inclusive.
        choices: the allowed values of a text; empty for any.
        sizes: how many numbers a tuple may have; as many as the default if left out.
        dynamic: whether a node accepts a new value at run time.
        source: whether it names files or code, see `Setting`.
        fixed: whether a node keeps the value of its start.
        former: names in the previous release, in the same block; one with a dot is the full name
            of the node's parameter.

    Raises:
        TypeError: a number without a unit or a finite range.
    """
    if isinstance(default, tuple):
        sizes = sizes or (len(default),)
    declared = Setting(
        '', default, words, unit, low, high, tuple(choices), tuple(sizes), dynamic, source, fixed,
        tuple(former),
    )  # fmt: skip
    if declared.is_number and not (unit and math.isfinite(low) and math.isfinite(high)):
        raise TypeError(f'a setting that is a number has a unit and a finite range: {words}')
    return field(default=default, metadata={_KEY: declared})


# A setting of which a running node takes a new value.
dynamic_setting = partial(setting, dynamic=True)


class Settings:
    """Base of dataclasses of settings; the constructor checks every value."""

    def __post_init__(self) -> None:
        for declared in _own_settings(type(self)):  # type: ignore[arg-type]
            value = declared.check(getattr(self, declared.name))
            object.__setattr__(self, declared.name, value)


def settings_of(cls: type[Any], prefix: str = '') -> tuple[Setting, ...]:
    """The settings that a dataclass declares, those of its blocks included.

    Raises:
        TypeError: a field is neither a setting nor a block.
    """
    return tuple(_walk(cls, prefix))


def declared_by(item: Any, prefix: str = '') -> Setting | None:
    """The setting that a dataclass's field declares; None for a block."""
    declared = item.metadata.get(_KEY)
    if declared is None:
        return None
    former = tuple(name if '.' in name else prefix + name for name in declared.former)
    return replace(declared, name=prefix + item.name, former=former)


def block_of(item: Any) -> type[Settings]:
    """The dataclass of settings that a dataclass's field holds.

    Raises:
        TypeError: it holds none.
    """
    made = item.default_factory
    if made is MISSING or not (isinstance(made, type) and issubclass(made, Settings)):
        raise TypeError(f'{item.name} is neither made by setting() nor a block of Settings')
    return made


@cache
def _own_settings(cls: type[Any]) -> tuple[Setting, ...]:
    """The settings of a dataclass without those of its blocks."""
    declared = [declared_by(item) for item in fields(cls)]
    return tuple(item for item in declared if item is not None)


def _walk(cls: type[Any], prefix: str) -> Iterator[Setting]:
    for item in fields(cls):
        declared = declared_by(item, prefix)
        if declared is None:
            yield from _walk(block_of(item), f'{prefix}{item.name}.')
        else:
            yield declared


def brief(bound: float) -> str:
    """A bound of a range as text, in few digits."""
    return f'{bound:g}' if isinstance(bound, float) else str(bound)


def shown(value: Any) -> str:
    """A value as text for messages."""
    if isinstance(value, list | tuple) and all(isinstance(each, Real) for each in value[:_SHOWN]):
        dots = [f'... ({len(value)} long)'] if len(value) > _SHOWN else []
        return '[' + ', '.join([*map(shown, value[:_SHOWN]), *dots]) + ']'
    if not isinstance(value, Real) or isinstance(value, Integral):
        return quoted(value)
    return f'{value:g}' if value == float(f'{value:g}') else repr(float(value))


def _is_iterable(value: Any) -> bool:
    return hasattr(value, '__iter__')
