"""The camera_info messages that frames may take."""

from __future__ import annotations

from collections import deque
from typing import Any

from ...stamp_guard import StampGuard, StampVerdict

# Messages kept. Chosen: a third of a second at 30 Hz, more than an image is ahead of its own.
_KEPT = 10
# A stamp farther from the newest than this, ns, is out of line. Chosen: some drivers send one a
# minute, and the first of a bag that starts again is used only when it is the nearest.
_OUT_OF_LINE_NS = 60_000_000_000


class CameraInfos:
    """The last messages by arrival: their stamps choose among them and refuse none that is alone.

    Some drivers publish one only, and some do not stamp it.
    """

    def __init__(self) -> None:
        """Start without one."""
        self._kept: deque[tuple[int, Any]] = deque(maxlen=_KEPT)
        self._guard = StampGuard(_OUT_OF_LINE_NS, _OUT_OF_LINE_NS)

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, stamp_ns: int, payload: Any) -> bool:
        """Add a message; False if its stamp is an outlier and the message was dropped."""
        if stamp_ns <= 0:
            if any(stamp > 0 for stamp, _ in self._kept):
                return False
            self._kept.clear()
        elif self._guard.judge(stamp_ns) is StampVerdict.OUTLIER:
            return False
        else:
            self._kept = deque((item for item in self._kept if item[0] > 0), maxlen=_KEPT)
        self._kept.append((stamp_ns, payload))
        return True

    def restart(self) -> None:
        """After a jump of the clock only the newest counts."""
        self._kept = deque(list(self._kept)[-1:], maxlen=_KEPT)

    def nearest(self, stamp_ns: int) -> Any:
        """The message nearest to a stamp in time; of equal ones, that which came last."""
        newest_first = reversed(self._kept)
        return min(newest_first, key=lambda item: abs(item[0] - stamp_ns))[1]
