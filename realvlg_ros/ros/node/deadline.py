"""Deadlines on the steady clock, which neither jumps nor stops as simulated time may."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]


class Deadline:
    """A point on the steady clock."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        """Set the deadline so many seconds from now."""
        self._clock = clock
        self._start = clock()
        self._end = self._start + seconds

    @property
    def remaining(self) -> float:
        """Seconds left, 0 when passed."""
        return max(self._end - self._clock(), 0.0)

    @property
    def elapsed(self) -> float:
        """Seconds since it was set."""
        return self._clock() - self._start

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return self._clock() >= self._end
