"""The waits of a request: woken by messages, ended from outside, and bounded by its deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from ..node.deadline import Deadline
from ..node.goals import FEEDBACK_PERIOD_S
from .progress import Progress

T = TypeVar('T')

# How often it is checked whether waiting is of use, s. Chosen: twice as often as states are asked
# for, and only a small share of it is spent on asking the ROS graph.
_CHECK_PERIOD_S = 0.1


class Ended(Exception):  # noqa: N818
    """Ends a request with a status, and with what is known of its target."""

    def __init__(self, status: int, message: str, target: Any = None) -> None:
        """Make the end of a request.

        Args:
            status: of its result.
            message: the reason.
            target: a GraspTarget that goes with it, or None.
        """
        super().__init__(message)
        self.status, self.target = status, target


class Waiter:
    """Waits in the thread of a request; `end` and `notify` come from others."""

    def __init__(
        self,
        deadline: Deadline,
        progress: Progress,
        check: Callable[[], object],
        timed_out: Callable[[], Ended],
    ) -> None:
        """Make the waits of a request.

        Args:
            deadline: of the request.
            progress: published from time to time while a wait lasts.
            check: called now and then while a wait lasts; raises Ended where waiting is of no use.
            timed_out: the end of a request whose deadline has passed.
        """
        self._deadline = deadline
        self._progress = progress
        self._check = check
        self._timed_out = timed_out
        self._check_due = Deadline(0.0)
        self._end: Ended | None = None
        self.changed = threading.Condition()

    def end(self, end: Ended) -> None:
        """End the request from outside; the first end counts."""
        with self.changed:
            self._end = self._end or end
            self.changed.notify_all()

    def notify(self) -> None:
        """Something has come that may end a wait."""
        with self.changed:
            self.changed.notify_all()

    def check_ended(self) -> None:
        """Raise the end of the request, if there is one; to be called with `changed` held."""
        if self._end is not None:
            raise self._end

    def pause(self, seconds: float) -> None:
        """Wait for a time, unless the request ends."""
        self.wait(lambda: None, seconds)

    def wait(
        self,
        ready: Callable[[], T | None],
        limit: float = float('inf'),
        poll: float = FEEDBACK_PERIOD_S,
    ) -> T | None:
        """Wait until ready gives something.

        Args:
            ready: called after each message; gives None to wait on.
            limit: longest wait, s; None is returned after it.
            poll: longest time between two calls of ready, s.

        Raises:
            Ended: the request was ended, or its deadline has passed.
        """
        until = Deadline(limit)
        while True:
            with self.changed:
                self.check_ended()
                if (found := ready()) is not None:
                    return found
                if self._deadline.passed:
                    raise self._timed_out()
                if until.passed:
                    return None
                left = min(until.remaining, self._deadline.remaining)
                self.changed.wait(min(left, poll, _CHECK_PERIOD_S))
            if self._check_due.passed:
                self._check_due = Deadline(_CHECK_PERIOD_S)
                self._check()
            self._progress.keep_alive()
