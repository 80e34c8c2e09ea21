import re
from dataclasses import replace

import numpy as np
import pytest
from replay_run import LIMITS, CheckingPlanner, ReplayRun, of_kind
from slab_scene import FRAME_NS, FakePlanner, at

from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.replay.bags.events import StreamNotice, UnusableFrame

TAKE = {'instruction': 'take the slab', 'wait_for_stable': False}


class BoxedPlanner(CheckingPlanner):
    """Knows where the object is, too."""

    def plan(self, *arguments, **options):
        plan = super().plan(*arguments, **options)
        return replace(plan, box=ObjectBox(plan.grasps[0].tcp2frame, np.full(3, 0.1)))


def test_every_image_is_followed_and_the_goal_is_answered_in_its_own():
    run = ReplayRun(TAKE)
    lines = run.play_frames(5)
    assert [line['event'] for line in lines[:4]] == ['goal', 'grounding', 'target', 'answer']
    (answer,) = of_kind(lines, 'answer')
    assert (answer['status'], answer['goal'], answer['stamp_ns']) == ('OK', 'goal-1', 0)
    assert answer['position_m'] == pytest.approx([0, 0, 0.6], abs=0.002)
    assert answer['grasps'] == 1 and answer['checked_stamp_ns'] == 0
    targets = of_kind(lines, 'target')
    assert [line['stamp_ns'] for line in targets] == [index * FRAME_NS for index in range(5)]
    assert [line['t_s'] for line in targets] == [index * FRAME_NS / 1e9 for index in range(5)]
    assert {line['track_id'] for line in targets} == {1}


@pytest.mark.parametrize(
    ('at_s', 'begins'), [(0.0, 0), (0.01, 1), (0.033333333, 1), (0.0333334, 2), (0.1, 4)]
)
def test_a_goal_begins_on_the_first_image_after_its_time(at_s, begins):
    run = ReplayRun({**TAKE, 'at': at_s})
    lines = run.play_frames(6)
    assert run.grounder.stamps[0] == begins * FRAME_NS
    assert of_kind(lines, 'goal')[0]['stamp_ns'] == begins * FRAME_NS


@pytest.mark.parametrize(('latency', 'comes'), [('zero', 2), ('fixed:0.05', 4), ('fixed:0.1', 6)])
def test_a_grounding_is_delivered_with_the_first_image_after_its_latency(latency, comes):
    run = ReplayRun({**TAKE, 'at': 0.05}, latency=latency)
    (grounding,) = of_kind(run.play_frames(8), 'grounding')
    assert grounding['grounded_stamp_ns'] == 2 * FRAME_NS
    # 0.1 s is more than three steps of 33.3 ms.
    assert grounding['stamp_ns'] == comes * FRAME_NS


def test_two_runs_are_equal():
    goals = (TAKE, {'instruction': 'the slab again', 'at': 0.3})
    first, second = (ReplayRun(*goals, latency='fixed:0.05') for _ in range(2))
    assert first.play_frames(30) == second.play_frames(30)


def test_a_stable_target_is_waited_for():
    run = ReplayRun({'instruction': 'take the slab'})
    lines = run.play_frames(40)
    (answer,) = of_kind(lines, 'answer')
    assert answer['status'] == 'OK' and answer['t_s'] > 0.3
    at_answer = [x for x in of_kind(lines, 'target') if x['stamp_ns'] == answer['stamp_ns']]
    assert [line['stable'] for line in at_answer] == [True]


@pytest.mark.parametrize(
    ('words', 'status', 'message'),
    [
        ('nothing at all', 'NOT_FOUND', 'not_found'),
        ('which slab', 'AMBIGUOUS', 'ambiguous'),
        ('fault', 'FAILED', 'a fault that was asked for'),
        ('bug', 'FAILED', "the backend failed: ZeroDivisionError('a bug')"),
    ],
)
def test_a_grounding_that_finds_no_object_ends_the_goal(words, status, message):
    run = ReplayRun({'instruction': words})
    (answer,) = of_kind(run.play_frames(10), 'answer')
    assert (answer['status'], answer['message']) == (status, message)
    assert answer['position_m'] is None and answer['grasps'] == 0


def test_a_failed_grounding_is_tried_again_after_the_retry_period():
    run = ReplayRun({'instruction': 'fault'})
    run.play_frames(10)
    # 0.1 s is more than three steps of 33.3 ms.
    assert run.grounder.stamps == [0, 4 * FRAME_NS]


