"""An executor for nodes with quick subscription callbacks and other callbacks that may block."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rclpy.executors import (
    ConditionReachedException,
    Executor,
    ShutdownException,
    TimeoutException,
)
from rclpy.subscription import Subscription


class NodeExecutor(Executor):  # type: ignore[misc]
    """Runs the callbacks of subscriptions in the spinning thread, and all others in a thread pool.

    A MultiThreadedExecutor passes each message to a thread and rebuilds its wait set before and
    after: at camera rate that costs twice as much as receiving the images.
    """

    def __init__(self, num_threads: int) -> None:
        """Make a pool of so many threads for goals, services and timers."""
        super().__init__()
        self._pool = ThreadPoolExecutor(num_threads)
        self._running: list[Any] = []
        # Held while the spinning thread uses what shutdown destroys.
        self._waits = threading.Lock()
        self._ending = False

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and run it, or start it in the pool.

        Raises:
            Exception: raised by the callback, or by one that was started before.
        """
        with self._waits:
            if self._ending:
                return
            try:
                handler, entity, _ = self.wait_for_ready_callbacks(
                    timeout_sec=timeout_sec, condition=self._ends
                )
            except (ConditionReachedException, ShutdownException, TimeoutException):
                return
        if isinstance(entity, Subscription):
            handler()
        elif not self._submitted(handler):
            return
        self._running.append(handler)
        done = [task for task in self._running if task.done()]
        self._running = [task for task in self._running if not task.done()]
        for task in done:
            task.result()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """Start no more callbacks, and wait at most timeout_sec s for those that run."""
        self._ending = True
        self.wake()
        # rclpy raises AttributeError where its wait set is destroyed beneath a thread that waits.
        with self._waits:
            ended: bool = super().shutdown(timeout_sec)
        self._pool.shutdown(wait=False)
        return ended

    def _submitted(self, handler: Any) -> bool:
        """Whether the pool has taken a callback: it takes none once the executor is shut down."""
        try:
            self._pool.submit(handler)
        except RuntimeError:
            if not self._ending:
                raise
            return False
        return True

    def _ends(self) -> bool:
        return self._ending
