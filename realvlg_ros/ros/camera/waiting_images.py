"""The images of one topic that wait for their partners."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Any

from ...stamp_guard import StampGuard

# Period of a stream before its stamps give one, ns, and the number of last periods of which the
# median is taken. Chosen: the usual 30 Hz, half a second of it.
_FIRST_GUESS_PERIOD_NS = 33_333_333
_PERIODS_KEPT = 15
# A stamp farther from the newest than this, ns, is out of line. Chosen: a bag that starts again
# jumps farther, and a message on its way is not so late.
_OUT_OF_LINE_NS = 500_000_000
# It may be ahead by so many periods too, and by so many times the time since the last message.
# Chosen: a few images were lost; a simulation or a bag runs faster than real time.
_PERIODS_AHEAD = 4
_TIMES_REAL = 4


class WaitingImages:
    """Images by stamp, within a time, and what is known of their stamps."""

    def __init__(self, wait_ns: int) -> None:
        """Start empty; an image goes when one newer by more than wait_ns has come, ns."""
        self._wait_ns = wait_ns
        self._periods: deque[int] = deque(maxlen=_PERIODS_KEPT)
        self._arrived: float | None = None
        self.guard = StampGuard(_OUT_OF_LINE_NS, _OUT_OF_LINE_NS)
        self.items: dict[int, Any] = {}
        self.matched_ns: int | None = None

    @property
    def period_ns(self) -> int:
        """Usual time between two stamps."""
        return int(median(self._periods)) if self._periods else _FIRST_GUESS_PERIOD_NS

    @property
    def size_bytes(self) -> int:
        """Memory taken by the images."""
        return sum(len(getattr(payload, 'data', ())) for payload in self.items.values())

    def slack_ns(self, now_s: float) -> int:
        """How much farther ahead than usual the stamp of a message may be that comes now.

        Args:
            now_s: on the steady clock, s.
        """
        since = 0.0 if self._arrived is None else now_s - self._arrived
        self._arrived = now_s
        periods_ns = max(_PERIODS_AHEAD * self.period_ns - _OUT_OF_LINE_NS, 0)
        return periods_ns + int(_TIMES_REAL * since * 1e9)

    def restart(self) -> None:
        """Forget what was before a jump."""
        self.items.clear()
        self._periods.clear()
        self.matched_ns = None

    def note_period(self, step_ns: int) -> None:
        """A stamp came so long after the one before, ns."""
        self._periods.append(step_ns)

    def add(self, stamp_ns: int, payload: Any) -> int:
        """Add an image; returns how many have waited too long and went."""
        self.items[stamp_ns] = payload
        return self.drop_before(max(self.items) - self._wait_ns)

    def nearest(self, stamp_ns: int) -> int | None:
        """The stamp nearest to another one."""
        return min(self.items, key=lambda other: abs(other - stamp_ns), default=None)

    def drop_before(self, stamp_ns: int) -> int:
        """Drop older images; returns how many."""
        old = [other for other in self.items if other < stamp_ns]
        for other in old:
            del self.items[other]
        return len(old)

    def drop_oldest(self) -> None:
        """Drop one image to free memory."""
        del self.items[min(self.items)]
