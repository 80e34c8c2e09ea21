"""The end of a pick from outside: a cancel or the deadline, seen by every wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ..errors import PickHalted
from ..ros.node.deadline import Clock, Deadline

# Longest time between two looks at a condition, s. Chosen: a cancel is answered in a tenth of a
# second also when nobody notifies.
_POLL_S = 0.02


class Halt:
    """Stops the waits of one pick, from any thread."""

    def __init__(self, timeout: float, clock: Clock = time.monotonic) -> None:
        """Start the deadline, timeout s from now."""
        self._timeout = timeout
        self._deadline = Deadline(timeout, clock)
        self._reason = ''
        self._changed = threading.Condition()

    @property
    def elapsed(self) -> float:
        """Seconds since the pick began."""
        return self._deadline.elapsed

    @property
    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self._deadline.remaining

    def stop(self, reason: str) -> None:
        """End the pick; of several reasons the first counts."""
        with self._changed:
            self._reason = self._reason or reason
            self._changed.notify_all()

    def check(self) -> None:
        """Return while the pick goes on.

        Raises:
            PickHalted: it was ended, or its time is up.
        """
        if self._reason:
            raise PickHalted(self._reason)
        if self._deadline.passed:
            raise PickHalted(f'the time of {self._timeout:g} s is up', timed_out=True)

    def wait(self, ready: Callable[[], object], limit: float) -> bool:
        """Wait at most limit s until ready gives something true; returns whether it did.

        Raises:
            PickHalted: the pick was ended, or its time is up.
        """
        until = Deadline(limit)
        while True:
            self.check()
            if ready():
                return True
            if until.passed:
                return False
            with self._changed:
                if not self._reason:
                    self._changed.wait(min(_POLL_S, until.remaining))
