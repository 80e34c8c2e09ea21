"""Which of several requests is grounded again next, where one is at a time."""

from __future__ import annotations

from collections.abc import Sequence

from .reground import RegroundRequest

# Requests of which the turn is remembered. Chosen: several times the targets of a tracker.
_KEPT = 64


class RegroundTurns:
    """Gives each request its turn: the one that had it longest ago comes first."""

    def __init__(self) -> None:
        """Start with none."""
        self._had: dict[str, int] = {}
        self.count = 0

    def take(self, requests: Sequence[RegroundRequest]) -> RegroundRequest:
        """The request whose turn it is now, of one at least."""
        request = min(requests, key=lambda request: self._had.get(request.request_id, 0))
        self.count += 1
        if len(self._had) >= _KEPT:
            self._had.clear()
        self._had[request.request_id] = self.count
        return request
