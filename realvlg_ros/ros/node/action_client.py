"""An action client for programs whose executor spins in another thread."""

from __future__ import annotations

import threading
from typing import Any

from rclpy.action import ActionClient


class ThreadedActionClient(ActionClient):  # type: ignore[misc]
    """An ActionClient of which no answer is lost, whichever thread asks.

    rclpy notes a request after it has sent it. An answer that an executor takes in another thread
    before that is dropped ("Ignoring unexpected goal response"), and its future never ends:
    measured once in some hundreds of goals to a server on the same machine. And it searches its
    notes while another thread adds one, which ends the executor ("dictionary changed size during
    iteration").
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Make the client, with the arguments of ActionClient."""
        # Held from the sending of a request until it is noted, and while notes are searched.
        self._noting = threading.RLock()
        super().__init__(*arguments, **options)

    def send_goal_async(self, *arguments: Any, **options: Any) -> Any:
        """Send a goal; see ActionClient."""
        with self._noting:
            return super().send_goal_async(*arguments, **options)

    def _cancel_goal_async(self, goal_handle: Any) -> Any:
        with self._noting:
            return super()._cancel_goal_async(goal_handle)

    def _get_result_async(self, goal_handle: Any) -> Any:
        with self._noting:
            return super()._get_result_async(goal_handle)

    def _remove_pending_request(self, future: Any, pending_requests: Any) -> Any:
        with self._noting:
            return super()._remove_pending_request(future, pending_requests)

    async def execute(self, taken_data: Any) -> None:
        """Take what has come, once the request that it answers is noted."""
        with self._noting:
            pass
        await super().execute(taken_data)
