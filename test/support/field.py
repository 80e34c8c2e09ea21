"""Rows of the tables in test/field: a fault of the field, and the answer that is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Row:
    """One case.

    Attributes:
        id: name of the case in the test's output.
        given: the fault, in terms of the test that takes the row.
        status: name of the status that is right.
        words: all of them must be in the message, whatever their case.
        within_m: how far the grasp may lie from the true one, m; None where no grasp is right.
    """

    id: str
    given: Any
    status: str
    words: tuple[str, ...] = ()
    within_m: float | None = None

    def says(self, message: str) -> bool:
        """Whether all of the words are in a message."""
        return all(word.lower() in message.lower() for word in self.words)

    def check(self, status: str, message: str) -> None:
        """Assert the status and the words of an answer."""
        assert status == self.status, f'{self.id}: {status}, not {self.status}: {message}'
        missing = [word for word in self.words if word.lower() not in message.lower()]
        assert not missing, f'{self.id}: {missing} not in {message!r}'


def table(rows: Sequence[Row]) -> pytest.MarkDecorator:
    """Run a test once a row, as its argument `row`."""
    return pytest.mark.parametrize('row', rows, ids=[row.id for row in rows])
