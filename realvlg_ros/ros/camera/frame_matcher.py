"""Matches colour, depth and camera_info by their stamps, and counts every message dropped.

It only sees pairs of a stamp and a payload: messages are not decoded, and rclpy is not needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from threading import Lock
from typing import Any

from ...stamp_guard import StampVerdict
from .camera_infos import CameraInfos
from .match_counts import MatchCounts
from .match_diagnosis import MatchFigures, caution, explain_streams, lead_and_drift, stamp_fault
from .stream_monitor import WINDOW_S, StreamMonitor
from .waiting_images import WaitingImages

# Called with the name of the stream, the newest stamp before the jump and the first after it, ns.
OnJump = Callable[[str, int, int], None]

_MEMORY = 'sync_memory_mb is full'


@dataclass(frozen=True)
class MatchedFrame:
    """Three messages that were matched; stamp_ns is that of the colour image."""

    stamp_ns: int
    color: Any
    depth: Any
    camera_info: Any


class FrameMatcher:
    """Matches messages into frames as they arrive, the newest frame first.

    A colour image is matched with the depth image nearest to it in time, if that lies within the
    tolerance, and with the camera_info nearest to it, however old: some drivers publish it once.
    Once a frame is complete, older images are dropped. One stamp that is zero or out of line
    decides nothing; several that go on from one another are a jump. Thread-safe; no call blocks
    for long.
    """

    def __init__(
        self,
        tolerance_ns: int | None = None,
        *,
        wait_ns: int = 1_000_000_000,
        limit_bytes: int = 128_000_000,
        on_jump: OnJump | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty.

        Args:
            tolerance_ns: largest difference of the stamps of colour and depth, ns; None takes half
                the period of the faster stream.
            wait_ns: an image waits for its partner until one of its own stream that is newer by
                more than this comes, ns.
            limit_bytes: bound of the memory of all images that wait; the oldest go first.
            on_jump: called once a stream has jumped and been cleared.
            clock: steady, s.
        """
        self._tolerance_ns = tolerance_ns
        self._wait_ns = wait_ns
        self._limit_bytes = limit_bytes
        self._on_jump = on_jump
        self._clock = clock
        self._images = {name: WaitingImages(wait_ns) for name in ('color', 'depth')}
        self._infos = CameraInfos()
        self._monitors = {name: StreamMonitor() for name in ('color', 'depth', 'camera_info')}
        self._frames = StreamMonitor()
        self._counts = MatchCounts()
        self._newest: MatchedFrame | None = None
        self._nearest_ns: int | None = None
        self._memory_full_s = -WINDOW_S
        self._began_s = clock()
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
        return min(images.period_ns for images in self._images.values()) // 2

    def add_color(self, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        """Add a colour image; returns the frame that it completes."""
        return self._add('color', stamp_ns, payload)

    def add_depth(self, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        """Add a depth image; returns the frame that it completes."""
        return self._add('depth', stamp_ns, payload)

    def add_camera_info(self, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        """Add a camera_info; returns the frame that it completes."""
        return self._add('camera_info', stamp_ns, payload)

    def newest(self) -> MatchedFrame | None:
        """The newest frame; None before the first."""
        with self._lock:
            return self._newest

    def clear(self) -> None:
        """Forget every image; the counts and the newest camera_info stay."""
        with self._lock:
            for name, images in self._images.items():
                self._counts.drop(name, 'cleared', len(images.items))
                images.items.clear()
            self._infos.restart()
            self._newest = None

    def age_s(self) -> float:
        """Time since the last frame was matched, s; infinite before the first."""
        with self._lock:
            return self._frames.age_s(self._clock())

    def waits_longer_than(self, least_s: float) -> bool:
        """Whether no frame has come for so long, s, and for several periods of the camera."""
        with self._lock:
            now_s = self._clock()
            silent = self._frames.silent(now_s, least_s)
            return silent and now_s - self._began_s > least_s

    def silence_s(self, least_s: float) -> float:
        """Time since the last frame if no more come, s; 0 while they come or before the first.

        Args:
            least_s: so long there must have been none, s, and several periods of the camera.
        """
        with self._lock:
            now_s = self._clock()
            silent = self._frames.received and self._frames.silent(now_s, least_s)
            return self._frames.age_s(now_s) if silent else 0.0

    def explain(self) -> str:
        """Why no or few frames are matched now, and the remedy; empty while they are."""
        with self._lock:
            now_s = self._clock()
            figures = MatchFigures(
                self._nearest_ns,
                self.tolerance_ns,
                self._wait_ns,
                now_s - self._memory_full_s < WINDOW_S,
                self._frames.age_s(now_s),
                self._frames.rate_hz(now_s),
            )
            return explain_streams(self._monitors, figures, now_s)

    def fault(self) -> str:
        """Why the stamps that come now cannot be used, and the remedy; empty if they can."""
        with self._lock:
            images = {name: self._monitors[name] for name in self._images}
            return stamp_fault(images, self._clock())

    def caution(self) -> str:
        """What makes the frames doubtful that are matched now; empty if nothing does."""
        with self._lock:
            return caution(self._monitors, self._clock())

    def figures(self) -> dict[str, float]:
        """Rates, offset, drift and ages as they are now, by name with the unit."""
        with self._lock:
            now_s = self._clock()
            values = {f'{n}_hz': monitor.rate_hz(now_s) for n, monitor in self._monitors.items()}
            lead_s, drift = lead_and_drift(self._monitors, now_s)
            return values | {
                'matched_hz': self._frames.rate_hz(now_s),
                'last_match_age_s': self._frames.age_s(now_s),
                'nearest_offset_ms': (self._nearest_ns or 0) / 1e6,
                'depth_lead_ms': lead_s * 1e3,
                'depth_drift_ms_per_s': drift * 1e3,
            }

    def _add(self, name: str, stamp_ns: int, payload: Any) -> MatchedFrame | None:
        with self._lock:
            now_s = self._clock()
            self._counts.received[name] += 1
            jumped_from = None
            if name == 'camera_info':
                taken = usable = self._infos.add(stamp_ns, payload)
            else:
                verdict = self._judge(name, stamp_ns, now_s)
                usable = verdict is not StampVerdict.OUTLIER
                if verdict is StampVerdict.JUMP:
                    jumped_from = self._restart(name)
                taken = usable and self._accept(name, stamp_ns, payload)
            self._counts.outliers[name] += not usable
            self._monitors[name].add(now_s, stamp_ns, usable)
            complete = taken and self._match()
            if complete:
                self._frames.add(now_s, stamp_ns, True)
            match = self._newest if complete else None
        if jumped_from is not None and self._on_jump is not None:
            self._on_jump(name, jumped_from, stamp_ns)
        return match

    def _judge(self, name: str, stamp_ns: int, now_s: float) -> StampVerdict:
        images = self._images[name]
        slack_ns, newest_ns = images.slack_ns(now_s), images.guard.newest_ns
        # A stamp of zero means "not stamped".
        verdict = images.guard.judge(stamp_ns, slack_ns) if stamp_ns > 0 else StampVerdict.OUTLIER
        if verdict is StampVerdict.NEWER and newest_ns is not None:
            images.note_period(stamp_ns - newest_ns)
        if verdict is StampVerdict.OUTLIER:
            self._counts.drop(name, 'stamp out of line' if stamp_ns > 0 else 'stamp zero')
        return verdict

    def _restart(self, name: str) -> int | None:
        """Clear a stream that has jumped; returns its newest stamp before."""
        images = self._images[name]
        self._counts.drop(name, 'cleared', len(images.items))
        images.restart()
        self._infos.restart()
        self._counts.jumps += 1
        self._newest = self._nearest_ns = None
        return images.guard.before_jump_ns

    def _accept(self, name: str, stamp_ns: int, payload: Any) -> bool:
        images = self._images[name]
        if images.matched_ns is not None and stamp_ns <= images.matched_ns:
            reason = 'late' if stamp_ns < images.matched_ns else 'same stamp'
            self._counts.drop(name, reason)
            return False
        self._counts.drop(name, 'same stamp', int(stamp_ns in images.items))
        self._counts.drop(name, self._no_partner(name), images.add(stamp_ns, payload))
        self._bound_memory()
        return True

    def _bound_memory(self) -> None:
        while sum(images.size_bytes for images in self._images.values()) > self._limit_bytes:
            name, largest = max(self._images.items(), key=lambda item: item[1].size_bytes)
            if len(largest.items) < 2:
                return
            largest.drop_oldest()
            self._counts.drop(name, _MEMORY)
            self._memory_full_s = self._clock()

    def _match(self) -> bool:
        """Complete the newest frame that can be matched, and drop older images."""
        if not self._infos:
            return False
        color, depth = self._images['color'], self._images['depth']
        smallest: int | None = None
        for stamp_ns in sorted(color.items, reverse=True):
            nearest = depth.nearest(stamp_ns)
            if nearest is None:
                return False
            if smallest is None or abs(nearest - stamp_ns) < abs(smallest):
                smallest = nearest - stamp_ns
            if abs(nearest - stamp_ns) <= self.tolerance_ns:
                self._nearest_ns = nearest - stamp_ns
                self._complete(stamp_ns, nearest)
                return True
        self._nearest_ns = smallest
        return False

    def _complete(self, color_ns: int, depth_ns: int) -> None:
        self._counts.matched += 1
        self._newest = MatchedFrame(
            color_ns,
            self._images['color'].items.pop(color_ns),
            self._images['depth'].items.pop(depth_ns),
            self._infos.nearest(color_ns),
        )
        # Images older than a complete frame are not matched any more.
        for name, stamp_ns in (('color', color_ns), ('depth', depth_ns)):
            images = self._images[name]
            images.matched_ns = stamp_ns
            self._counts.drop(name, self._no_partner(name), images.drop_before(stamp_ns))

    def _no_partner(self, name: str) -> str:
        if not self._counts.received['camera_info']:
            return 'no camera_info'
        return f'no {"depth" if name == "color" else "color"} within tolerance'
