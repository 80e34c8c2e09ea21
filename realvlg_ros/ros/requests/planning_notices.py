"""Tells which requests are being planned for: a slow machine is not taken for a dead node."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from std_msgs.msg import String

from ...message_limits import MAX_ID_CHARACTERS, MAX_REQUESTS
from ...msg import Grounding
from ...tracking.target.target import GraspTarget
from ..node.deadline import Deadline
from ..node.goals import FEEDBACK_PERIOD_S
from ..node.lifecycle import ManagedNode
from ..node.qos import stream

# A request that has had no answer for so long is not spoken of any more, s. Chosen: many times
# what its first plans take on a machine ten times slower.
_LONGEST_S = 60.0


class PlanningNotices:
    """Publishes the id of each request from its grounding to its first target, on `planning`."""

    def __init__(self, node: ManagedNode) -> None:
        """Make the publisher, in the configure transition of its node."""
        self._publisher = node.create_managed_publisher(String, 'planning', stream('reliable', 10))
        self._lock = threading.Lock()
        self._open: dict[str, Deadline] = {}

    def start(self, node: ManagedNode) -> None:
        """Publish while the node is active."""
        self._open.clear()
        node.create_managed_timer(FEEDBACK_PERIOD_S, self._publish)

    def grounded(self, message: Grounding) -> None:
        """A grounding has come; if it found something, its request is planned for now."""
        if message.status != Grounding.OK or not 0 < len(message.request_id) <= MAX_ID_CHARACTERS:
            return
        with self._lock:
            self._open.pop(message.request_id, None)
            if len(self._open) >= MAX_REQUESTS:
                self._open.pop(next(iter(self._open)))
            self._open[message.request_id] = Deadline(_LONGEST_S)

    def answered(self, targets: Iterable[GraspTarget]) -> None:
        """Targets are published: their requests have an answer."""
        with self._lock:
            for target in targets:
                self._open.pop(target.request_id, None)

    def _publish(self) -> None:
        with self._lock:
            self._open = {name: limit for name, limit in self._open.items() if not limit.passed}
            names = list(self._open)
        for name in names:
            self._publisher.publish(String(data=name))
