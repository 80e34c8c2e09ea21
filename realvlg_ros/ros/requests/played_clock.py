"""Whether a recording is being played: the time on /clock goes on."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from ..conversions.stamps import stamp_to_ns
from ..node.qos import stream

# Messages that wait to be read. Chosen: any two of them tell whether the time goes on.
_DEPTH = 2


class PlayedClock:
    """Listens to /clock, which stands still until a player begins."""

    def __init__(self, node: Node) -> None:
        """Listen.

        Args:
            node: spun by the caller.
        """
        self._first_ns: int | None = None
        self._goes_on = False
        self._subscription = node.create_subscription(
            Clock, '/clock', self._take, stream('best_effort', _DEPTH)
        )

    def goes_on(self) -> bool:
        """Whether two times were heard that differ."""
        return self._goes_on

    def _take(self, message: Any) -> None:
        now_ns = stamp_to_ns(message.clock)
        if self._first_ns is None:
            self._first_ns = now_ns
        self._goes_on |= now_ns != self._first_ns
