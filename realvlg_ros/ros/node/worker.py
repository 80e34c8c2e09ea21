"""One thread for the slow work of a node, which must not block callbacks."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Job = Callable[[], object]


class Worker:
    """Runs jobs one at a time: posted ones in order, and of the offered ones only the newest.

    If a job raises, on_error is called with the exception, and the thread continues.
    """

    def __init__(
        self, name: str, on_error: Callable[[Exception], None], limit: int | None = None
    ) -> None:
        """Start the thread.

        Args:
            name: of the thread.
            on_error: called with what a job raises.
            limit: posted jobs that may wait; any number without one.
        """
        self.name = name
        self._on_error = on_error
        self._limit = limit
        self._posted: deque[Job] = deque()
        self._offered: Job | None = None
        self._stopping = False
        self._dropped = 0
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Number of offered jobs that were replaced by a newer one before they started."""
        return self._dropped

    @property
    def waiting(self) -> int:
        """Number of posted jobs that have not started."""
        return len(self._posted)

    def post(self, job: Job) -> bool:
        """Run a job after those posted before it, and before the offered one.

        Returns:
            Whether there was room for it.
        """
        with self._wake:
            if self._limit is not None and len(self._posted) >= self._limit:
                return False
            self._posted.append(job)
            self._wake.notify()
            return True

    def offer(self, job: Job) -> None:
        """Run a job when the thread is free, unless a newer one is offered before."""
        with self._wake:
            if self._offered is not None:
                self._dropped += 1
            self._offered = job
            self._wake.notify()

    def stop(self, timeout: float) -> bool:
        """Drop waiting jobs, and wait for the one that runs.

        Args:
            timeout: s; a job that takes longer goes on in its daemon thread.

        Returns:
            Whether the thread has ended.
        """
        with self._wake:
            self._stopping = True
            self._posted.clear()
            self._offered = None
            self._wake.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception as error:
                self._on_error(error)

    def _next(self) -> Job | None:
        with self._wake:
            while not (self._posted or self._offered or self._stopping):
                self._wake.wait()
            if self._stopping:
                return None
            if self._posted:
                return self._posted.popleft()
            job, self._offered = self._offered, None
            return job
