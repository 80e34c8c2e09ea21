"""How long a request waits for a transform that tf does not give."""

from __future__ import annotations

from ...action import PlanGrasps
from ..node.deadline import Deadline
from .waiter import Ended


class TfWait:
    """Counts the time since a transform was missed first, until it is there."""

    def __init__(self, timeout: float) -> None:
        """Wait at most timeout s."""
        self._timeout = timeout
        self._since: Deadline | None = None
        self.words = ''

    def miss(self, words: str) -> None:
        """Note that tf does not give what is needed, and its words.

        Raises:
            Ended: it has not for too long.
        """
        self.words = words
        self._since = self._since or Deadline(self._timeout)
        if self._since.passed:
            raise Ended(PlanGrasps.Result.TF_UNAVAILABLE, words)

    def found(self) -> None:
        """Tf gives what is needed."""
        self._since, self.words = None, ''
