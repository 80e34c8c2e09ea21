"""What becomes of a goal that is watched: its frames, its events, its end."""

import json

import pytest
import told_goals
from told_goals import STEP_NS, Watched, goal, grounding, target

from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.recording.episode import Episode
from realvlg_ros.recording.episode_watch import WatchLimits
from realvlg_ros.recording.goal_event import PICK, GoalStep
from realvlg_ros.tracking.target.target import TargetState


def shots(episode: Episode[int]) -> list[tuple[str, int]]:
    """Roles and numbers of the frames in their order."""
    found = sorted(episode.shots, key=lambda shot: shot.stamp_ns)
    return [(shot.role, shot.stamp_ns // STEP_NS) for shot in found]


def test_frames_before_at_and_after_an_answer_are_kept():
    seen = Watched()
    seen.frames(21)
    seen.answered()
    assert seen.done == []
    seen.frames(20)
    (episode,) = seen.done
    assert shots(episode) == [
        ('before', 11), ('before', 16), ('before', 21), ('grounded', 23), ('answer', 26),
        ('end', 27), ('after', 31), ('after', 36),
    ]  # fmt: skip
    assert (episode.status, episode.message, episode.from_topics) == ('OK', '2 grasps', False)
    assert all(shot.packed is not None for shot in episode.shots)
    assert [(row['event'], row['t_s']) for row in episode.events] == [
        ('goal', 0.0), ('grounding', 0.1), ('grounding', 0.1), ('target', 0.4), ('answer', 0.5),
    ]  # fmt: skip
    assert episode.events[-1]['position_m'] == [0.1, 0.2, 0.5]
    assert seen.watch.open_count == 0


def test_a_target_that_is_heard_after_the_end_is_the_answer_still():
    seen = Watched()
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), 1))
    grounded, answered = seen.stamp_ns, seen.frames(1)
    seen.watch.on_grounding(grounding(GroundingStatus.OK, grounded, 1))
    ended = goal(GoalStep.ENDED, answered, 1, status='OK', target_stamp_ns=answered)
    seen.watch.on_goal(ended)
    seen.watch.on_target(target(TargetState.CONFIRMED, answered, 1, grounded_stamp_ns=grounded))
    seen.frames(20)
    (episode,) = seen.done
    assert episode.answer is not None and episode.answer.stamp_ns == answered
    assert episode.events[-1]['position_m'] == [0.1, 0.2, 0.5]


def test_a_frame_that_is_gone_is_named_and_no_other_one_takes_its_place():
    seen = Watched(limit_bytes=300)
    seen.frames(1)
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.stamp_ns))
    early = seen.frames(1)
    seen.frames(8)
    seen.watch.on_grounding(grounding(GroundingStatus.NOT_FOUND, early))
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.stamp_ns, status='NOT_FOUND', message='none'))
    seen.frames(20)
    values = json.loads(told_goals.files_of(seen.done[0])['episode.json'])
    (missing,) = values['missing_frames']
    assert (missing['role'], missing['stamp_ns']) == ('grounded', early)
    assert 'not in memory any more' in missing['reason']
    assert early not in [each['stamp_ns'] for each in values['frames']]


