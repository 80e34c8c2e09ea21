from dataclasses import dataclass

import pytest

from realvlg_ros.tracking.pending_frames import PendingFrames

MS = 1_000_000


@dataclass(frozen=True)
class Frame:
    stamp_ns: int


def camera(frames, first, last, period=100):
    """Let the frames of a camera come; stamps and period in ms."""
    for stamp in range(first, last + 1, period):
        frames.add(Frame(stamp * MS))


def taken(frames):
    """Stamps of the frames to be followed, ms."""
    return [frame.stamp_ns // MS for frame in frames.take()]


@pytest.fixture
def frames():
    """Frames of a tracker that has followed the one of 0 ms; a gap of 2 s breaks the stream."""
    frames = PendingFrames(max_gap=2.0)
    camera(frames, 0, 0)
    assert taken(frames) == [0]
    return frames


@pytest.mark.parametrize(
    ('last', 'expected'),
    [
        (100, [100]),
        (1000, [1000]),
        (1100, [500, 1000, 1100]),
        (4000, [500, 1000, 1500, 2000, 2500, 3000, 3500, 4000]),
        # What is too long ago for memory leaves a gap.
        (6000, [2500, 3000, 3500, 4000, 4500, 5000, 5500, 6000]),
    ],
)
def test_a_long_busy_time_is_bridged_and_in_a_short_one_the_newest_wins(frames, last, expected):
    camera(frames, 100, last)
    assert taken(frames) == expected
    assert frames.skipped == last // 100 - len(expected)
    assert taken(frames) == []


@pytest.mark.parametrize('max_gap', [0.4, 1.0, 2.0, 3.0])
def test_no_step_of_a_bridge_is_a_gap_however_short_a_gap_is(max_gap):
    frames = PendingFrames(max_gap)
    camera(frames, 0, 0)
    frames.take()
    camera(frames, 33, int(1900 * max_gap), period=33)
    stamps = [0, *taken(frames)]
    steps = [later - earlier for earlier, later in zip(stamps, stamps[1:], strict=False)]
    assert max(steps) <= 300 * max_gap + 33


def test_the_frame_of_a_request_is_not_passed_over(frames):
    camera(frames, 100, 500)
    frames.need(300 * MS)
    frames.need(700 * MS)
    camera(frames, 600, 900)
    assert taken(frames) == [300, 700, 900]


def test_what_was_followed_is_not_followed_again(frames):
    camera(frames, 100, 300)
    assert taken(frames) == [300]
    frames.need(300 * MS)
    frames.need(200 * MS)
    assert taken(frames) == []


def test_a_request_keeps_its_frame_while_many_others_come(frames):
    camera(frames, 10, 30, period=10)
    frames.need(20 * MS)
    camera(frames, 40, 400, period=10)
    assert taken(frames) == [20, 400]


def test_after_a_jump_back_older_stamps_are_followed(frames):
    camera(frames, 5000, 5000)
    assert taken(frames) == [5000]
    frames.clear()
    camera(frames, 100, 100)
    assert taken(frames) == [100]
