"""The newest frames of a camera, and some from before them, in bounded memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

P = TypeVar('P')


@dataclass(frozen=True)
class KeptFrame(Generic[P]):
    """A frame that need not be decoded.

    Attributes:
        stamp_ns: of its colour image, ns.
        payload: what it is decoded from.
        size_bytes: of the payload.
    """

    stamp_ns: int
    payload: P
    size_bytes: int


class FrameRing(Generic[P]):
    """Keeps the newest frames within a size, and the last few at an interval.

    Thread-safe; no call blocks for long.
    """

    def __init__(self, limit_bytes: int, interval_ns: int, count: int) -> None:
        """Start empty.

        Args:
            limit_bytes: of the newest frames; one is kept, however large.
            interval_ns: of the frames at an interval, by their stamps, ns.
            count: how many of these.
        """
        self._limit_bytes = limit_bytes
        self._interval_ns = interval_ns
        self._recent: deque[KeptFrame[P]] = deque()
        self._sampled: deque[KeptFrame[P]] = deque(maxlen=count)
        self._sampled_ns: int | None = None
        self._size_bytes = 0
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """Of the newest frames."""
        return self._size_bytes

    def add(self, frame: KeptFrame[P]) -> bool:
        """Add a frame; returns whether it is one of those at an interval."""
        with self._lock:
            self._recent.append(frame)
            self._size_bytes += frame.size_bytes
            while self._size_bytes > self._limit_bytes and len(self._recent) > 1:
                self._size_bytes -= self._recent.popleft().size_bytes
            due = (
                self._sampled_ns is None
                or abs(frame.stamp_ns - self._sampled_ns) >= self._interval_ns
            )
            if due:
                self._sampled_ns = frame.stamp_ns
                self._sampled.append(frame)
            return due

    def at(self, stamp_ns: int) -> KeptFrame[P] | None:
        """The frame of a stamp, if it is still there; never another one."""
        with self._lock:
            known = (*reversed(self._recent), *self._sampled)
        return next((frame for frame in known if frame.stamp_ns == stamp_ns), None)

    def newest(self) -> KeptFrame[P] | None:
        """The last frame that came."""
        with self._lock:
            return self._recent[-1] if self._recent else None

    def before(self) -> list[KeptFrame[P]]:
        """The frames at an interval, oldest first."""
        with self._lock:
            return list(self._sampled)

    def clear(self) -> None:
        """Forget all frames, as when the stamps have jumped."""
        with self._lock:
            self._recent.clear()
            self._sampled.clear()
            self._sampled_ns, self._size_bytes = None, 0
