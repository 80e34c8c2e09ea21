import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recordings import INFO, MS, START_NS, Recording, messages

from realvlg_ros.errors import InstructionError, ReplayError
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.session.goals import ReplayGoal, check_times, numbered, read_goals

GOALS = """
- at: 4
  instruction: take the  box
  wait_for_stable: false
- instruction: pick up the red mug
  min_quality: 0.3
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        (tmp_path / 'goals.yaml').write_text(text)
        return tmp_path / 'goals.yaml'

    return write


def test_goals_come_in_the_order_of_their_times_with_ids(written):
    first, second = read_goals(written(GOALS))
    assert first == ReplayGoal('pick up the red mug', min_quality=0.3, goal_id='goal-1')
    assert (second.instruction, second.at_ns) == ('take the box', 4_000_000_000)
    assert (second.wait_for_stable, second.goal_id) == (False, 'goal-2')


def test_json_is_read_too(written):
    (goal,) = read_goals(written('[{"at": 1.5, "instruction": "take it", "goal_id": "a"}]'))
    assert (goal.at, goal.goal_id) == (1.5, 'a')


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'holds no list of goals'),
        ('at: 1', 'holds no list of goals'),
        ('- take the box', "goal 1 (line 1) is 'take the box'"),
        ('- at: 1', 'goal 1 (line 1) has no instruction'),
        (
            '- instruction: a\n\n- instruction: b\n  ad: 2',
            "goal 2 (line 3): there is no option 'ad'",
        ),
        ('- {instruction: a, at: -1}', 'at is -1; expected 0 to 86400 s'),
        ('- {instruction: a, at: soon}', "at is 'soon'; expected a number"),
        ('- {instruction: a, min_quality: 2}', 'min_quality is 2; expected 0 to 1'),
        ('- {instruction: a, wait_for_stable: 1}', 'wait_for_stable is 1; expected true or false'),
        ('- instruction: "12"', 'goal 1 (line 1): instruction'),
        ('- {instruction: a, goal_id: x}\n- {instruction: b, goal_id: x}', "have the id 'x'"),
        ('- {instruction', 'is not YAML'),
        ('- instruction: "\x07"', 'is not YAML'),
        ('- {instruction: a, at: 2026-13-41}', 'is not YAML'),
        pytest.param('[' * 5000, 'is not YAML', id='nested too deep'),
        ('- &a {instruction: a, more: *a}', 'line 1: the alias *a holds itself'),
        ('- {instruction: a, at: .nan}', 'at is nan'),
        ('- {? [1] : 2}', 'is not YAML'),
    ],
)
def test_what_is_wrong_is_named_with_its_line(written, text, words):
    with pytest.raises(ReplayError) as error:
        read_goals(written(text))
    assert words in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ReplayError, match='cannot be read'):
        read_goals(tmp_path / 'none.yaml')


def test_no_goal_is_refused():
    with pytest.raises(ReplayError, match='--instruction'):
        numbered([])


def test_words_without_a_word_are_refused():
    with pytest.raises(InstructionError):
        ReplayGoal('12 !?')


@pytest.mark.parametrize(('log_step_ms', 'last_s'), [(1000, 4), (100, 4), (0, 4), (2000, 8)])
def test_a_time_after_the_end_says_how_long_the_bag_is(tmp_path, log_step_ms, last_s):
    # Five images a second apart, recorded as fast, faster, at once and slower.
    made = Recording()
    for index in range(5):
        info = messages(index, START_NS + 1000 * MS * index).camera_info
        made.add(INFO, info, START_NS + log_step_ms * MS * index)
    with Bag(made.write(tmp_path / 'bag')) as bag:
        check_times(numbered([ReplayGoal('take it', last_s)]), bag, INFO)
        with pytest.raises(ReplayError, match=f'asked at 9 s, and the bag is {last_s}.00 s long'):
            check_times(numbered([ReplayGoal('take it', 9.0)]), bag, INFO)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(st.sampled_from('-{}[]:,?&*!"\' \n#%atinsrucoq.0129~'), max_size=60))
def test_any_text_is_goals_or_an_error_of_ours(tmp_path, text):
    (tmp_path / 'goals.yaml').write_text(text)
    with contextlib.suppress(ReplayError):
        assert read_goals(tmp_path / 'goals.yaml')
