"""Which of two requests is the newer one, though each may be grounded again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

# So many requests are remembered, the newest. Chosen: far more than are asked for again.
_REMEMBERED = 64


class RequestOrder:
    """The order in which clients asked.

    A grounding that the tracker did not ask for is a client's: its request is the newest then,
    also when its name was used before.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._asked: OrderedDict[str, None] = OrderedDict()
        # When requests were handed out whose answers are still to come, ns.
        self._out_ns: dict[str, list[int]] = {}

    def hand_out(self, request_ids: Iterable[str], stamp_ns: int, patience_ns: int) -> None:
        """The tracker asks for requests to be grounded again.

        Args:
            request_ids: which.
            stamp_ns: of the newest frame.
            patience_ns: what was handed out longer ago is not waited for any more.
        """
        for request_id in request_ids:
            self._out_ns.setdefault(request_id, []).append(stamp_ns)
        waiting = {
            request_id: [ns for ns in out if abs(stamp_ns - ns) <= patience_ns]
            for request_id, out in self._out_ns.items()
        }
        self._out_ns = {request_id: out for request_id, out in waiting.items() if out}

    def take(self, request_id: str, stamp_ns: int, patience_ns: int) -> bool:
        """A grounding has come; returns whether the tracker asked for it.

        Args:
            request_id: that it answers.
            stamp_ns: of its frame.
            patience_ns: an answer about a frame later than this is none any more.
        """
        waiting = [ns for ns in self._out_ns.pop(request_id, ()) if stamp_ns - ns <= patience_ns]
        if waiting[1:]:
            self._out_ns[request_id] = waiting[1:]
        if not waiting or request_id not in self._asked:
            self._asked[request_id] = None
            self._asked.move_to_end(request_id)
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        return bool(waiting)

    def is_newer(self, request_id: str, other: str) -> bool:
        """Whether a request was asked after another.

        Args:
            request_id: of the one.
            other: of the other.
        """
        order = list(self._asked)
        if request_id not in self._asked:
            return False
        return other not in self._asked or order.index(request_id) > order.index(other)

    def clear(self) -> None:
        """Wait for no answer any more."""
        self._out_ns.clear()
