"""Matches colour, depth and camera_info by their stamps, and counts every message dropped.

It only sees pairs of a stamp and a payload: messages are not decoded, and rclpy is not needed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from statistics import median
from threading import Lock
from typing import Any

# Period of a stream before its stamps give one, ns, and the number of last periods of which the
# median is taken. Chosen: the usual 30 Hz, half a second of it.
_FIRST_GUESS_PERIOD_NS = 33_333_333
_PERIODS_KEPT = 15

OnJumpBack = Callable[[int, int], None]


@dataclass(frozen=True)
class MatchedFrame:
    """Three messages that were matched; stamp_ns is that of the colour image."""

    stamp_ns: int
    color: Any
    depth: Any
    camera_info: Any


@dataclass
class MatchCounts:
    """Numbers of messages received, matched and dropped.

    Attributes:
        color, depth, camera_info: received.
        matched: complete frames.
        dropped_color, dropped_depth: images dropped without a match, by reason.
        jumps_back: how often stamps jumped back and all messages were cleared.
    """

    color: int = 0
    depth: int = 0
    camera_info: int = 0
    matched: int = 0
    dropped_color: Counter[str] = field(default_factory=Counter)
    dropped_depth: Counter[str] = field(default_factory=Counter)
    jumps_back: int = 0


class FrameMatcher:
    """Matches messages into frames as they arrive, the newest frame first.

    A colour image is matched with the depth image nearest to it in time, if that lies within the
    tolerance, and with the camera_info nearest to it, however old: some drivers publish it once.
    Once a frame is complete, older images are dropped. Thread-safe; no call blocks for long.
    """

    def __init__(
        self,
        tolerance_ns: int | None = None,
        capacity: int = 10,
        jump_back_ns: int = 500_000_000,
        on_jump_back: OnJumpBack | None = None,
    ) -> None:
        """Start empty.

        Args:
            tolerance_ns: largest difference of the stamps of colour and depth, ns; None takes half
                the period of the faster stream.
            capacity: images of each kind that wait for a partner; the oldest is dropped.
            jump_back_ns: a stamp older than the newest of its kind by more than this, ns, is a
                jump of the clock, not a late message.
            on_jump_back: called with the newest stamp before and the first after the jump, ns,
                once everything has been cleared.
        """
        self._tolerance_ns = tolerance_ns
        self._jump_back_ns = jump_back_ns
        self._on_jump_back = on_jump_back
        self._color = _Stream(capacity)
        self._depth = _Stream(capacity)
        self._camera_info = _Stream(capacity)
        self._counts = MatchCounts()
        self._newest: MatchedFrame | None = None
        self._last_gap_ns: int | None = None
        self._lock = Lock()

    @property
    def counts(self) -> MatchCounts:
        """A copy of the counts since the start."""
        with self._lock:
            return deepcopy(self._counts)

    @property
    def tolerance_ns(self) -> int:
        """The tolerance in force, ns."""
        if self._tolerance_ns is not None:
            return self._tolerance_ns
        return min(self._color.period_ns, self._depth.period_ns) // 2

    def add_color(self, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        """Add a colour image; returns the frame that it completes."""
        return self._add(self._color, 'color', stamp_ns, payload)

    def add_depth(self, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        """Add a depth image; returns the frame that it completes."""
        return self._add(self._depth, 'depth', stamp_ns, payload)

    def add_camera_info(self, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        """Add a camera_info; returns the frame that it completes."""
        return self._add(self._camera_info, 'camera_info', stamp_ns, payload)

    def newest(self) -> MatchedFrame | None:
        """The newest frame; None before the first."""
        with self._lock:
            return self._newest

    def clear(self) -> None:
        """Forget every message; the counts stay."""
        with self._lock:
            self._clear()

    def explain(self) -> str:
        """Why no frame has been matched, and the remedy; empty when one has been."""
        with self._lock:
            missing = [
                name
                for name in ('color', 'depth', 'camera_info')
                if getattr(self._counts, name) == 0
            ]
            if missing:
                return (
                    f'nothing received on {", ".join(missing)}: check topic names and QoS '
                    '(ros2 topic info -v)'
                )
            if self._counts.matched:
                return ''
            gap = 'unknown' if self._last_gap_ns is None else f'{self._last_gap_ns / 1e6:+.1f} ms'
            return (
                f'no depth within {self.tolerance_ns / 1e6:.1f} ms of a colour image (nearest '
                f'{gap}): turn on frame synchronisation in the driver or raise sync_tolerance'
            )

    def _add(self, stream: _Stream, name: str, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        jumped_from = None
        with self._lock:
            newest = stream.newest_ns
            if newest is not None and stamp_ns < newest - self._jump_back_ns:
                jumped_from = newest
                self._clear()
                self._counts.jumps_back += 1
            setattr(self._counts, name, getattr(self._counts, name) + 1)
            complete = self._accept(stream, name, stamp_ns, payload) and self._match()
            match = self._newest if complete else None
        if jumped_from is not None and self._on_jump_back is not None:
            self._on_jump_back(jumped_from, stamp_ns)
        return match

    def _accept(self, stream: _Stream, name: str, stamp_ns: int, payload: Any) -> bool:
        if stream.matched_ns is not None and stamp_ns < stream.matched_ns:
            self._count_dropped(name, 'late', 1)
            return False
        self._count_dropped(name, 'same stamp', int(stamp_ns in stream.items))
        self._count_dropped(name, self._no_partner(name), stream.add(stamp_ns, payload))
        return True

    def _match(self) -> bool:
        """Complete the newest frame that can be matched, and drop older images."""
        if not self._camera_info.items:
            return False
        for stamp_ns in sorted(self._color.items, reverse=True):
            nearest = self._depth.nearest(stamp_ns)
            if nearest is None:
                return False
            self._last_gap_ns = nearest - stamp_ns
            if abs(nearest - stamp_ns) <= self.tolerance_ns:
                self._complete(stamp_ns, nearest)
                return True
        return False

    def _complete(self, color_ns: int, depth_ns: int) -> None:
        info_ns = self._camera_info.nearest(color_ns)
        assert info_ns is not None
        self._counts.matched += 1
        self._newest = MatchedFrame(
            color_ns,
            self._color.items.pop(color_ns),
            self._depth.items.pop(depth_ns),
            self._camera_info.items[info_ns],
        )
        # Images older than a complete frame are not matched any more.
        for name, stream, stamp_ns in (
            ('color', self._color, color_ns),
            ('depth', self._depth, depth_ns),
        ):
            stream.matched_ns = stamp_ns
            self._count_dropped(name, self._no_partner(name), stream.drop_before(stamp_ns))

    def _no_partner(self, name: str) -> str:
        if self._counts.camera_info == 0:
            return 'no camera_info'
        return f'no {"depth" if name == "color" else "color"} within tolerance'

    def _count_dropped(self, name: str, reason: str, number: int) -> None:
        if number and name != 'camera_info':
            dropped: Counter[str] = getattr(self._counts, f'dropped_{name}')
            dropped[reason] += number

    def _clear(self) -> None:
        for name in ('color', 'depth', 'camera_info'):
            stream: _Stream = getattr(self, f'_{name}')
            self._count_dropped(name, 'cleared', len(stream.items))
            stream.clear()
        self._newest = self._last_gap_ns = None


class _Stream:
    """The waiting messages of one topic by stamp, and its period."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self.clear()

    def clear(self) -> None:
        self.items: dict[int, Any] = {}
        self.newest_ns: int | None = None
        self.matched_ns: int | None = None
        self._periods: deque[int] = deque(maxlen=_PERIODS_KEPT)

    @property
    def period_ns(self) -> int:
        return int(median(self._periods)) if self._periods else _FIRST_GUESS_PERIOD_NS

    def add(self, stamp_ns: int, payload: Any) -> int:
        """Add a message; returns how many were dropped to make room."""
        if self.newest_ns is not None and stamp_ns > self.newest_ns:
            self._periods.append(stamp_ns - self.newest_ns)
        self.newest_ns = max(stamp_ns, self.newest_ns or stamp_ns)
        self.items[stamp_ns] = payload
        if len(self.items) <= self._capacity:
            return 0
        del self.items[min(self.items)]
        return 1

    def nearest(self, stamp_ns: int) -> int | None:
        return min(self.items, key=lambda other: abs(other - stamp_ns), default=None)

    def drop_before(self, stamp_ns: int) -> int:
        old = [other for other in self.items if other < stamp_ns]
        for other in old:
            del self.items[other]
        return len(old)
