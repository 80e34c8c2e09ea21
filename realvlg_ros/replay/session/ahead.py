"""Work in a second thread, in order: what comes out is the same as without it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar('T')

# Items that wait between two threads. Chosen: a quarter of a second at 30 Hz, 20 MB of images.
_DEPTH = 8
_END: Any = object()


def read_ahead(items: Iterable[T]) -> Generator[T, None, None]:
    """The items, of which the next ones are made in another thread meanwhile."""
    iterator = iter(items)
    pool = ThreadPoolExecutor(1, 'reading')
    try:
        coming = deque(pool.submit(next, iterator, _END) for _ in range(_DEPTH))
        while (item := coming.popleft().result()) is not _END:
            coming.append(pool.submit(next, iterator, _END))
            yield item
    finally:
        pool.shutdown(cancel_futures=True)


class WriteBehind:
    """Jobs that are done one after another, in another thread if that is asked for."""

    def __init__(self, in_thread: bool) -> None:
        """Start without a job."""
        self._pool = ThreadPoolExecutor(1, 'writing') if in_thread else None
        self._waiting: deque[Future[None]] = deque()

    def post(self, job: Callable[[], None]) -> None:
        """Do a job after those before it, of which few wait; raises what one of them raised."""
        if self._pool is None:
            job()
            return
        self._waiting.append(self._pool.submit(job))
        while len(self._waiting) > _DEPTH:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Wait for all jobs; raises what one of them raised."""
        if self._pool is not None:
            self._pool.shutdown()
        while self._waiting:
            self._waiting.popleft().result()
