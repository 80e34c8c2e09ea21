"""The time of a bag: it goes on where the stamps of the images jump."""

from __future__ import annotations

from collections import deque
from statistics import median_low

# Steps of which the period is the median. Chosen: a third of a second at 30 Hz.
_STEPS = 9


class BagClock:
    """Time since the first image, by the stamps of the images; it never goes back.

    After a jump of the stamps, as when a recording was begun again, the next image comes one
    period after the last.
    """

    def __init__(self) -> None:
        """Start before the first image."""
        self._offset_ns: int | None = None
        self._jumped = False
        self._steps: deque[int] = deque(maxlen=_STEPS)
        self._frame_ns = 0
        self.now_ns = 0

    @property
    def started(self) -> bool:
        """Whether an image has come."""
        return self._offset_ns is not None

    @property
    def now_s(self) -> float:
        """Time since the first image, s."""
        return self.now_ns * 1e-9

    @property
    def period_ns(self) -> int:
        """Period of the images, ns; 0 before the second."""
        return median_low(self._steps) if self._steps else 0

    @property
    def since_frame_ns(self) -> int:
        """Time since the last image, ns."""
        return self.now_ns - self._frame_ns

    def jump(self) -> None:
        """The stamps have jumped: what comes next follows what came last."""
        self._jumped = self.started

    def advance(self, stamp_ns: int) -> None:
        """Something of a stamp has come, ns; it may be late."""
        if self._offset_ns is None:
            self._offset_ns = stamp_ns
        if self._jumped:
            self._offset_ns = stamp_ns - self.now_ns - self.period_ns
            self._jumped = False
        self.now_ns = max(self.now_ns, stamp_ns - self._offset_ns)

    def frame(self) -> None:
        """What has come last is an image."""
        if self.now_ns > self._frame_ns:
            self._steps.append(self.now_ns - self._frame_ns)
        self._frame_ns = self.now_ns
