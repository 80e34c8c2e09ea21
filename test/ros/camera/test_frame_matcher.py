from __future__ import annotations

import pytest

from realvlg_ros.ros.camera.frame_matcher import FrameMatcher

MS = 1_000_000


def feed(matcher: FrameMatcher, period_ms: float, count: int, depth_offset_ms: float = 0) -> int:
    """Feed streams of the same rate and return how many frames were complete."""
    complete = 0
    for i in range(count):
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
    assert matcher.add_color(2000 * MS, 'color') is None
    match = matcher.add_depth(2000 * MS, 'depth')
    assert match is not None and (match.color, match.depth) == ('color', 'depth')
    assert match == matcher.newest()
    counts = matcher.counts
    assert (counts.color, counts.depth, counts.matched) == (6, 6, 6)


@pytest.mark.parametrize(('offset_ms', 'matched'), [(12, 20), (-12, 20), (0, 20)])
def test_automatic_tolerance_is_half_a_frame(offset_ms: float, matched: int) -> None:
    matcher = FrameMatcher()
    assert feed(matcher, 33, 20, offset_ms) == matched
    assert matcher.tolerance_ns == pytest.approx(16.5 * MS)
    match = matcher.newest()
    assert match is not None and match.depth == match.color.replace('color', 'depth')


def test_explicit_tolerance_refuses_and_explains_the_gap() -> None:
    matcher = FrameMatcher(tolerance_ns=5 * MS)
    assert feed(matcher, 33, 30, 12) == 0
    explanation = matcher.explain()
    assert (
        '5.0 ms' in explanation and '+12.0 ms' in explanation and 'sync_tolerance' in explanation
    )
    counts = matcher.counts
    # Ten of each wait for a partner, the others had to go.
    assert counts.dropped_color == {'no depth within tolerance': 20}
    assert counts.dropped_depth == {'no color within tolerance': 20}


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
        matcher.add_color(i * 33 * MS, i)
        assert matcher.add_depth(i * 33 * MS, i)
    match = matcher.newest()
    assert match is not None and match.camera_info == 'only'


def test_without_camera_info_nothing_matches_and_the_reason_is_said() -> None:
    matcher = FrameMatcher()
    for i in range(12):
        matcher.add_color(i * 33 * MS, i)
        assert not matcher.add_depth(i * 33 * MS, i)
    assert 'camera_info' in matcher.explain() and 'color' not in matcher.explain()
    assert matcher.counts.dropped_color == {'no camera_info': 2}
    assert matcher.add_camera_info(0, 'late info')
    match = matcher.newest()
    assert match is not None and match.color == 11


def test_jump_back_clears_and_is_reported() -> None:
    jumps: list[tuple[int, int]] = []
    matcher = FrameMatcher(on_jump_back=lambda before, after: jumps.append((before, after)))
    feed(matcher, 33, 3)
    matcher.add_color(2000 * MS, 'waiting')
    assert not matcher.add_color(0, 'start of the loop')
    assert jumps == [(2000 * MS, 0)]
    assert matcher.newest() is None
    counts = matcher.counts
    assert counts.jumps_back == 1 and counts.dropped_color['cleared'] == 1
    matcher.add_camera_info(0, 'info')
    assert matcher.add_depth(0, 'depth of the loop')
    # The other streams had been cleared too: theirs is no second jump.
    assert len(jumps) == 1


def test_late_image_does_not_replace_a_newer_frame() -> None:
    matcher = FrameMatcher()
    feed(matcher, 33, 4)
    assert not matcher.add_color(1010 * MS, 'late')
    assert matcher.counts.dropped_color == {'late': 1}
    match = matcher.newest()
    assert match is not None and match.color == 'color3'


def test_stamps_that_stand_still_still_match() -> None:
    matcher = FrameMatcher()
    matcher.add_camera_info(0, 'info')
    for i in range(3):
        matcher.add_color(0, i)
        assert matcher.add_depth(0, i)
    assert matcher.counts.matched == 3


def test_nothing_received_is_explained_by_name() -> None:
    matcher = FrameMatcher()
    matcher.add_color(0, 'color')
    assert matcher.explain().startswith('nothing received on depth, camera_info')
    matcher.clear()
    assert matcher.newest() is None
