"""Stamps, streams and tf as robots really have them: what is matched, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from field import Row, table

from realvlg_ros.ros.camera.frame_matcher import FrameMatcher

PERIOD_S = 1 / 30
NAMES = ('camera_info', 'color', 'depth')
ALL = 'color depth camera_info'

# The stamp of frame `i` in a stream, s, or None for a message that does not come.
Stamp = Callable[[str, int], 'float | None']


def good(_: str, i: int) -> float:
    return 100 + i * PERIOD_S


def once(names: str, stamp: float) -> Stamp:
    """One frame with other stamps in the streams named."""
    return lambda name, i: stamp if i == 40 and name in names.split() else good(name, i)


def always(names: str, stamp: Callable[[int], float | None], begin: int = 0) -> Stamp:
    """Other stamps in the streams named from one frame on."""
    return lambda name, i: stamp(i) if i >= begin and name in names.split() else good(name, i)


def loop(length: int) -> Stamp:
    return lambda name, i: good(name, i % length)


@dataclass(frozen=True)
class Feed:
    """What three streams bring for three seconds; depth comes `lag` frames late."""

    stamp: Stamp
    outliers: int = 0
    jumps: int = 0
    lag: int = 0
    tolerance_ms: float = 0.0

    def run(self, frames: int = 90) -> tuple[FrameMatcher, int]:
        """The matcher after all frames, and how many were matched in the last second."""
        now = 0.0
        matcher = FrameMatcher(int(self.tolerance_ms * 1e6) or None, clock=lambda: now)
        recent = 0
        for i in range(frames):
            now = 1000 + i * PERIOD_S
            for name, index in self._arrivals(i):
                stamp = self.stamp(name, index)
                if stamp is not None:
                    add = getattr(matcher, f'add_{name}')
                    matched = add(round(stamp * 1e9), index) is not None
                    recent += matched and i >= frames - 30
        now += PERIOD_S / 2
        return matcher, recent

    def _arrivals(self, i: int) -> Iterator[tuple[str, int]]:
        yield from (('camera_info', i), ('color', i))
        if i >= self.lag:
            yield 'depth', i - self.lag


ODD = {'zero': 0.0, 'far future': 1e6, 'far past': 1.0, '2 s behind': 99.3}
STREAMS = [
    *(
        Row(f'one {what} on {names}', Feed(once(names, stamp), len(names.split())), 'OK')
        for what, stamp in ODD.items()
        for names in ('depth', 'color')
    ),
    Row('one zero on all', Feed(once(ALL, 0.0), 3), 'OK'),
    Row('one future on all', Feed(once(ALL, 1e6), 3), 'OK'),
    Row('one zero on camera_info', Feed(once('camera_info', 0.0), 1), 'OK'),
    Row('one future on camera_info', Feed(once('camera_info', 1e6), 1), 'OK'),
    Row('all 0.4 s ahead once', Feed(once(ALL, 101.73)), 'OK'),
    Row('the first of all is of the future',
        Feed(lambda name, i: 1e6 if i == 0 else good(name, i), 6, 2), 'OK'),
    Row('a bag that loops', Feed(loop(60), 4, 2), 'OK'),
    Row('a bag of 0.3 s that loops', Feed(loop(9), 0, 6), 'OK'),
    Row('a clock set forward', Feed(always(ALL, lambda i: 5000 + i * PERIOD_S, 45), 6, 2), 'OK'),
    Row('frames in the wrong order', Feed(lambda name, i: good(name, i ^ 1)), 'OK'),
    Row('each frame twice', Feed(lambda name, i: good(name, i // 2)), 'OK'),
    Row('camera_info once', Feed(always('camera_info', lambda i: None, 1)), 'OK'),
    Row('camera_info never stamped', Feed(always('camera_info', lambda i: 0.0)), 'OK'),
    Row('depth 0.5 s late', Feed(good, lag=15), 'OK'),
    Row('stamps zero', Feed(always(ALL, lambda i: 0.0)), 'NONE',
        ('stamps of color are zero', 'stamps of depth are zero', 'header.stamp')),
    Row('depth zero after a second', Feed(always('depth', lambda i: 0.0, 30)), 'NONE',
        ('stamps of depth are zero', 'header.stamp', 'last frame: 2.0 s ago')),
    Row('all zero for half a second', Feed(always(ALL, lambda i: 0.0, 72)), 'NONE',
        ('stamps of color are zero (for 0.6 s)',)),
    Row('depth zero for a quarter of a second',
        Feed(always('depth', lambda i: 0.0, 81)), 'NONE', ('stamps of depth are zero',)),
    Row('two publishers on one topic',
        Feed(lambda name, i: good(name, i) + 5000 * (i % 3 == 1), 90), 'OK'),
    Row('stamps that stand still', Feed(always(ALL, lambda i: 101.0, 30)), 'NONE',
        ('stamps of color do not advance', '101.000 s', 'simulated time')),
    Row('depth stops', Feed(always('depth', lambda i: None, 30)), 'NONE',
        ('depth has stopped', '2.0 s ago', 'color 30.')),
    Row('the camera stops', Feed(always(ALL, lambda i: None, 60)), 'NONE',
        ('the camera has stopped', '1.0 s')),
    Row('camera_info never', Feed(always('camera_info', lambda i: None)), 'NONE',
        ('nothing received on camera_info', 'QoS')),
    Row('drift by up to 0.7 s after good stamps',
        Feed(always('depth', lambda i: good('', i) + (i - 30) * 0.0117, 30), tolerance_ms=5),
        'NONE', ('few depth', 'drifting by +35', 'one clock', 'sync_tolerance')),
    Row('depth 12 ms off', Feed(always('depth', lambda i: good('', i) + 0.012), tolerance_ms=5),
        'NONE', ('within 5.0 ms', 'nearest now +12.0 ms', 'raise sync_tolerance to 0.014 s')),
    Row('depth 1.5 s late', Feed(good, lag=45), 'NONE',
        ('-1500 ms', 'raise sync_wait to 1.65 s', 'clocks')),
    Row('depth of another clock', Feed(always('depth', lambda i: 9e4 + i * PERIOD_S)), 'NONE',
        ('synchronise the clocks',)),
]  # fmt: skip


@table(STREAMS)
def test_what_streams_bring_is_matched_or_the_reason_of_now_is_named(row: Row) -> None:
    feed: Feed = row.given
    matcher, recent = feed.run()
    row.check('OK' if recent >= 10 and not matcher.fault() else 'NONE', matcher.explain())
    if row.status == 'OK':
        counts, match = matcher.counts, matcher.newest()
        assert matcher.explain() == ''
        assert (sum(counts.outliers.values()), counts.jumps) == (feed.outliers, feed.jumps)
        assert match is not None and match.color == match.depth
