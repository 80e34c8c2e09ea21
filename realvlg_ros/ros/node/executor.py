"""An executor for nodes whose subscriptions only hand over and whose other callbacks may wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rclpy.executors import Executor, ShutdownException, TimeoutException
from rclpy.subscription import Subscription


class NodeExecutor(Executor):  # type: ignore[misc]
    """Runs the callbacks of subscriptions where they are found, and all others in threads.

    A MultiThreadedExecutor hands each message to a thread and sets up a new wait on the way there
    and on the way back: at camera rate that costs twice as much as receiving the images.
    """

    def __init__(self, num_threads: int) -> None:
        """Keep so many threads for goals, services and timers."""
        super().__init__()
        self._pool = ThreadPoolExecutor(num_threads)
        self._running: list[Any] = []

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and run it, or begin it in a thread.

        Raises:
            Exception: what the callback, or one begun before, has raised.
        """
        try:
            handler, entity, _ = self.wait_for_ready_callbacks(timeout_sec=timeout_sec)
        except (ShutdownException, TimeoutException):
            return
        if isinstance(entity, Subscription):
            handler()
        else:
            self._pool.submit(handler)
        self._running.append(handler)
        done = [task for task in self._running if task.done()]
        self._running = [task for task in self._running if not task.done()]
        for task in done:
            task.result()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """Wait for what runs, at most timeout_sec, and take no more."""
        ended: bool = super().shutdown(timeout_sec)
        self._pool.shutdown(wait=False)
        return ended