def test_a_request_without_a_goal_ends_with_what_its_target_says():
    seen = Watched()
    grounded = seen.frames(3)
    seen.watch.on_grounding(grounding(GroundingStatus.IN_PROGRESS, grounded))
    seen.watch.on_grounding(grounding(GroundingStatus.OK, grounded))
    # Of the grounding before: says nothing.
    seen.watch.on_target(target(TargetState.LOST, seen.frames(1), grounded_stamp_ns=grounded - 1))
    answered = seen.frames(1)
    seen.watch.on_target(target(TargetState.TENTATIVE, answered, grounded_stamp_ns=grounded))
    seen.frames(20)
    (episode,) = seen.done
    assert (episode.status, episode.from_topics) == ('OK', True)
    assert ('answer', answered // STEP_NS) in shots(episode)
    # The same request grounded again, as a tracker asks for, is no new one.
    seen.watch.on_grounding(grounding(GroundingStatus.IN_PROGRESS, seen.frames(1)))
    seen.frames(30)
    assert len(seen.done) == 1


@pytest.mark.parametrize('status', ['NOT_FOUND', 'AMBIGUOUS', 'FAILED', 'TF_UNAVAILABLE'])
def test_a_request_without_a_goal_ends_with_its_grounding(status):
    seen = Watched()
    words = {'token': 'which'} if status == 'AMBIGUOUS' else {}
    seen.watch.on_grounding(grounding(GroundingStatus[status], seen.frames(3), **words))
    seen.frames(20)
    assert [(each.status, each.token) for each in seen.done] == [
        (status, 'which' if words else '')
    ]


def test_a_reply_on_a_topic_makes_the_next_request_an_answer():
    seen = Watched()
    for number in (1, 2, 3):
        assert seen.watch.on_grounding(
            grounding(GroundingStatus.AMBIGUOUS, seen.frames(1), number)
        )
        if number == 1:
            seen.watch.on_reply()
    seen.watch.close_all('the end')
    assert [bool(episode.goal.token) for episode in seen.done] == [False, True, False]


def test_a_goal_that_is_heard_of_late_takes_over_its_request():
    seen = Watched()
    seen.watch.on_grounding(grounding(GroundingStatus.NOT_FOUND, seen.frames(3)))
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.stamp_ns))
    seen.frames(30)
    assert seen.done == []
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.stamp_ns, status='TIMED_OUT'))
    seen.frames(30)
    assert [(each.status, each.goal.action) for each in seen.done] == [
        ('TIMED_OUT', 'plan_grasps')
    ]


def test_the_plans_of_a_pick_belong_to_the_pick():
    seen = Watched()
    seen.frames(1)
    pick = {'action': PICK, 'request_id': ''}
    assert seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.stamp_ns, 7, **pick))
    for number in (1, 2):
        assert not seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), number))
        seen.watch.on_grounding(grounding(GroundingStatus.NOT_FOUND, seen.stamp_ns, number))
        end = goal(GoalStep.ENDED, seen.frames(1), number, status='NOT_FOUND')
        assert not seen.watch.on_goal(end)
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.frames(1), 7, status='NO_TARGET', **pick))
    seen.frames(20)
    (episode,) = seen.done
    assert (episode.goal.action, episode.status) == (PICK, 'NO_TARGET')
    kinds = [row['event'] for row in episode.events]
    assert (kinds.count('goal'), kinds.count('grounding')) == (5, 2)


def test_a_goal_without_an_end_is_written_as_such_with_what_was_heard_last():
    seen = Watched()
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1)))
    seen.watch.on_grounding(grounding(GroundingStatus.OK, seen.frames(1)))
    seen.now_s += 20
    seen.watch.tick()
    (episode,) = seen.done
    assert (episode.status, episode.message) == (
        'NO_RESULT', 'the last that was heard of it is a grounding, OK: ok',
    )  # fmt: skip


def test_a_camera_that_stops_does_not_keep_an_episode_open():
    seen = Watched()
    seen.frames(5)
    seen.failed()
    seen.watch.tick()
    assert seen.done == []
    seen.now_s += 2.5
    seen.watch.tick()
    assert [episode.status for episode in seen.done] == ['NO_GRASP']


def test_goals_beyond_the_bound_close_the_one_that_began_first():
    seen = Watched(WatchLimits(max_open=2))
    for number in range(1, 5):
        seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), number))
    assert [episode.goal.request_id for episode in seen.done] == ['request 1', 'request 2']
    assert {episode.status for episode in seen.done} == {'NO_RESULT'}
    assert (seen.watch.open_count, seen.watch.closed_early) == (2, 2)
    seen.watch.close_all('the recorder was deactivated')
    assert len(seen.done) == 4
    assert seen.done[-1].events[-2]['message'] == 'the recorder was deactivated'