def test_no_grasp_is_an_answer():
    run = ReplayRun(TAKE, planner=FakePlanner(graspable=False))
    (answer,) = of_kind(run.play_frames(3), 'answer')
    assert (answer['status'], answer['message']) == ('NO_GRASP', 'wider than the gripper opens')


def test_grasps_of_less_quality_are_left_out():
    (answer,) = of_kind(ReplayRun({**TAKE, 'min_quality': 0.95}).play_frames(3), 'answer')
    assert answer['status'] == 'NO_GRASP' and 'min_quality is 0.95' in answer['message']


def test_a_newer_goal_replaces_the_older():
    run = ReplayRun(TAKE, {**TAKE, 'instruction': 'the other', 'at': 0.1}, latency='fixed:0.5')
    lines = run.play_frames(25)
    first, second = of_kind(lines, 'answer')
    assert (first['goal'], first['status']) == ('goal-1', 'CANCELED')
    assert first['message'] == "replaced by a newer goal: 'the other'"
    assert (second['goal'], second['status']) == ('goal-2', 'OK')
    assert [line['status'] for line in of_kind(lines, 'grounding')] == ['CANCELED', 'OK']


def test_the_end_of_the_bag_ends_what_is_open():
    run = ReplayRun(TAKE, {**TAKE, 'at': 3.0}, latency='fixed:1')
    first, second = of_kind(run.play_frames(10), 'answer')
    assert (first['status'], first['message']) == (
        'TIMED_OUT', 'the bag ended 0.30 s after the goal: it was grounding',
    )  # fmt: skip
    assert second['status'] == 'TIMED_OUT'
    assert 'the bag ended before this goal was asked' in second['message']


def test_the_time_limit_is_that_of_the_bag():
    run = ReplayRun({'instruction': 'take the slab', 'timeout': 0.2})
    (answer,) = of_kind(run.play_frames(12), 'answer')
    assert answer['status'] == 'TIMED_OUT' and answer['t_s'] == pytest.approx(0.2, abs=0.034)
    assert answer['message'].startswith('nothing within 0.2 s: it was tracking; ')


def test_an_object_that_moves_with_the_camera_is_not_waited_for_without_a_word():
    goal = {'instruction': 'take the slab', 'timeout': 1.0}
    run = ReplayRun(goal, planner=BoxedPlanner(), stable_position_mm=0.5)

    def stream():
        for index in range(36):
            run.scene.slabs[0].slab2world = at(0.003 * index, 0, 0.6)
            yield run.frame(index)

    (answer,) = of_kind(run.play(stream()), 'answer')
    assert answer['status'] == 'TIMED_OUT'
    assert re.search(
        r"it was tracking; .*; it moved by \d+ cm in 'camera_color_optical_frame', the frame "
        'of the camera, and so is not stable: .* give --fixed-frame', answer['message'],
    )  # fmt: skip


def test_a_grounding_is_canceled_when_its_goal_is_out_of_time():
    goals = {**TAKE, 'timeout': 0.2}, {**TAKE, 'at': 0.3}
    run = ReplayRun(*goals, latency='fixed:0.5')

    def stream():
        yield from (run.frame(index) for index in range(9))
        # The second goal finds no image when the grounding of the first would have come.
        for index in range(9, 17):
            yield UnusableFrame(index * FRAME_NS, 'the reason', 0, True)

    lines = run.play(stream())
    first, second = of_kind(lines, 'grounding')[:2]
    assert (first['goal'], first['status']) == ('goal-1', 'CANCELED')
    assert first['message'] == 'its goal has ended'
    assert (second['goal'], second['status']) == ('goal-2', 'TF_UNAVAILABLE')
    assert [line['status'] for line in of_kind(lines, 'answer')] == ['TIMED_OUT', 'TF_UNAVAILABLE']
    assert of_kind(lines, 'target') == []


def test_an_object_that_goes_before_it_is_stable_is_looked_for_again():
    run = ReplayRun({'instruction': 'take the slab', 'timeout': 3.0}, gone_after=0.1)

    def stream():
        for index in range(70):
            away = 3 <= index < 30
            run.scene.slabs[0].slab2world = at(9.0 if away else 0.0, 0, 0.6)
            yield run.frame(index)

    lines = run.play(stream())
    (answer,) = of_kind(lines, 'answer')
    assert 'LOST' in {line['state'] for line in of_kind(lines, 'target')}
    assert [g['status'] for g in of_kind(lines, 'grounding')][:2] == ['OK', 'NOT_FOUND']
    assert answer['status'] == 'NOT_FOUND'


