"""Numbers of messages: finite and in their range, or a MessageError that names field and value."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

import numpy as np
import numpy.typing as npt

from ...arrays import FloatArray
from ...errors import MessageError
from ...message_limits import MAX_ID_CHARACTERS, MAX_ITEMS, MAX_METRES, MAX_TEXT_CHARACTERS

# Rounding of 32-bit fields: what of a range may be exceeded. Chosen: many times their rounding.
_ROUNDING = 1e-5
# How far a unit vector may be from length 1. Chosen: as of quaternions.
_UNIT = 1e-2
# Asymmetry and negative variance that rounding leaves, as a share of the largest variance, and
# the largest standard deviation, m and rad. Chosen: 32-bit sources round to 1e-7.
_COVARIANCE_ROUNDING = 1e-6
_LARGEST_STD = 1e3


def number(what: str, value: float, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in its range.

    Args:
        what: the field, for the message.
        value: of the field.
        low: smallest value, inclusive.
        high: largest value, inclusive.

    Raises:
        MessageError: it is not.
    """
    if not (math.isfinite(value) and low - _ROUNDING <= value <= high + _ROUNDING):
        expected = 'a finite number'
        if math.isfinite(low):
            expected += f' of at least {low:g}'
        if math.isfinite(high):
            expected += f' and at most {high:g}'
        raise MessageError(
            f'{what} is {value:g}; expected {expected}; the sender fills it wrongly'
        )
    return float(value)


def share(what: str, value: float) -> float:
    """A number from 0 to 1.

    Args:
        what: the field, for the message.
        value: of the field.

    Raises:
        MessageError: it is not.
    """
    return number(what, value, 0.0, 1.0)


def vector(what: str, values: npt.ArrayLike, unit: bool = False) -> FloatArray:
    """A point or vector, m, or a unit vector, as it is.

    Args:
        what: the field, for the message.
        values: (n,) its numbers.
        unit: whether its length must be 1.

    Raises:
        MessageError: a number is not finite or beyond any place, or the length is not 1.
    """
    found = np.asarray(values, np.float64)
    if not np.all(np.abs(found) <= MAX_METRES):
        raise MessageError(
            f'{what} is {_listed(found)}; expected finite numbers of at most {MAX_METRES:g}; the '
            'sender fills it wrongly'
        )
    if unit and not abs(float(np.linalg.norm(found)) - 1) <= _UNIT:
        raise MessageError(f'{what} is {_listed(found)}; expected a vector of length 1')
    return found


def covariance(what: str, values: npt.ArrayLike) -> FloatArray:
    """36 numbers of a 6x6 covariance, row by row: finite, without a negative variance.

    Args:
        what: the field, for the message.
        values: (36,) its numbers.

    Raises:
        MessageError: they are not.
    """
    found = np.array(values, np.float64).reshape(6, 6)
    largest = float(np.abs(found).max())
    # NaN fails the comparison, too.
    if not largest <= _LARGEST_STD**2:
        raise MessageError(
            f'{what} holds {largest:g}; expected finite numbers of at most {_LARGEST_STD**2:g}'
        )
    if (least := float(found.diagonal().min())) < -_COVARIANCE_ROUNDING * largest:
        raise MessageError(f'{what} has the variance {least:g}; expected none below 0')
    return found


def positive(what: str, covariance: FloatArray) -> None:
    """Check that a 6x6 matrix is a covariance: symmetric, with no negative variance in any way.

    Args:
        what: the field, for the message.
        covariance: (6, 6) finite.

    Raises:
        MessageError: it is not.
    """
    slack = _COVARIANCE_ROUNDING * float(np.abs(covariance).max())
    if np.abs(covariance - covariance.T).max() > slack:
        raise MessageError(f'{what} is not symmetric; expected the covariance row by row')
    if (least := float(np.linalg.eigvalsh(covariance).min())) < -slack:
        raise MessageError(
            f'{what} has the variance {least:g} along one axis; expected none below 0'
        )


def items(what: str, values: Collection[object]) -> None:
    """Check that a list is not too long.

    Args:
        what: the field, for the message.
        values: its elements.

    Raises:
        MessageError: it is.
    """
    if len(values) > MAX_ITEMS:
        raise MessageError(
            f'{what} holds {len(values)} elements; expected at most {MAX_ITEMS}: send fewer'
        )


def texts(sender: str, **fields: str) -> None:
    """Check that texts of a message are not too long.

    Args:
        sender: what the message is, for the error.
        **fields: its texts by name; request_id and token are ids.

    Raises:
        MessageError: one of them is.
    """
    for name, text in fields.items():
        most = MAX_ID_CHARACTERS if name in ('request_id', 'token') else MAX_TEXT_CHARACTERS
        if len(text) > most:
            raise MessageError(
                f'{name} of {sender} has {len(text)} characters, at most {most} are taken; send a '
                f'shorter one than {text[:40]!r}...'
            )


def _listed(values: Iterable[float]) -> str:
    return '[' + ', '.join(f'{value:g}' for value in values) + ']'
