"""How long a request waits for a transform that tf does not give."""

from __future__ import annotations

from ...action import PlanGrasps
from ..node.deadline import Deadline
from .waiter import Ended

# A miss says nothing of what comes so long after it, s. Chosen: several retries.
_MEMORY_S = 2.0


class TfWait:
    """Counts the time since a transform was missed first, until it is there."""

    def __init__(self, timeout: float) -> None:
        """Wait at most timeout s."""
        self._timeout = timeout
        self._since: Deadline | None = None
        self._last = Deadline(0.0)
        self._words = ''

    @property
    def words(self) -> str:
        """What is missing now, in words; empty when nothing is."""
        return self._words if self._missing else ''

    @property
    def _missing(self) -> bool:
        """Whether it was missed just now, and not once long ago."""
        return bool(self._words) and not self._last.passed

    def miss(self, words: str) -> None:
        """Note that tf does not give what is needed, and its words.

        Raises:
            Ended: it has not for too long.
        """
        self._words = words
        if self._since is None or not self._missing:
            self._since = Deadline(self._timeout)
        self._last = Deadline(_MEMORY_S)
        if self._since.passed:
            raise Ended(PlanGrasps.Result.TF_UNAVAILABLE, words)

    def found(self) -> None:
        """Tf gives what is needed."""
        self._since, self._words = None, ''
