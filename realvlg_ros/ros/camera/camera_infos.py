"""The camera_info messages that frames may take."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from ...stamp_guard import StampGuard, StampVerdict

# Messages kept. Chosen: a third of a second at 30 Hz, more than an image is ahead of its own.
_KEPT = 10
# A stamp farther from the newest than this, ns, is out of line. Chosen: some drivers send one a
# minute, and the first of a bag that starts again is used only when it is the nearest.
_OUT_OF_LINE_NS = 60_000_000_000
# Other intrinsics are those of a changed camera once so many messages in a row have them, or so
# many frames were matched without a message of the old ones. Chosen: two may go wrong together;
# a second at 30 Hz, for drivers that send one message when the camera changes.
_CHANGED_MESSAGES = 3
_CHANGED_FRAMES = 30


class CameraInfos:
    """The last messages by arrival: their stamps choose among them and refuse none that is alone.

    Some drivers publish one only, and some do not stamp it. One that tells of another camera than
    those before is set aside until others agree with it.
    """

    def __init__(self) -> None:
        """Start without one."""
        self._kept: deque[tuple[int, Any]] = deque(maxlen=_KEPT)
        self._guard = StampGuard(_OUT_OF_LINE_NS, _OUT_OF_LINE_NS)
        # The intrinsics in use, others that came, and how many messages and frames since.
        self._known: bytes | None = None
        self._other: bytes | None = None
        self._aside: tuple[int, Any] | None = None
        self._messages = self._frames = 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, stamp_ns: int, payload: Any) -> bool:
        """Add a message; False if it is an outlier by stamp or content, and is not used."""
        if stamp_ns <= 0:
            if any(stamp > 0 for stamp, _ in self._kept):
                return False
            self._kept.clear()
        elif self._guard.judge(stamp_ns) is StampVerdict.OUTLIER:
            return False
        else:
            self._kept = deque((item for item in self._kept if item[0] > 0), maxlen=_KEPT)
        if self._is_strange(stamp_ns, payload):
            return False
        self._kept.append((stamp_ns, payload))
        return True

    def _is_strange(self, stamp_ns: int, payload: Any) -> bool:
        """Whether a message tells of another camera, and too few others do."""
        found = _intrinsics(payload)
        if not found:
            # Nobody's: the frame that takes it is refused, and the camera is not another one.
            return False
        if self._known is None or found == self._known:
            self._known, self._other, self._aside = found, None, None
            return False
        self._messages = self._messages + 1 if found == self._other else 1
        if found != self._other:
            self._frames = 0
        self._other, self._aside = found, (stamp_ns, payload)
        if self._messages < _CHANGED_MESSAGES:
            return True
        self._change()
        return False

    def _change(self) -> None:
        """The camera is another one: those of the old one go."""
        self._known, self._other, self._aside = self._other, None, None
        self._kept.clear()

    def restart(self) -> None:
        """After a jump of the clock only the newest counts."""
        self._kept = deque(list(self._kept)[-1:], maxlen=_KEPT)

    def nearest(self, stamp_ns: int) -> Any:
        """The message nearest to a stamp in time; of equal ones, that which came last."""
        self._frames += 1
        if self._aside is not None and self._frames > _CHANGED_FRAMES:
            aside = self._aside
            self._change()
            self._kept.append(aside)
        newest_first = reversed(self._kept)
        return min(newest_first, key=lambda item: abs(item[0] - stamp_ns))[1]


def _intrinsics(payload: Any) -> bytes:
    """What a camera_info tells of its camera, to be compared; empty where it is not calibrated."""
    if not hasattr(payload, 'distortion_model'):
        return b''
    roi = payload.roi
    numbers = [payload.width, payload.height, payload.binning_x, payload.binning_y]
    numbers += [roi.x_offset, roi.y_offset, roi.width, roi.height]
    # The fields are in capitals in bags of ROS 1.
    values = [getattr(payload, name, getattr(payload, name.upper(), ())) for name in 'kdp']
    matrices = [part for part in (values[0], values[2]) if len(part)]
    if not all(np.all(np.isfinite(part)) and np.any(part) for part in matrices):
        return b''
    parts = [np.asarray(part, np.float64).tobytes() for part in (numbers, *values)]
    names = (payload.header.frame_id, payload.distortion_model)
    return b'|'.join([*parts, *(name.encode('utf-8', 'replace') for name in names)])
