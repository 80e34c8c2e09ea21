"""A client of the Ground action that detects a server that has stopped responding."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node

from ...action import Ground
from ...msg import Grounding
from ..node.action_client import ThreadedActionClient
from ..node.qos import action_queues
from .goal_attempt import GoalAttempt


class GroundAttempt(GoalAttempt):
    """A Ground goal that was sent; its result is the Grounding."""

    feedback: Ground.Feedback | None
    result: Grounding | None

    def _taken(self, result: Ground.Result) -> Grounding:
        return result.grounding


class GroundClient:
    """Sends Ground goals."""

    def __init__(self, node: Node, action: str = 'ground') -> None:
        """Make the client of an action of this name."""
        self._client = ThreadedActionClient(
            node,
            Ground,
            action,
            callback_group=MutuallyExclusiveCallbackGroup(),
            **action_queues(),
        )

    def ready(self) -> bool:
        """Whether a server has been discovered; one that was killed stays listed for a while."""
        return bool(self._client.server_is_ready())

    def send(
        self, goal: Ground.Goal, silence: float, on_change: Callable[[], None]
    ) -> GroundAttempt:
        """Send a goal.

        Args:
            goal: what to find; the server makes a request_id when it has none.
            silence: time without feedback after which the server counts as gone, s.
            on_change: called when an answer, feedback or result arrives; must return quickly.
        """
        attempt = GroundAttempt(silence, on_change)
        future = self._client.send_goal_async(goal, feedback_callback=attempt.on_feedback)
        future.add_done_callback(attempt.on_response)
        return attempt

    def destroy(self) -> None:
        """Destroy the action client."""
        self._client.destroy()
