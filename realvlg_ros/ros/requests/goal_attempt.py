"""One goal that was sent to an action server, which may have stopped responding."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# Longest wait for the answer to a goal request, s; DDS may lose that of a server just discovered.
# Chosen: short, since the request is sent again.
_ACCEPT_TIMEOUT_S = 1.0


class GoalAttempt:
    """One goal that was sent, until it has a result or its server stops responding."""

    def __init__(self, silence: float, on_change: Callable[[], None]) -> None:
        """Start the time without an answer.

        Args:
            silence: time without feedback after which the server counts as gone, s.
            on_change: called when an answer, feedback or result arrives; must return quickly.
        """
        self._silence = silence
        self._on_change = on_change
        self._sent = self._heard = time.monotonic()
        self._handle: Any = None
        self._abandoned = False
        self.feedback: Any = None
        self.result: Any = None
        self.rejected = False

    @property
    def accepted(self) -> bool:
        """Whether the server has taken the goal."""
        return self._handle is not None

    @property
    def age(self) -> float:
        """Time since it was sent, s."""
        return time.monotonic() - self._sent

    @property
    def silence_s(self) -> float:
        """Time since something came from the server, s."""
        return time.monotonic() - self._heard

    @property
    def silent(self) -> bool:
        """Whether nothing has arrived from the server for too long."""
        limit = self._silence if self.accepted else _ACCEPT_TIMEOUT_S
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
        self.result = self._taken(future.result().result)
        self._on_change()

    def _taken(self, result: Any) -> Any:
        """What is kept of the action's result."""
        return result
