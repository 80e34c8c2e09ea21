"""Why colour and depth give no frames now, in words, from what is measured now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .stream_monitor import WINDOW_S, StreamMonitor

# A drift of less than this, s in a second, is not told from the jitter of arrivals. Chosen: 10 ms
# over the window.
_LEAST_DRIFT = 0.01
# A drift of this much is worth a warning though frames are matched. Chosen: the latency of a
# loaded network changes by less in a second.
_WARNED_DRIFT = 0.05
# Fewer frames than this share of the slower stream are worth a warning. Chosen: half, as of depth
# at half the rate of colour none is lost.
_LEAST_MATCHED = 0.5
# A parameter is advised this much larger than what was measured, and in such steps, s. Chosen:
# a tenth more, so that jitter fits.
_ADVISED_SHARE = 1.1
_ADVISED_STEP_S = 0.001

_IMAGES = ('color', 'depth')


@dataclass(frozen=True)
class MatchFigures:
    """How colour and depth fit together now.

    Attributes:
        nearest_ns: from a colour image to the depth image nearest to it in time, of those that
            wait; None without such a pair.
        tolerance_ns: largest distance of a pair.
        wait_ns: how long an image waits for its partner.
        memory_full: whether images had to go before, to keep within the bound of memory.
        matched_age_s: since the last frame was matched; infinite before the first.
        matched_hz: rate of the frames.
    """

    nearest_ns: int | None
    tolerance_ns: int
    wait_ns: int
    memory_full: bool
    matched_age_s: float
    matched_hz: float


def explain_streams(
    streams: Mapping[str, StreamMonitor], figures: MatchFigures, now_s: float
) -> str:
    """Why no or few frames are matched now, and the remedy; empty while frames are matched.

    Args:
        streams: by name: color, depth and camera_info.
        figures: of the matching.
        now_s: on the steady clock, s.
    """
    missing = [name for name, stream in streams.items() if not stream.received]
    if missing:
        return (
            f'nothing received on {", ".join(missing)}: check topic names and QoS '
            '(ros2 topic info -v)'
        )
    images = {name: streams[name] for name in _IMAGES}
    reason = _silence(images, now_s) or stamp_fault(images, now_s)
    if not reason:
        period_s = max(stream.period_s() for stream in images.values())
        if figures.matched_age_s <= max(WINDOW_S / 4, 3 * period_s):
            slower_hz = min(stream.usable_hz(now_s) for stream in images.values())
            if figures.matched_hz >= _LEAST_MATCHED * slower_hz:
                return ''
        reason = _offset(images, figures, now_s)
    rates = ', '.join(f'{name} {stream.rate_hz(now_s):.1f}' for name, stream in streams.items())
    last = f'{figures.matched_age_s:.1f} s ago' if math.isfinite(figures.matched_age_s) else 'none'
    return f'{reason}; now: {rates}, matched {figures.matched_hz:.1f} Hz, last frame: {last}'


def caution(images: Mapping[str, StreamMonitor], now_s: float) -> str:
    """What makes frames doubtful that are matched; empty if nothing does."""
    lead_s, drift = lead_and_drift(images, now_s)
    if abs(drift) < _WARNED_DRIFT:
        return ''
    return (
        f'the stamps of depth drift by {drift * 1e3:+.0f} ms/s against those of colour '
        f'({lead_s * 1e3:+.0f} ms now): colour and depth of a frame may be of different moments; '
        'let one clock stamp both streams'
    )


def describe_jump(name: str, before_ns: int, after_ns: int) -> str:
    """That the stamps of a stream have jumped, in words.

    Args:
        name: of the stream.
        before_ns: newest stamp before the jump.
        after_ns: first one after it.
    """
    step_s = (after_ns - before_ns) / 1e9
    way = 'ahead' if step_s > 0 else 'back'
    return f'image stamps jumped {way} by {abs(step_s):.3f} s ({name})'


def stamp_fault(images: Mapping[str, StreamMonitor], now_s: float) -> str:
    """Why the stamps of what comes now cannot be used, and the remedy; empty if they can."""
    faults = [stream.fault(now_s, name) for name, stream in images.items()]
    return '; '.join(fault for fault in faults if fault)


def lead_and_drift(images: Mapping[str, StreamMonitor], now_s: float) -> tuple[float, float]:
    """How far depth's stamps are ahead of colour's on arrival, s, and its growth, s in a second.

    Zero where it is not known, or too little to be told from jitter.
    """
    begin, middle = now_s - WINDOW_S, now_s - WINDOW_S / 2
    early, late = _lead(images, begin, middle), _lead(images, middle, now_s)
    if late is None:
        return _lead(images, begin, now_s) or 0.0, 0.0
    drift = 0.0 if early is None else (late - early) / (WINDOW_S / 2)
    return late, drift if abs(drift) >= _LEAST_DRIFT else 0.0


def _lead(images: Mapping[str, StreamMonitor], start_s: float, end_s: float) -> float | None:
    color, depth = (images[name].lead_ns(start_s, end_s) for name in _IMAGES)
    return None if color is None or depth is None else (depth - color) * 1e-9


def _silence(images: Mapping[str, StreamMonitor], now_s: float) -> str:
    """Which stream has stopped."""
    silent = {name: s.age_s(now_s) for name, s in images.items() if s.silent(now_s)}
    if not silent:
        return ''
    if len(silent) == len(images):
        return f'the camera has stopped: no image for {min(silent.values()):.1f} s'
    ((name, age_s),) = silent.items()
    return f'{name} has stopped: its last image came {age_s:.1f} s ago; check that stream'


def _offset(images: Mapping[str, StreamMonitor], figures: MatchFigures, now_s: float) -> str:
    """What lies between colour and depth that come and do not match."""
    lead_s, drift = lead_and_drift(images, now_s)
    nearest = 'none waits' if figures.nearest_ns is None else f'{figures.nearest_ns / 1e6:+.1f} ms'
    words = (
        f'{"few" if figures.matched_hz else "no"} depth within {figures.tolerance_ns / 1e6:.1f} '
        'ms of a colour image (nearest now '
        f"{nearest}; depth's stamps are {lead_s * 1e3:+.0f} ms from those of the colour images "
        'that come at the same time'
    )
    words += f', drifting by {drift * 1e3:+.0f} ms/s)' if drift else ')'
    wait_s = figures.wait_ns * 1e-9
    if figures.memory_full:
        return f'{words}: images that waited went to free memory: raise sync_memory_mb'
    if abs(lead_s) > 0.9 * wait_s:
        return (
            f'{words}: longer than the {wait_s:g} s that an image waits: if the stamps are right '
            f'and depth comes late, raise sync_wait to {_advised(lead_s)} s or more; if not, '
            'synchronise the clocks of the two streams'
        )
    if drift:
        return (
            f'{words}: two clocks run apart: let one clock stamp both streams (such as '
            'global_time_enabled for RealSense, or PTP); a larger sync_tolerance helps for a '
            'while only'
        )
    advised = 'sync_tolerance'
    if figures.nearest_ns is not None and abs(figures.nearest_ns) < 1e9:
        advised += f' to {_advised(figures.nearest_ns * 1e-9)} s'
    return f'{words}: turn on frame synchronisation in the driver or raise {advised}'


def _advised(seconds: float) -> str:
    steps = math.ceil(abs(seconds) * _ADVISED_SHARE / _ADVISED_STEP_S)
    return f'{steps * _ADVISED_STEP_S:g}'
