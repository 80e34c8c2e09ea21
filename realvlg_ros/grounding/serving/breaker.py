"""A circuit breaker: a server that failed several times in a row is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable

# The pause grows with each further failure up to so many times the first one. Chosen: a minute
# or two, within which a server is started anew.
_LONGEST = 16


class Breaker:
    """Counts failures of a server and says when it may be asked.

    Attributes:
        reason: of the last failure; empty after a success.
    """

    def __init__(
        self, failures: int, pause_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the rule; the server may be asked.

        Args:
            failures: in a row, after which the server is left alone.
            pause_s: for so long at first, s; twice as long after each further failure.
            clock: steady, s.
        """
        self._failures, self._first_s, self._clock = failures, pause_s, clock
        self._count, self._pause_s, self._until_s = 0, pause_s, 0.0
        self.reason = ''

    @property
    def open(self) -> bool:
        """Whether it has failed so often that its health is looked at before it is asked."""
        return self._count >= self._failures

    def wait_s(self) -> float:
        """Time until the server may be asked again, s; 0 when it may."""
        return max(self._until_s - self._clock(), 0.0) if self.open else 0.0

    def succeed(self) -> None:
        """The server has answered."""
        self._count, self._pause_s, self.reason = 0, self._first_s, ''

    def fail(self, reason: str) -> None:
        """The server has not answered; in words."""
        self._count += 1
        self.reason = reason
        if self.open:
            self._until_s = self._clock() + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST * self._first_s)

    def open_now(self, reason: str) -> None:
        """The server cannot be asked at all, such as at the start; in words."""
        self._count = max(self._count, self._failures - 1)
        self.fail(reason)
