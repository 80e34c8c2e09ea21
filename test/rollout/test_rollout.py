"""A new model is promoted, held or rolled back by what recorders of many robots kept."""

import json

import numpy as np
import pytest
from fleet import write_goal, write_robot

from realvlg_ros.cli import BAD_INPUT, main
from realvlg_ros.errors import ParameterError
from realvlg_ros.evaluation.intervals import newcombe_interval
from realvlg_ros.recording.episode_reader import read_episodes
from realvlg_ros.rollout.assignment import Arm, Assignment
from realvlg_ros.rollout.comparison import Limits, Verdict, compare, decide
from realvlg_ros.rollout.goals import RobotGoal, goals_of

ROBOTS = [f'arm-{number:04}' for number in range(2000)]


def test_a_share_of_robots_is_the_same_each_time_and_grows_by_others():
    tenth = {robot for robot in ROBOTS if Assignment().arm(robot) is Arm.NEW}
    assert 150 < len(tenth) < 250
    assert tenth == {robot for robot in ROBOTS if Assignment().arm(robot) is Arm.NEW}
    half = {robot for robot in ROBOTS if Assignment(share=0.5).arm(robot) is Arm.NEW}
    assert tenth < half and 900 < len(half) < 1100
    others = {robot for robot in ROBOTS if Assignment('next').arm(robot) is Arm.NEW}
    assert len(others & tenth) < 0.3 * len(tenth)
    assert all(Assignment(share=0).arm(robot) is Arm.OLD for robot in ROBOTS)
    assert all(Assignment(share=1).arm(robot) is Arm.NEW for robot in ROBOTS)
    # The same on every machine and in every version: a robot must not change its model.
    assert [Assignment().arm(r) for r in ('arm-0003', 'arm-0013')] == [
        Arm.NEW if r in tenth else Arm.OLD for r in ('arm-0003', 'arm-0013')
    ]


def test_newcombe_against_the_article():
    # Newcombe (1998), table II, case (a), method 10: 56/70 less 48/80 is 0.0524 to 0.3339.
    low, high = newcombe_interval((48, 80), (56, 70))
    assert (low, high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))


def test_goals_are_counted_as_the_recorder_counts_them(tmp_path):
    write_goal(tmp_path, 100, 'NOT_FOUND', 'the red box')
    write_goal(tmp_path, 130, 'NO_GRASP', 'The red  box')
    write_goal(tmp_path, 170, 'OK', 'the blue box', answers_token='abc')
    write_goal(tmp_path, 900, 'CANCELED', 'the mug')
    write_goal(tmp_path, 999, 'OK', 'the can')
    episodes, _ = read_episodes(tmp_path)
    goals = goals_of('arm', episodes, {})
    assert [goal.success for goal in goals] == [False, False, True, False, True]
    assert [goal.intervention for goal in goals] == [False, True, True, True, False]
    assert [goal.judged for goal in goals] == [True, True, True, False, True]
    assert [goal.recovery_s for goal in goals] == [None, None, 70.0, None, None]


def goals(robots, each, share, wrong=None, spread=0.0, seed=0):
    """Goals of robots, each with its own share of successes around a mean."""
    rng = np.random.default_rng(seed)
    found = []
    for robot in range(robots):
        own = np.clip(share + spread * rng.choice((-1, 1)), 0, 1)
        for number in range(each):
            good = number < own * each
            found.append(
                RobotGoal(str(robot), '', True, bool(good), not good, wrong, None if good else 5.0)
            )
    return found


@pytest.mark.parametrize(
    ('old', 'new', 'verdict', 'words'),
    [
        ((20, 50, 0.9), (5, 100, 0.96), Verdict.PROMOTE, 'no share is worse by more than 5%'),
        ((20, 50, 0.9), (5, 100, 0.75), Verdict.ROLL_BACK, 'success is surely worse'),
        ((20, 50, 0.9), (2, 10, 0.9), Verdict.HOLD, 'has 20 goals of 2 robots; 50 of 2'),
        ((20, 50, 0.9), (1, 500, 0.96), Verdict.HOLD, 'has 500 goals of 1 robots'),
        ((20, 50, 0.9), (5, 20, 0.9), Verdict.HOLD, 'success may be worse by more than 5%'),
        # Too few to promote are enough to roll back.
        ((20, 50, 0.95), (2, 10, 0.2), Verdict.ROLL_BACK, 'success is surely worse'),
    ],
)
def test_verdicts(old, new, verdict, words):
    pair = goals(*old), goals(*new)
    found, why = decide(compare(*pair), *pair, Limits(margin=0.05))
    assert found is verdict and words in why


