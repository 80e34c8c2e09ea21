"""Requests new groundings of targets that were lost, or that are checked for drift."""

from __future__ import annotations

from collections.abc import Sequence

from rclpy.node import Node

from ...tracking.reground import RegroundRequest
from .ground_client import GroundAttempt, GroundClient

# Time without feedback after which the grounder counts as gone, s. Chosen: six of its feedbacks,
# since the request is only sent again then.
_GROUNDER_SILENCE_S = 3.0


class Regrounder:
    """Sends one request at a time over the action `ground_background`, which yields to all others.

    The answer arrives on the topic `grounding`, as all groundings do.
    """

    def __init__(self, node: Node) -> None:
        """Make the action client."""
        self._client = GroundClient(node, 'ground_background')
        self._attempt: GroundAttempt | None = None
        self.asked = 0

    def ask(self, requests: Sequence[RegroundRequest]) -> None:
        """Send the first request, unless one is in progress or no server has been discovered."""
        if self._attempt is not None and self._attempt.ended:
            self._attempt = None
        if not requests or self._attempt is not None or not self._client.ready():
            return
        request = requests[0]
        self.asked += 1
        self._attempt = self._client.send(
            request.instruction, request.request_id, _GROUNDER_SILENCE_S, lambda: None
        )

    def destroy(self) -> None:
        """Destroy the action client."""
        self._client.destroy()
