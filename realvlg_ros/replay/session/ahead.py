"""Work in a second thread, in order: what comes out is the same as without it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

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


class Deferred(Generic[T]):
    """Makes one thing at a time, in another thread if that is asked for.

    What holds Python's lock for long is slower in two threads than in one: this is for encoding
    and the like.
    """

    def __init__(self, in_thread: bool) -> None:
        """Start with nothing to be made."""
        self._pool = ThreadPoolExecutor(1, 'deferred') if in_thread else None
        self._coming: Future[T] | None = None

    def start(self, make: Callable[[], T]) -> None:
        """Make something; what was made before has been taken."""
        assert self._coming is None, 'what was made before has been taken'
        if self._pool is not None:
            self._coming = self._pool.submit(make)
            return
        made: Future[T] = Future()
        made.set_result(make())
        self._coming = made

    def take(self) -> T | None:
        """What was started last, when it is made; None where nothing was, or it was taken."""
        coming, self._coming = self._coming, None
        return None if coming is None else coming.result()

    def close(self) -> None:
        """Make no more."""
        if self._pool is not None:
            self._pool.shutdown()
