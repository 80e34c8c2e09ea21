"""A client of the Ground action that detects a server that has stopped responding."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node

from ...action import Ground
from ...msg import Grounding
from ..node.action_client import ThreadedActionClient
from ..node.qos import action_queues

# Longest wait for the answer to a goal request, s; DDS may lose that of a server just discovered.
# Chosen: short, since the request is sent again.
_ACCEPT_TIMEOUT_S = 1.0


class GroundAttempt:
    """One goal that was sent, until it has a result or its server stops responding."""

    def __init__(self, silence: float, on_change: Callable[[], None]) -> None:
        """Start the time without an answer.

        Args:
            silence: time without feedback after which the server counts as gone, s.
            on_change: called when an answer, feedback or result arrives; must return quickly.
        """
        self._silence = silence
        self._on_change = on_change
        self._heard = time.monotonic()
        self._handle: Any = None
        self._abandoned = False
        self.feedback: Ground.Feedback | None = None
        self.result: Grounding | None = None
        self.rejected = False

    @property
    def silence_s(self) -> float:
        """Time since something came from the server, s."""
        return time.monotonic() - self._heard

    @property
    def silent(self) -> bool:
        """Whether nothing has arrived from the server for too long."""
        limit = _ACCEPT_TIMEOUT_S if self._handle is None else self._silence
        return self.silence_s > limit

    @property
    def ended(self) -> bool:
        """Whether it has a result, was rejected, or its server is gone."""
        return self.result is not None or self.rejected or self.silent

    def abandon(self) -> None:
        """Cancel the goal, also if its server accepts it later."""
        self._abandoned = True
        if self._handle is not None and self.result is None:
            self._handle.cancel_goal_async()

    def on_feedback(self, message: Any) -> None:
        """Take feedback, which also shows that the server runs."""
        self._heard = time.monotonic()
        self.feedback = message.feedback
        self._on_change()

    def on_response(self, future: Any) -> None:
        """Take the answer to the goal request."""
        self._heard = time.monotonic()
        handle = future.result()
        self.rejected = not handle.accepted
        if handle.accepted:
            self._handle = handle
            if self._abandoned:
                handle.cancel_goal_async()
            handle.get_result_async().add_done_callback(self._on_result)
        self._on_change()

    def _on_result(self, future: Any) -> None:
        self.result = future.result().result.grounding
        self._on_change()


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
