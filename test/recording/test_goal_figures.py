"""Success, interventions and time to recovery, by a clock of the test's."""

import csv

import pytest
from told_goals import goal

from realvlg_ros.errors import RecordingError
from realvlg_ros.recording.goal_event import GoalStep
from realvlg_ros.recording.goal_figures import EndedGoal, GoalFigures
from realvlg_ros.recording.goal_log import COLUMNS, GoalLog
from realvlg_ros.recording.target_losses import TargetLosses
from realvlg_ros.tracking.target.target import TargetState


class Clock:
    """A clock that is set by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Told:
    """Figures that are told of goals one after the other."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.figures = GoalFigures(20.0, self.clock)
        self.count = 0

    def __call__(
        self, status: str, begun: float, ended: float, sentence: str = 'take it', token: str = ''
    ) -> EndedGoal:
        self.count += 1
        words = {'instruction': sentence, 'token': token}
        self.clock.now_s = begun
        self.figures.accepted(goal(GoalStep.ACCEPTED, 0, self.count, **words))
        self.clock.now_s = ended
        return self.figures.ended(goal(GoalStep.ENDED, 0, self.count, status=status, **words))


def test_nothing_is_known_before_the_first_goal():
    values = GoalFigures(20.0).values()
    assert values['goals'] == 0
    unknown = [name for name, value in values.items() if value == 'unknown']
    assert unknown == [
        'success_rate', 'success_rate_last_50', 'intervention_rate', 'recovery_mean_s',
        'recovery_longest_s',
    ]  # fmt: skip


def test_success_is_the_share_of_what_was_not_canceled():
    told = Told()
    for index, status in enumerate(['OK', 'NOT_FOUND', 'CANCELED', 'OK', 'NO_GRASP']):
        told(status, 100 * index, 100 * index + 1, f'take {index}')
    values = told.figures.values()
    assert (values['goals'], values['succeeded'], values['canceled']) == (5, 2, 1)
    assert values['success_rate'] == pytest.approx(2 / 4)
    assert values['intervention_rate'] == pytest.approx(1 / 5)


def test_a_person_answers_repeats_or_cancels():
    told = Told()
    assert told('AMBIGUOUS', 0, 1).intervention == ''
    assert told('OK', 3, 4, 'the left one', token='question 1').intervention == 'answered'
    assert told('OK', 5, 6).intervention == ''
    assert told('NO_GRASP', 10, 11, 'Take  it').intervention == ''
    assert told('NO_GRASP', 25, 26, 'take it').intervention == 'repeated'
    assert told('NO_GRASP', 47, 48, 'take it').intervention == ''
    assert told('OK', 50, 51, 'take that').intervention == ''
    assert told('CANCELED', 60, 61).intervention == 'canceled'
    values = told.figures.values()
    assert [values[name] for name in ('answered', 'repeated', 'canceled')] == [1, 1, 1]


def test_recovery_runs_from_the_first_failure_to_the_next_success():
    told = Told()
    assert told('OK', 0, 1).recovery_s is None
    told('LOST', 10, 12)
    told('CANCELED', 13, 14)
    told('NO_GRASP', 20, 21)
    assert told.figures.values()['failing_for_s'] == pytest.approx(9)
    assert told('OK', 30, 32).recovery_s == pytest.approx(20)
    assert told('OK', 40, 41).recovery_s is None
    told('FAILED', 50, 51)
    assert told('OK', 60, 61).recovery_s == pytest.approx(10)
    values = told.figures.values()
    assert (values['recovery_mean_s'], values['recovery_longest_s']) == (15, 20)
    assert values['failing_for_s'] == 0


def test_a_target_has_recovered_when_it_is_followed_again_with_grasps():
    clock = Clock()
    losses = TargetLosses(clock)

    def told(at: float, state: TargetState, has_grasps: bool = False) -> float | None:
        clock.now_s = at
        return losses.target('request 1', state, has_grasps)

    assert told(0, TargetState.CONFIRMED, True) is None
    assert told(1, TargetState.LOST) is None
    assert told(2, TargetState.LOST) is None
    assert told(3, TargetState.TENTATIVE, True) is None
    assert told(4, TargetState.CONFIRMED) is None
    assert told(5, TargetState.CONFIRMED, True) == pytest.approx(4)
    assert told(6, TargetState.CONFIRMED, True) is None
    values = losses.values()
    assert (values['targets_lost'], values['targets_recovered']) == (1, 1)
    assert values['target_recovery_mean_s'] == pytest.approx(4)


def test_the_log_has_a_line_for_each_goal_also_after_a_restart(tmp_path):
    told = Told()
    GoalLog(tmp_path).goal(told('LOST', 0, 1.25, 'take the "red", long\none'), 0.0)
    log = GoalLog(tmp_path)
    log.goal(told('OK', 3, 4), 3.5)
    log.recovery('request 1', 2.0, 9.0)
    with (tmp_path / 'goals.csv').open(newline='') as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row['status'] for row in rows] == ['LOST', 'OK', 'CONFIRMED']
    assert rows[0]['instruction'] == 'take the "red", long\none'
    assert (rows[0]['success'], rows[0]['elapsed_s']) == ('false', '1.250')
    assert (rows[1]['success'], rows[1]['recovery_s']) == ('true', '2.750')
    assert rows[1]['time'] == '1970-01-01T00:00:03.500+00:00'
    assert (rows[2]['event'], rows[2]['recovery_s']) == ('recovery', '2.000')


def test_a_log_that_grows_too_large_is_put_aside(tmp_path, monkeypatch):
    monkeypatch.setattr('realvlg_ros.recording.goal_log._MAX_BYTES', 300)
    log, told = GoalLog(tmp_path), Told()
    for index in range(9):
        log.goal(told('OK', index, index + 0.5), float(index))
    assert (tmp_path / 'goals.1.csv').stat().st_size < 500
    assert (tmp_path / 'goals.csv').read_text().startswith('time,event,')


def test_a_log_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / 'goals.csv').mkdir()
    with pytest.raises(RecordingError, match=r'goals\.csv cannot be written: Is a directory'):
        GoalLog(tmp_path).recovery('request 1', 2.0, 9.0)
