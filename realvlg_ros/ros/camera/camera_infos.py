"""The camera_info messages that frames may take."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import FloatArray
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
# Intrinsics that differ by less, as a share and as a number, are of one camera. Chosen: a lens
# that focuses changes its focal length by a tenth of that from message to message.
_SAME_SHARE, _SAME_NUMBER = 0.01, 0.01


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
        self._known: _Intrinsics | None = None
        self._other: _Intrinsics | None = None
        self._aside: tuple[int, Any] | None = None
        self._messages = self._frames = 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, stamp_ns: int, payload: Any) -> bool:
        """Add a message; False if it is an outlier by stamp or content, and is not used."""
        stamped = stamp_ns > 0
        if not stamped and any(stamp > 0 for stamp, _ in self._kept):
            return False
        if stamped and self._guard.judge(stamp_ns) is StampVerdict.OUTLIER:
            return False
        if self._is_strange(stamp_ns, payload):
            return False
        # Of those without a stamp the newest counts, until one has a stamp.
        kept = (item for item in self._kept if stamped and item[0] > 0)
        self._kept = deque((*kept, (stamp_ns, payload)), maxlen=_KEPT)
        return True

    def _is_strange(self, stamp_ns: int, payload: Any) -> bool:
        """Whether a message tells of another camera, and too few others do."""
        found = _Intrinsics.of(payload)
        if found is None:
            # Nobody's: the frame that takes it is refused, and the camera is not another one.
            return False
        if self._known is None or found.is_like(self._known):
            self._known, self._other, self._aside = found, None, None
            return False
        again = self._other is not None and found.is_like(self._other)
        self._messages = self._messages + 1 if again else 1
        if not again:
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


@dataclass(frozen=True)
class _Intrinsics:
    """What a camera_info tells of its camera.

    Attributes:
        names: its frame and distortion model, and how many numbers there are.
        sizes: of the image, its region and binning.
        numbers: (n,) of K, D and P.
    """

    names: tuple[object, ...]
    sizes: tuple[int, ...]
    numbers: FloatArray

    @classmethod
    def of(cls, payload: Any) -> _Intrinsics | None:
        """Those of a message; None where it is not calibrated."""
        if not hasattr(payload, 'distortion_model'):
            return None
        # The fields are in capitals in bags of ROS 1.
        k, d, p = (getattr(payload, name, getattr(payload, name.upper(), ())) for name in 'kdp')
        if not all(np.all(np.isfinite(part)) and np.any(part) for part in (k, p) if len(part)):
            return None
        roi = payload.roi
        sizes = (
            payload.width, payload.height, payload.binning_x, payload.binning_y,
            roi.x_offset, roi.y_offset, roi.width, roi.height,
        )  # fmt: skip
        names = (payload.header.frame_id, payload.distortion_model, len(k), len(d), len(p))
        numbers = [np.asarray(part, np.float64) for part in (k, d, p)]
        return cls(names, sizes, np.concatenate(numbers))

    def is_like(self, other: _Intrinsics) -> bool:
        """Whether both are of one camera, whose focus may have moved a little."""
        return (
            self.names == other.names
            and self.sizes == other.sizes
            and np.allclose(self.numbers, other.numbers, _SAME_SHARE, _SAME_NUMBER, equal_nan=True)
        )