def test_after_a_jump_of_the_stamps_no_frame_of_before_is_taken():
    seen = Watched()
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(8)))
    before = len(seen.watch._open[0].shots)
    seen.watch.on_jump('image stamps jumped back by 0.800 s (color)')
    seen.stamp_ns = STEP_NS // 2
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.frames(1), status='LOST'))
    seen.frames(20)
    (episode,) = seen.done
    assert episode.shots[before].stamp_ns == STEP_NS * 3 // 2
    assert 'image stamps jumped back' in episode.events[1]['message']


def test_a_flood_of_events_is_bounded_and_counted():
    seen = Watched()
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1)))
    for index in range(400):
        stable = bool(index % 2)
        seen.watch.on_target(target(TargetState.CONFIRMED, seen.stamp_ns, stable=stable))
    seen.watch.close_all('the end')
    (episode,) = seen.done
    assert len(episode.events) <= 301
    assert episode.events_dropped > 100
    assert episode.events[-1]['event'] == 'answer'


def test_a_plan_that_ends_after_its_pick_makes_no_recording_of_its_own():
    seen = Watched()
    pick = {'action': PICK, 'request_id': ''}
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), 7, **pick))
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), 1))
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.frames(1), 7, status='CANCELED', **pick))
    end = goal(GoalStep.ENDED, seen.stamp_ns, status='CANCELED')
    # While its last frames are waited for, and after it was closed.
    assert not seen.watch.on_goal(end)
    seen.frames(20)
    assert not seen.watch.on_goal(end)
    seen.frames(20)
    assert [(each.goal.action, each.status) for each in seen.done] == [(PICK, 'CANCELED')]


def test_goals_that_use_one_request_id_again_are_each_recorded():
    seen = Watched()
    same = {'request_id': 'request 1'}
    for number in (1, 2, 3):
        seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), number, **same))
        seen.watch.on_grounding(grounding(GroundingStatus.NOT_FOUND, seen.frames(1)))
        ended = goal(GoalStep.ENDED, seen.frames(1), number, status='NOT_FOUND', **same)
        seen.watch.on_goal(ended)
        # The third one comes when the second is closed.
        seen.frames(1 if number == 1 else 20)
    assert [each.goal.goal_id[-1] for each in seen.done] == ['1', '2', '3']
    for episode in seen.done:
        assert [row['event'] for row in episode.events].count('grounding') == 1


def test_goals_that_are_refused_at_once_do_not_close_the_one_at_work():
    seen = Watched(WatchLimits(max_open=2))
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), 1))
    for number in (2, 3, 4):
        seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), number))
        seen.watch.on_goal(goal(GoalStep.ENDED, seen.stamp_ns, number, status='BUSY'))
    assert [each.status for each in seen.done] == ['BUSY', 'BUSY']
    assert seen.watch.follows('request 1')


def test_a_time_that_was_not_told_is_null():
    seen = Watched()
    seen.frames(10)
    # It has taken no image.
    seen.watch.on_grounding(grounding(GroundingStatus.FAILED, 0))
    # Its beginning was not heard.
    seen.watch.on_goal(goal(GoalStep.ENDED, seen.stamp_ns, 2, status='LOST'))
    seen.frames(20)
    failed, ended = (json.loads(told_goals.files_of(each)['episode.json']) for each in seen.done)
    assert [row['t_s'] for row in failed['events']] == [0.0, None, 0.0]
    assert failed['frames'][0]['t_s'] == pytest.approx(-0.9)
    assert (ended['goal']['accepted_ns'], ended['result']['elapsed_s']) == (None, None)


def test_the_end_of_a_goal_that_was_given_up_makes_no_second_recording():
    seen = Watched()
    pick = {'action': PICK, 'request_id': ''}
    seen.watch.on_goal(goal(GoalStep.ACCEPTED, seen.frames(1), 7, **pick))
    seen.now_s += 20
    seen.watch.tick()
    assert not seen.watch.on_goal(goal(GoalStep.ENDED, seen.frames(1), 7, status='HELD', **pick))
    # Another pick, of which only the end is heard.
    assert seen.watch.on_goal(goal(GoalStep.ENDED, seen.frames(1), 8, status='HELD', **pick))
    seen.frames(20)
    assert [each.status for each in seen.done] == ['NO_RESULT', 'HELD']