def test_goals_of_one_robot_are_not_independent():
    """Half of the robots fail always: their 400 goals tell little more than 8 robots do."""
    alike = goals(8, 50, 0.5, spread=0.5)
    apart = goals(8, 50, 0.5)
    one = next(f for f in compare(apart, alike) if f.name == 'success')
    other = next(f for f in compare(apart, apart) if f.name == 'success')
    assert one.high - one.low > 3 * (other.high - other.low)


def test_a_wrong_object_that_people_found_counts():
    pair = goals(20, 50, 0.9, wrong=False), goals(5, 100, 0.96, wrong=True)
    assert decide(compare(*pair), *pair, Limits())[0] is Verdict.ROLL_BACK
    figures = {figure.name: figure for figure in compare(*pair)}
    assert (figures['wrong object'].old, figures['wrong object'].new) == (0.0, 1.0)
    assert figures['time to recovery'].old == 5.0
    unknown = {f.name: f for f in compare(goals(2, 5, 1.0), goals(2, 5, 1.0))}
    assert not unknown['wrong object'].known and not unknown['time to recovery'].known


def fleet(folder, old, new):
    """Robots of both models, ten of each, with so many of ten goals OK."""
    made = {Arm.OLD: 0, Arm.NEW: 0}
    for robot in ROBOTS:
        arm = Assignment('june', 0.3).arm(robot)
        if made[arm] < 6:
            made[arm] += 1
            good = old if arm is Arm.OLD else new
            write_robot(folder / robot, ['OK'] * good + ['NO_GRASP'] * (10 - good))
    return folder


@pytest.mark.parametrize(
    ('old', 'new', 'status', 'words'),
    [(6, 10, 0, 'promote'), (9, 9, 3, 'hold: success'), (10, 3, 4, 'roll back: success')],
)
def test_the_command_says_what_to_do(tmp_path, capsys, old, new, status, words):
    fleet(tmp_path, old, new)
    (tmp_path / 'arm-9999').mkdir()
    given = ['--name', 'june', '--share', '0.3']
    assert main(['rollout', str(tmp_path), *given, '--margin', '0.08']) == status
    said = capsys.readouterr().out
    assert words in said and 'left out: robot arm-9999' in said
    assert 'new model: 60 goals of 6 robots' in said
    assert 'wrong object      old  unknown' in said
    # What a robot's launch asks is the same assignment.
    robot = next(r for r in ROBOTS if Assignment('june', 0.3).arm(r) is Arm.NEW)
    assert main(['rollout', '--robot', robot, *given]) == 0
    assert capsys.readouterr().out == 'new\n'


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        ([], 'give a folder of recordings, or --robot ID'),
        (['nowhere'], 'nowhere holds no robot with a recording'),
        (['--robot', ' '], 'a robot has no id'),
        (['--robot', 'a', '--share', '1.5'], 'share is 1.5; expected 0 to 1'),
        (['nowhere', '--margin', '0'], 'margin 0.0 must be above 0'),
        (['nowhere', '--goals', '0'], 'goals 0'),
        (['nowhere', '--reviewed', 'nobody'], 'annotation.json'),
    ],
)
def test_bad_input_is_named(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    assert main(['rollout', *arguments]) == BAD_INPUT
    assert words in capsys.readouterr().err


def test_a_share_that_is_no_number_is_refused():
    with pytest.raises(ParameterError):
        Assignment(share=float('nan'))


def test_a_recording_that_is_damaged_is_left_out_by_name(tmp_path, capsys):
    fleet(tmp_path, 6, 10)
    path = sorted(tmp_path.glob('*/*/episode.json'))[0]
    values = json.loads(path.read_text())
    del values['result']['status']
    path.write_text(json.dumps(values))
    main(['rollout', str(tmp_path), '--name', 'june', '--share', '0.3'])
    assert f'left out: robot {path.parts[-3]}: {path}' in capsys.readouterr().out
