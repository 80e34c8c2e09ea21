from pathlib import Path

import pytest
from made_run import START_NS

from realvlg_ros.replay.report.key_frames import MAX_PICTURES, Moment, Rank, choose_frames
from realvlg_ros.replay.runs.run_reader import FrameTiming, Run


def run(count, period=0.1):
    timings = [
        FrameTiming(START_NS + round(k * period * 1e9), k * period, {}) for k in range(count)
    ]
    return Run(Path(), {}, (), tuple(timings))


def moment(t, rank=Rank.ANSWER):
    return Moment(rank, 'answer', t, 'title', '')


def times(made, choice):
    frames = made.frame_times
    return [[frames[key] for _, key in shown.frames] for shown in choice.moments]


def test_frames_before_at_and_after_an_event():
    made = run(60)
    choice = choose_frames(made, [moment(3.04)])
    (found,) = times(made, choice)
    assert found == pytest.approx([2.5, 3.0, 3.5])


def test_an_event_at_an_end_has_no_frame_beyond_it():
    made = run(60)
    choice = choose_frames(made, [moment(0.0), moment(5.9)])
    assert [[word for word, _ in m.frames] for m in choice.moments] == [
        ['at', 'after'],
        ['before', 'at'],
    ]


def test_what_matters_more_is_shown_where_there_is_no_room_for_all():
    made = run(6000)
    flickers = [moment(1.0 + 2 * k, Rank.FLICKER) for k in range(200)]
    answers = [moment(500.0 + 2 * k) for k in range(10)]
    choice = choose_frames(made, [*flickers, *answers])
    assert len(choice.frames) <= MAX_PICTURES
    assert sum(m.rank is Rank.ANSWER for m in choice.moments) == 10
    assert choice.left_out == 210 - len(choice.moments) > 0


def test_the_rest_is_filled_up_evenly():
    made = run(6000)
    choice = choose_frames(made, [])
    frames = made.frame_times
    shown = [frames[key] for key in choice.frames]
    gaps = [b - a for a, b in zip(shown[:-1], shown[1:], strict=True)]
    assert len(shown) == MAX_PICTURES
    assert max(gaps) - min(gaps) < 0.21
