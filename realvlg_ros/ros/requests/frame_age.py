"""Whether the newest frame shows the scene of a request, or of a time before it."""

from __future__ import annotations

import time
from collections.abc import Callable

# Stamps that lie farther behind the clock, ns, are of another clock, and say nothing of when the
# image was taken. Chosen: no camera takes so long to deliver an image.
_OTHER_CLOCK_NS = 1_000_000_000


class FrameAge:
    """When frames came, and by how much their stamps lie behind the clock."""

    def __init__(self, clock_ns: Callable[[], int]) -> None:
        """Measure stamps against a clock, ns: the node's."""
        self._clock_ns = clock_ns
        self._arrived = float('-inf')
        self._stamp_ns = self._lag_ns = 0

    def arrived(self, stamp_ns: int) -> None:
        """The newest frame has come, with a stamp of the camera."""
        self._lag_ns, self._stamp_ns = self._clock_ns() - stamp_ns, stamp_ns
        self._arrived = time.monotonic()

    @property
    def lag(self) -> float:
        """How far the newest stamp lay behind the clock when its frame came, s."""
        return self._lag_ns * 1e-9

    def mark(self) -> Callable[[], bool]:
        """A condition: the newest frame was taken after this call.

        By its stamp, where that is of the same clock; otherwise, and after the clock has jumped
        back, by when it came.
        """
        asked, asked_ns = time.monotonic(), self._clock_ns()

        def is_newer() -> bool:
            if self._arrived < asked:
                return False
            if self._stamp_ns >= asked_ns or self._lag_ns > _OTHER_CLOCK_NS:
                return True
            return asked_ns - self._clock_ns() > _OTHER_CLOCK_NS

        return is_newer
