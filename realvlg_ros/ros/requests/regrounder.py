"""Requests new groundings of targets that were lost, or that are checked for drift."""

from __future__ import annotations

from collections.abc import Sequence

from rclpy.node import Node

from ...action import Ground
from ...tracking.reground import RegroundRequest
from ...tracking.reground_turns import RegroundTurns
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
        self._turns = RegroundTurns()

    @property
    def asked(self) -> int:
        """How many requests were sent."""
        return self._turns.count

    def ask(self, requests: Sequence[RegroundRequest]) -> None:
        """Send one request, unless one is in progress or no server has been discovered.

        Of several, the one that was sent longest ago.
        """
        if self._attempt is not None and self._attempt.ended:
            self._attempt = None
        if not requests or self._attempt is not None or not self._client.ready():
            return
        request = self._turns.take(requests)
        goal = Ground.Goal(instruction=request.instruction, request_id=request.request_id)
        self._attempt = self._client.send(goal, _GROUNDER_SILENCE_S, lambda: None)

    def destroy(self) -> None:
        """Destroy the action client."""
        self._client.destroy()
