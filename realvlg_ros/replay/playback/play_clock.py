"""The time of a bag that is played: it follows the steady clock, pauses and jumps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ...errors import BagError
from ...ros.conversions.stamps import NS_PER_S


class PlayClock:
    """A clock that runs at a rate between its pauses and jumps; thread-safe."""

    def __init__(
        self,
        start_ns: int,
        rate: float = 1.0,
        paused: bool = False,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Start.

        Args:
            start_ns: first time, ns.
            rate: seconds of it in a second.
            paused: whether it stands until resume() is called.
            steady_ns: what it follows, ns.

        Raises:
            BagError: the rate is not positive.
        """
        if not 0 < rate < float('inf'):
            raise BagError(f'rate {rate} must be positive, seconds of the bag in a second')
        self._rate = rate
        self._steady_ns = steady_ns
        self._changed = threading.Condition()
        self._at_ns = start_ns
        self._since_ns = steady_ns()
        self._paused = paused
        self._closed = False

    @property
    def now_ns(self) -> int:
        """The time, ns."""
        with self._changed:
            return self._now()

    @property
    def paused(self) -> bool:
        """Whether it stands."""
        return self._paused

    def pause(self) -> None:
        """Stand still."""
        with self._changed:
            self._set(self._now())
            self._paused = True

    def resume(self) -> None:
        """Go on."""
        with self._changed:
            self._set(self._now())
            self._paused = False

    def jump(self, to_ns: int) -> None:
        """Go on from another time, ns."""
        with self._changed:
            self._set(to_ns)

    def wait_until(self, stamp_ns: int) -> bool:
        """Wait until it runs and a time, ns, has come; False when it was closed before."""
        with self._changed:
            while not self._closed:
                left_ns = stamp_ns - self._now()
                if self._paused:
                    self._changed.wait()
                elif left_ns <= 0:
                    return True
                else:
                    self._changed.wait(left_ns / self._rate / NS_PER_S)
            return False

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _now(self) -> int:
        if self._paused:
            return self._at_ns
        return self._at_ns + round((self._steady_ns() - self._since_ns) * self._rate)

    def _set(self, at_ns: int) -> None:
        self._at_ns, self._since_ns = at_ns, self._steady_ns()
        self._changed.notify_all()
