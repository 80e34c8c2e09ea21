"""The live goals of an action server: cancellation and final states."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from rclpy.action import CancelResponse
from rclpy.action.server import ServerGoalHandle

# rclpy marks a goal as canceling after the cancel callback has returned: longest wait for it, s.
# Chosen: many times what rclpy takes.
_CANCEL_MARK_S = 1.0

# Longest time between two feedbacks, s. Chosen: it tells a slow answer from a dead server.
FEEDBACK_PERIOD_S = 0.5
# How long a deactivation waits for the results of its goals, s. Chosen: less than a transition may
# take.
RESULTS_TIMEOUT_S = 2.0
# Shortest time between two goals that a server takes, s. Chosen: clients that keep 10 answers, as
# is the default, mostly read those to a burst as they come; the last of 50 waits 1.5 s.
_GOAL_PERIOD_S = 0.03


class Pace:
    """Lets the goals of a server in one by one, with a pause between two of a burst."""

    def __init__(self) -> None:
        """Let the first one in at once."""
        self._due = 0.0

    def wait(self) -> None:
        """Wait for the next one's turn."""
        time.sleep(max(self._due - time.monotonic(), 0.0))
        self._due = time.monotonic() + _GOAL_PERIOD_S


class LiveGoal:
    """One goal as a context manager, at whose end it is in a final state."""

    def __init__(self, goals: Goals, handle: ServerGoalHandle, on_cancel: Callable[[], Any]):
        """Make the context of a goal.

        Args:
            goals: the live goals, to which it belongs inside the context.
            handle: of the goal.
            on_cancel: called when the client cancels the goal; must return quickly.
        """
        self._goals = goals
        self._handle = handle
        self._on_cancel = on_cancel
        self._canceled = False

    @property
    def canceled(self) -> bool:
        """Whether the client has canceled the goal."""
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
        """Note that the client has canceled the goal, and call on_cancel."""
        self._canceled = True
        self._on_cancel()

    def end(self, succeeded: bool) -> None:
        """Bring the goal to the final state that its present state allows.

        Args:
            succeeded: whether the client has what it asked for.
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
        """Start without a live goal."""
        self._live: dict[bytes, LiveGoal] = {}
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._live)

    def add(self, handle: ServerGoalHandle, goal: LiveGoal) -> None:
        """Add a goal to the live ones."""
        with self._changed:
            self._live[_key(handle)] = goal

    def remove(self, handle: ServerGoalHandle) -> None:
        """Remove a goal from the live ones."""
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
        """Wait at most timeout s until no goal is live; returns whether none is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._live, timeout)


def _key(handle: ServerGoalHandle) -> bytes:
    return bytes(handle.goal_id.uuid)
