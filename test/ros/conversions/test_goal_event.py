"""Events of goals survive the message, and one that says nothing is refused."""

import pytest
from realvlg_ros.msg import GoalEvent as GoalEventMsg

from realvlg_ros.errors import MessageError
from realvlg_ros.recording.goal_event import GoalEvent, GoalStep
from realvlg_ros.ros.conversions.goal_event import goal_event_from_msg, goal_event_to_msg

EVENT = GoalEvent(
    GoalStep.ENDED, 'plan_grasps', '0a' * 16, 1_500_000_001, request_id='r',
    instruction='pick it up', token='t', status='LOST', message='why', target_stamp_ns=7,
)  # fmt: skip


def test_there_and_back():
    assert goal_event_from_msg(goal_event_to_msg(EVENT)) == EVENT


def test_the_values_are_those_of_the_message():
    assert {step.name: step.value for step in GoalStep} == {
        'ACCEPTED': GoalEventMsg.ACCEPTED, 'ENDED': GoalEventMsg.ENDED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ('change', 'words'),
    [({'event': 9}, 'expected one of 0 ACCEPTED'), ({'goal_id': ''}, 'goal_id')],
)
def test_an_event_of_nothing_is_refused(change, words):
    message = goal_event_to_msg(EVENT)
    for name, value in change.items():
        setattr(message, name, value)
    with pytest.raises(MessageError, match=words):
        goal_event_from_msg(message)
