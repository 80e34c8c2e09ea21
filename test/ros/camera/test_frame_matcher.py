from __future__ import annotations

from types import SimpleNamespace

import pytest

from realvlg_ros.ros.camera.frame_matcher import FrameMatcher

MS = 1_000_000


class Clock:
    """A steady clock that is set by hand, s."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def feed(
    matcher: FrameMatcher,
    period_ms: float,
    count: int,
    depth_offset_ms: float = 0,
    clock: Clock | None = None,
) -> int:
    """Feed streams of the same rate and return how many frames were complete."""
    complete = 0
    for i in range(count):
        if clock is not None:
            clock.now += period_ms * 1e-3
        stamp = int((1000 + i * period_ms) * MS)
        matcher.add_camera_info(stamp, f'info{i}')
        complete += matcher.add_color(stamp, f'color{i}') is not None
        depth = matcher.add_depth(stamp + int(depth_offset_ms * MS), f'depth{i}')
        complete += depth is not None
    return complete


def test_matches_each_frame_once_and_keeps_the_newest() -> None:
    matcher = FrameMatcher()
    assert feed(matcher, 33, 1) == 1
    match = matcher.newest()
    assert match is not None
    assert (match.color, match.depth, match.camera_info) == ('color0', 'depth0', 'info0')
    assert match.stamp_ns == 1000 * MS


def test_the_message_that_completes_a_frame_returns_it() -> None:
    matcher = FrameMatcher()
    assert feed(matcher, 33, 5) == 5
    assert matcher.add_color(1200 * MS, 'color') is None
    match = matcher.add_depth(1200 * MS, 'depth')
    assert match is not None and (match.color, match.depth) == ('color', 'depth')
    assert match == matcher.newest()
    counts = matcher.counts
    assert (counts.received['color'], counts.received['depth'], counts.matched) == (6, 6, 6)


@pytest.mark.parametrize(('offset_ms', 'matched'), [(12, 20), (-12, 20), (0, 20)])
def test_automatic_tolerance_is_half_a_frame(offset_ms: float, matched: int) -> None:
    matcher = FrameMatcher()
    assert feed(matcher, 33, 20, offset_ms) == matched
    assert matcher.tolerance_ns == pytest.approx(16.5 * MS)
    match = matcher.newest()
    assert match is not None and match.depth == match.color.replace('color', 'depth')


def test_explicit_tolerance_refuses_and_explains_the_gap() -> None:
    clock = Clock()
    matcher = FrameMatcher(tolerance_ns=5 * MS, wait_ns=300 * MS, clock=clock)
    assert feed(matcher, 33, 30, 12, clock) == 0
    explanation = matcher.explain()
    for words in ('5.0 ms', '+12.0 ms', 'raise sync_tolerance to 0.014 s', 'color 30.3'):
        assert words in explanation
    counts = matcher.counts
    # Those of the last 300 ms wait for a partner, the others had to go.
    assert counts.dropped_color == {'no depth within tolerance': 20}
    assert counts.dropped_depth == {'no color within tolerance': 20}


def test_late_depth_with_right_stamps_finds_its_colour() -> None:
    matcher = FrameMatcher()
    matcher.add_camera_info(1000 * MS, 'info')
    matched = []
    for i in range(40):
        matcher.add_color((1000 + 33 * i) * MS, i)
        if i >= 15:
            matched.append(matcher.add_depth((1000 + 33 * (i - 15)) * MS, i - 15))
    assert all(match is not None and match.color == match.depth for match in matched)


def test_images_that_wait_keep_within_their_memory() -> None:
    clock = Clock()
    matcher = FrameMatcher(wait_ns=10_000 * MS, limit_bytes=1000, clock=clock)
    matcher.add_camera_info(1000 * MS, 'info')
    for i in range(40):
        clock.now += 0.033
        for add, offset in ((matcher.add_color, 0), (matcher.add_depth, -1000)):
            add((5000 + 33 * i + offset) * MS, SimpleNamespace(data=bytes(100)))
    counts = matcher.counts
    assert counts.matched == 0
    assert counts.dropped_color['sync_memory_mb is full'] == 35
    assert 'raise sync_memory_mb' in matcher.explain()


def test_slower_depth_leaves_every_other_colour_counted() -> None:
    matcher = FrameMatcher()
    matcher.add_camera_info(0, 'info')
    for i in range(40):
        matcher.add_color((1000 + 33 * i) * MS, i)
        if i % 2 == 0:
            matcher.add_depth((1000 + 33 * i) * MS, i)
    counts = matcher.counts
    assert counts.matched == 20
    assert counts.dropped_color['no depth within tolerance'] == 19


def test_camera_info_that_came_once_serves_every_frame() -> None:
    matcher = FrameMatcher()
    matcher.add_camera_info(0, 'only')
    for i in range(10):
        matcher.add_color((1000 + i * 33) * MS, i)
        assert matcher.add_depth((1000 + i * 33) * MS, i)
    match = matcher.newest()
    assert match is not None and match.camera_info == 'only'


def test_without_camera_info_nothing_matches_and_the_reason_is_said() -> None:
    matcher = FrameMatcher(wait_ns=300 * MS)
    for i in range(12):
        matcher.add_color((1000 + i * 33) * MS, i)
        assert not matcher.add_depth((1000 + i * 33) * MS, i)
    assert 'camera_info' in matcher.explain() and 'color' not in matcher.explain()
    assert matcher.counts.dropped_color == {'no camera_info': 2}
    assert matcher.add_camera_info(0, 'late info')
    match = matcher.newest()
    assert match is not None and match.color == 11


def test_several_stamps_that_go_on_are_a_jump_that_clears_and_is_reported() -> None:
    jumps: list[tuple[str, int, int]] = []
    matcher = FrameMatcher(on_jump=lambda *jump: jumps.append(jump))
    feed(matcher, 33, 3)
    matcher.add_color(1200 * MS, 'waiting')
    for i in range(3):
        assert matcher.newest() is not None
        assert not matcher.add_color((100 + 33 * i) * MS, 'start of the loop')
    assert jumps == [('color', 1200 * MS, 166 * MS)]
    assert matcher.newest() is None
    for i in range(3):
        matcher.add_depth((100 + 33 * i) * MS, 'depth of the loop')
    match = matcher.newest()
    # The camera_info of before is used until there is one of the loop.
    assert match is not None and (match.stamp_ns, match.camera_info) == (166 * MS, 'info2')
    assert matcher.counts.jumps == 2 and matcher.counts.dropped_color['cleared'] == 1


def test_late_image_does_not_replace_a_newer_frame() -> None:
    matcher = FrameMatcher()
    feed(matcher, 33, 4)
    assert not matcher.add_color(1010 * MS, 'late')
    assert matcher.counts.dropped_color == {'late': 1}
    match = matcher.newest()
    assert match is not None and match.color == 'color3'


def test_nothing_received_is_explained_by_name() -> None:
    matcher = FrameMatcher()
    assert matcher.fault() == '' and matcher.caution() == '' and matcher.silence_s(0.1) == 0
    assert matcher.figures()['color_hz'] == 0
    matcher.add_color(1000 * MS, 'color')
    assert matcher.explain().startswith('nothing received on depth, camera_info')
    matcher.clear()
    assert matcher.newest() is None
