"""The goals of an action server while they live: cancel, feedback and end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from rclpy.action import CancelResponse
from rclpy.action.server import ServerGoalHandle

# The cancel callback returns before rclpy marks the goal as canceling; this long at most, s.
# Chosen: many times what rclpy takes.
_CANCEL_MARK_S = 1.0

# Feedback comes at least so often, s. Chosen: who waits can tell a slow answer from a dead server.
FEEDBACK_PERIOD_S = 0.5
# How long a deactivation waits for the results of its goals, s. Chosen: less than a transition may
# take.
RESULTS_TIMEOUT_S = 2.0


class LiveGoal:
    """One goal, as a context: it has a final state when the context ends."""

    def __init__(self, goals: Goals, handle: ServerGoalHandle, on_cancel: Callable[[], Any]):
        """Call on_cancel when the client asks for the end."""
        self._goals = goals
        self._handle = handle
        self._on_cancel = on_cancel
        self._canceled = False

    @property
    def canceled(self) -> bool:
        """Whether the client asked for the end."""
        return self._canceled

    def __enter__(self) -> LiveGoal:
        self._goals.add(self._handle, self)
        if self._handle.is_cancel_requested:
            self.cancel()
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle.is_active:
            self.end(succeeded=False)
        self._goals.remove(self._handle)

    def cancel(self) -> None:
        """Take the client's wish."""
        self._canceled = True
        self._on_cancel()

    def end(self, succeeded: bool) -> None:
        """Bring the goal to the final state that its present state allows.

        Args:
            succeeded: the request was answered, whatever the answer.
        """
        if self._canceled:
            until = time.monotonic() + _CANCEL_MARK_S
            while not self._handle.is_cancel_requested and time.monotonic() < until:
                time.sleep(0.001)
        if self._handle.is_cancel_requested:
            self._handle.canceled()
        elif succeeded:
            self._handle.succeed()
        else:
            self._handle.abort()


class Goals:
    """The goals of one action server whose execution has not returned."""

    def __init__(self) -> None:
        """None is live."""
        self._live: dict[bytes, LiveGoal] = {}
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._live)

    def add(self, handle: ServerGoalHandle, goal: LiveGoal) -> None:
        """Count a goal as live."""
        with self._changed:
            self._live[_key(handle)] = goal

    def remove(self, handle: ServerGoalHandle) -> None:
        """Count it no more."""
        with self._changed:
            self._live.pop(_key(handle), None)
            self._changed.notify_all()

    def accept_cancel(self, handle: ServerGoalHandle) -> CancelResponse:
        """The cancel callback: every goal can be canceled."""
        with self._changed:
            goal = self._live.get(_key(handle))
        if goal is not None:
            goal.cancel()
        return CancelResponse.ACCEPT

    def wait(self, timeout: float) -> bool:
        """Wait until none is live, at most timeout s."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._live, timeout)


def _key(handle: ServerGoalHandle) -> bytes:
    return bytes(handle.goal_id.uuid)
