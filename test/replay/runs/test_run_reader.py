import json

import numpy as np
import pytest
from made_run import START_NS, MadeRun

from realvlg_ros.errors import RunError
from realvlg_ros.replay.runs.events import EventKind
from realvlg_ros.replay.runs.goals import goals_of
from realvlg_ros.replay.runs.run_reader import read_run


@pytest.fixture
def folder(tmp_path):
    return MadeRun().write(tmp_path / 'run', recording=False)


def add_line(path, **values):
    with path.open('a') as file:
        file.write(json.dumps(values) + '\n')


def test_what_was_written_is_read(folder):
    run = read_run(folder)
    (goal,) = goals_of(run)
    assert (goal.instruction, goal.status) == ('pick up the red box', 'OK')
    assert goal.time_to_answer == pytest.approx(0.5)
    assert np.allclose(goal.answer.pose.position, [0.4, 0.02, 0.03])
    assert goal.answer.pose.position_std() == pytest.approx(1e-3)
    assert goal.answer.pose.rotation_std() == pytest.approx(0.02)
    assert goal.followed_share() == pytest.approx(25 / 30)
    assert run.span() == pytest.approx((0.0, 3.9))
    assert len(run.frame_times) == 40
    assert [event.message for event in run.of_kind(EventKind.NOTICE)] == ['no depth within 16 ms']


def test_a_goal_without_an_answer_is_told(tmp_path):
    folder = MadeRun(statuses=('',)).write(tmp_path / 'run', recording=False)
    (goal,) = goals_of(read_run(folder))
    assert (goal.status, goal.time_to_answer) == ('NO_ANSWER', None)


def test_a_goal_that_was_never_asked_is_told(folder):
    facts = json.loads((folder / 'run.json').read_text())
    facts['goals'].append({'id': 'late', 'instruction': 'the mug', 'at_s': 9.0})
    (folder / 'run.json').write_text(json.dumps(facts))
    assert [(g.instruction, g.asked) for g in goals_of(read_run(folder))][1] == ('the mug', 9.0)


def test_a_stamp_that_comes_twice_is_two_frames(folder):
    add_line(folder / 'timings.jsonl', stamp_ns=START_NS, t_s=4.0, ms={'track': 1.0})
    run = read_run(folder)
    times = run.frame_times
    assert (times[START_NS, 0], times[START_NS, 1]) == (0.0, 4.0)
    event = run.events[0]
    assert times[run.frame_key(event)] == event.t


def test_frames_of_a_stamp_that_comes_again_count_for_themselves(folder):
    lines = (folder / 'answers.jsonl').read_text().splitlines()
    (last,) = [json.loads(line) for line in lines if '"target"' in line][-1:]
    add_line(folder / 'answers.jsonl', **{**last, 't_s': last['t_s'] + 4.0, 'state': 'LOST'})
    (goal,) = goals_of(read_run(folder))
    assert goal.followed_share() == pytest.approx(25 / 31)


def test_what_is_missing_is_named(folder):
    (folder / 'timings.jsonl').unlink()
    assert read_run(folder).timings == ()
    remarks = ' '.join(read_run(folder).remarks)
    assert 'timings.jsonl is missing' in remarks
    assert 'out.mcap is missing' in remarks


def test_a_last_line_that_was_cut_off_is_left_out_with_a_remark(folder):
    whole = read_run(folder)
    path = folder / 'answers.jsonl'
    path.write_text(path.read_text()[:-40])
    run = read_run(folder)
    assert len(run.events) == len(whole.events) - 1
    assert run.events[-1].t == whole.events[-2].t
    assert 'ends in the middle of line' in ' '.join(run.remarks)


@pytest.mark.parametrize(
    ('line', 'words'),
    [
        ('{"event": "goal"', 'not JSON'),
        ('[1]', 'not a JSON object'),
        ('{"event": "party", "stamp_ns": 1, "t_s": 0}', "'party'"),
        ('{"event": "goal", "t_s": 0}', 'lacks stamp_ns'),
        ('{"event": "goal", "stamp_ns": "now", "t_s": 0}', "stamp_ns is 'now'"),
        ('{"event": "goal", "stamp_ns": 1, "t_s": NaN}', 'not a finite number'),
        ('{"event": "answer", "stamp_ns": 1, "t_s": 0, "status": [1]}', 'not a text'),
        (
            '{"event": "answer", "stamp_ns": 1, "t_s": 0, "position_m": [1, 2], '
            '"quaternion_xyzw": [0, 0, 0, 1]}',
            'not 3 finite numbers',
        ),
        (
            '{"event": "answer", "stamp_ns": 1, "t_s": 0, "position_m": [1, 2, 3], '
            '"quaternion_xyzw": [0, 0, 0, 9]}',
            'not a rigid transform',
        ),
    ],
)
def test_a_broken_line_is_named_by_its_number(folder, line, words):
    path = folder / 'answers.jsonl'
    path.write_text(f'{line}\n{path.read_text()}')
    with pytest.raises(RunError, match=r'answers\.jsonl, line 1') as caught:
        read_run(folder)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        ('{', 'not JSON'),
        ('{}', "format is ''"),
        ('{"format": "realvlg-replay-9"}', "expected 'realvlg-replay-1'"),
        ('{"format": "realvlg-replay-1", "bag": []}', 'bag is a list, not an object'),
        ('[' * 100_000, 'not JSON'),
    ],
)
def test_a_broken_run_json_is_refused(folder, content, words):
    (folder / 'run.json').write_text(content)
    with pytest.raises(RunError) as caught:
        read_run(folder)
    assert words in str(caught.value)


def test_another_folder_is_refused_with_what_it_holds(tmp_path):
    (tmp_path / 'notes.txt').touch()
    with pytest.raises(RunError, match=r'lacks run\.json and answers\.jsonl and holds notes\.txt'):
        read_run(tmp_path)
    with pytest.raises(RunError, match='is not a folder'):
        read_run(tmp_path / 'nowhere')
