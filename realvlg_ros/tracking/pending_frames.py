"""Which of the frames that came are followed when not all of them can be."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, Protocol, TypeVar

# A request names the frame it took some milliseconds after that frame came. Chosen: a third of a
# second at 30 Hz.
_RECENT_FRAMES = 10
# Frames that bridge a long time: so many of them, at this share of the gap that breaks a stream.
# Chosen: steps well below the gap, for twice its length.
_BRIDGE_FRAMES = 8
_BRIDGE_SPACING = 0.25
# And they are needed when a tracker was busy for more than this share of it. Chosen: half, before
# the stream is broken.
_LONG_BUSY = 0.5


class Stamped(Protocol):
    """A frame, decoded or not."""

    @property
    def stamp_ns(self) -> int:
        """Acquisition time, ns."""
        ...


F = TypeVar('F', bound=Stamped)


class PendingFrames(Generic[F]):
    """Frames between a camera and a tracker that may be busy; safe to use from several threads.

    Of what came meanwhile the tracker is given the newest frame, those that requests speak of,
    and, where it was busy for long, some that bridge the time: while it was busy the camera went
    on, and that is no gap in its stream.
    """

    def __init__(self, max_gap: float) -> None:
        """Start empty; a pause of max_gap s ends the targets of the tracker."""
        self._lock = threading.Lock()
        self.skipped = 0
        self.use_max_gap(max_gap)
        self.clear()

    def use_max_gap(self, max_gap: float) -> None:
        """A pause of another length, s, ends the targets from now on."""
        self._long_ns = int(_LONG_BUSY * max_gap * 1e9)
        self._spacing_ns = int(_BRIDGE_SPACING * max_gap * 1e9)

    def clear(self) -> None:
        """Forget all frames, as when the clock has jumped back."""
        with self._lock:
            self._recent: deque[F] = deque(maxlen=_RECENT_FRAMES)
            self._bridge: deque[F] = deque(maxlen=_BRIDGE_FRAMES)
            self._needed: list[F] = []
            self._asked_ns: int | None = None
            self._taken_ns: int | None = None
            self._came = 0

    def add(self, frame: F) -> None:
        """Add the newest frame."""
        with self._lock:
            self._came += 1
            self._recent.append(frame)
            if not self._bridge or frame.stamp_ns - self._bridge[-1].stamp_ns >= self._spacing_ns:
                self._bridge.append(frame)
            if frame.stamp_ns == self._asked_ns:
                self._needed.append(frame)

    def need(self, stamp_ns: int) -> None:
        """A request speaks of the frame of a stamp, which may still have to come."""
        with self._lock:
            self._asked_ns = stamp_ns
            self._needed += [frame for frame in self._recent if frame.stamp_ns == stamp_ns]

    def take(self) -> list[F]:
        """The frames to be followed now, oldest first; those taken once are not taken again."""
        with self._lock:
            if not self._recent:
                return []
            newest, taken_ns = self._recent[-1], self._taken_ns
            chosen = {frame.stamp_ns: frame for frame in (*self._needed, newest)}
            if taken_ns is not None and newest.stamp_ns - taken_ns > self._long_ns:
                chosen |= {frame.stamp_ns: frame for frame in self._bridge}
            frames = [
                chosen[stamp] for stamp in sorted(chosen) if taken_ns is None or stamp > taken_ns
            ]
            self._needed.clear()
            self.skipped += self._came - len(frames)
            self._came, self._taken_ns = 0, newest.stamp_ns
            return frames