def test_targets_are_grounded_again_one_at_a_time_and_in_a_later_image():
    run = ReplayRun(TAKE, latency='fixed:0.1', check_period=0.5)
    lines = run.play_frames(60)
    again = [line for line in of_kind(lines, 'grounding') if line['again']]
    assert [line['status'] for line in again] == ['OK'] * len(again) and len(again) >= 2
    for line in again:
        assert line['stamp_ns'] - line['grounded_stamp_ns'] == 4 * FRAME_NS
    assert {line['track_id'] for line in of_kind(lines, 'target')} == {1}


def test_a_recording_that_begins_again_finds_its_target_again():
    run = ReplayRun(TAKE, retry_period=0.1, refind_frames=1)

    def stream():
        yield from (run.frame(index) for index in range(10, 20))
        yield StreamNotice(2 * FRAME_NS, 'image stamps jumped back by 0.6 s', reset=True)
        yield from (run.frame(index) for index in range(2, 12))

    lines = run.play(stream())
    (notice,) = of_kind(lines, 'notice')
    assert 'jumped back' in notice['message']
    (lost,) = [line for line in of_kind(lines, 'target') if line['state'] == 'LOST']
    assert lost['message'] == notice['message']
    (again,) = [line for line in of_kind(lines, 'grounding') if line['again']]
    assert again['status'] == 'OK'
    assert of_kind(lines, 'target')[-1]['state'] == 'CONFIRMED'
    # The time of the bag goes on where the stamps go back.
    times = [line['t_s'] for line in lines]
    assert times == sorted(times) and times[-1] == pytest.approx(19 * FRAME_NS / 1e9)


def test_in_a_pause_of_the_images_the_target_is_not_seen():
    run = ReplayRun(TAKE)

    def stream():
        yield from (run.frame(index) for index in range(10))
        yield from (run.frame(index) for index in range(36, 40))

    targets = of_kind(run.play(stream()), 'target')
    (hidden,) = [line for line in targets if line['state'] == 'OCCLUDED']
    assert hidden['message'] == 'no frame for 0.9 s: the camera has stopped'
    assert hidden['t_s'] == pytest.approx(9 * FRAME_NS / 1e9 + 0.5)
    assert [line['state'] for line in targets][-1] == 'CONFIRMED'


def test_images_that_cannot_be_used_hide_the_target_and_say_why():
    run = ReplayRun(TAKE)

    def stream():
        yield from (run.frame(index) for index in range(5))
        for index in range(5, 30):
            yield UnusableFrame(index * FRAME_NS, 'depth is in metres', 0, False)
        yield run.frame(30)

    lines = run.play(stream())
    hidden = [line for line in of_kind(lines, 'target') if line['state'] == 'OCCLUDED']
    assert hidden and 'depth is in metres' in hidden[0]['message']
    assert hidden[0]['t_s'] > 0.6


@pytest.mark.parametrize(('missing', 'status'), [(False, 'FAILED'), (True, 'TF_UNAVAILABLE')])
def test_a_goal_without_a_usable_image_fails_with_the_reason(missing, status):
    limits = LIMITS.__class__(**{**vars(LIMITS), 'tf_timeout': 0.3})
    run = ReplayRun(TAKE, limits=limits)
    notices = [UnusableFrame(index * FRAME_NS, 'the reason', 0, missing) for index in range(30)]
    (answer,) = of_kind(run.play(notices), 'answer')
    assert (answer['status'], answer['message']) == (status, 'the reason')


def test_a_planner_that_fails_is_told_of_and_the_replay_goes_on(monkeypatch):
    run = ReplayRun(TAKE)
    monkeypatch.setattr(run.planner, 'plan', lambda *_, **__: 1 / 0)
    lines = run.play_frames(6)
    assert 'planning failed' in of_kind(lines, 'notice')[0]['message']
    (answer,) = of_kind(lines, 'answer')
    assert answer['status'] == 'LOST' and 'planning failed' in answer['message']


def test_an_image_that_cannot_be_followed_is_told_of_and_the_replay_goes_on(monkeypatch):
    run = ReplayRun({**TAKE, 'at': 0.1})
    pipeline = run.session._pipeline
    monkeypatch.setattr(pipeline, 'track', lambda frame: 1 / 0)

    def stream():
        yield run.frame(0)
        monkeypatch.undo()
        yield from (run.frame(index) for index in range(1, 6))

    lines = run.play(stream())
    assert 'could not be followed' in of_kind(lines, 'notice')[0]['message']
    assert [line['status'] for line in of_kind(lines, 'answer')] == ['OK']
