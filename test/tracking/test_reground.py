from dataclasses import replace

import numpy as np
import pytest
from slab_following import lock_step
from slab_scene import FRAME_NS, Slab, SlabScene, at, ground

from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.tracking.target.target import TargetState

GAP_NS = 3_000_000_000


class Run:
    """A tracker with one confirmed target, and the frames that come after."""

    def __init__(self, **settings):
        self.scene = SlabScene([Slab(at(-0.08, 0, 0.6)), Slab(at(0.08, 0, 0.6), seed=2)])
        self.stream = lock_step(fused_plans=1, **settings)
        self.index = 0
        self.step()
        self.stream.set_grounding(ground(self.frame, self.owner))
        for _ in range(4):
            self.step()

    def step(self, delay_ns=0, camera2world=None, with_tf=False):
        self.frame, self.owner = self.scene.render(self.index, camera2world, with_tf)
        self.frame = replace(self.frame, stamp_ns=self.frame.stamp_ns + delay_ns)
        self.index += 1
        return self.stream.update(self.frame)


def test_a_followed_target_is_given_up_when_checks_disagree_twice_in_a_row():
    run = Run()
    elsewhere = ground(run.frame, run.owner, number=2)
    kept = run.stream.set_grounding(elsewhere)
    assert (kept.track_id, kept.state) == (1, TargetState.CONFIRMED)
    assert 'asked again' in kept.message and kept.grasps[0].position[0] < 0
    # It asks at once, not after the next period.
    assert [request.reason for request in run.stream.tracker.take_reground_requests()] == [
        'drift check'
    ]
    given = run.stream.set_grounding(elsewhere)
    assert given.track_id == 2 and given.grasps[0].position[0] > 0
    assert [target.track_id for target in run.step()] == [2]


def test_a_check_that_agrees_clears_a_doubt():
    run = Run()
    for number in (2, 1, 2):
        target = run.stream.set_grounding(ground(run.frame, run.owner, number=number))
        assert target.track_id == 1
    another = ground(run.frame, run.owner, number=2, request_id='r2')
    assert run.stream.set_grounding(another).track_id == 2


def test_requests_are_asked_again_after_a_break_of_the_stream():
    run = Run(retry_period=1.0)
    assert run.stream.tracker.take_reground_requests() == []
    (ended,) = run.step(GAP_NS)
    assert ended.state == TargetState.LOST
    requests = run.stream.tracker.take_reground_requests()
    assert [(w.request_id, w.instruction) for w in requests] == [('r1', 'take the slab')]
    asked = []
    for _ in range(45):
        run.step(GAP_NS)
        asked += run.stream.tracker.take_reground_requests()
    assert len(asked) == 1
    answered = run.stream.set_grounding(ground(run.frame, run.owner))
    assert answered.state == TargetState.TENTATIVE and answered.request_id == 'r1'
    for _ in range(45):
        run.step(GAP_NS)
        assert not [w for w in run.stream.tracker.take_reground_requests() if w.track_id == 0]


def test_an_answer_about_a_frame_from_before_a_break_is_asked_for_again():
    run = Run(retry_period=1.0)
    run.stream.tracker.begin('late', run.frame.stamp_ns)
    old = ground(run.frame, run.owner, number=2, request_id='late')
    (ended,) = run.stream.tracker.interrupt('the clock jumped back by 9.000 s')
    assert ended.state == TargetState.LOST and '9.000 s' in ended.message
    run.step(GAP_NS)
    run.stream.tracker.take_reground_requests()
    refused = run.stream.set_grounding(old)
    assert refused.state == TargetState.LOST and 'is gone' in refused.message
    asked = [w.request_id for w in run.stream.tracker.take_reground_requests()]
    assert asked == ['late']


def test_a_second_break_does_not_forget_what_the_first_took():
    run = Run(retry_period=0.1)
    run.step(GAP_NS)
    assert run.stream.tracker.interrupt('again') == []
    run.step(3 * GAP_NS)
    asked = [w.request_id for w in run.stream.tracker.take_reground_requests()]
    assert asked == ['r1']


def test_an_ended_request_does_not_take_its_object_from_a_newer_one():
    run = Run(retry_period=0.1)
    # It is asked for twice before the first answer comes.
    asked = []
    for _ in range(10):
        run.step(GAP_NS)
        asked += run.stream.tracker.take_reground_requests()
    assert len(asked) >= 2
    newer = ground(run.frame, run.owner, request_id='newer')
    assert run.stream.set_grounding(newer).request_id == 'newer'
    for _ in range(2):
        answer = run.stream.set_grounding(ground(run.frame, run.owner))
        assert answer.state == TargetState.LOST and 'newer request' in answer.message
    (target,) = run.step(GAP_NS)
    assert target.request_id == 'newer'


def test_a_late_answer_about_a_lost_target_does_not_take_it_from_a_newer_request():
    run = Run(retry_period=0.1)
    run.stream.tracker.pause('no frame for 2.5 s', lost=True)
    assert [w.reason for w in run.stream.tracker.take_reground_requests()] == ['lost']
    late = ground(run.frame, run.owner)
    newer = ground(run.frame, run.owner, request_id='newer')
    assert run.stream.set_grounding(newer).request_id == 'newer'
    answer = run.stream.set_grounding(late)
    assert answer.state == TargetState.LOST and 'newer request' in answer.message
    (target,) = run.step()
    assert target.request_id == 'newer'
    # Asked anew by its client it is a request like any other.
    assert run.stream.set_grounding(ground(run.frame, run.owner)).request_id == 'r1'


def lost_after_a_long_run():
    """A target that was followed for longer than requests are kept, and is lost now."""
    run = Run(retry_period=0.1, forget_after=0.5)
    for _ in range(40):
        run.step()
        run.stream.tracker.take_reground_requests()
    run.stream.tracker.pause('no frame for 2.5 s', lost=True)
    return run


def test_an_answer_that_found_nothing_is_the_answer_that_was_waited_for():
    run = lost_after_a_long_run()
    assert run.stream.tracker.take_reground_requests()
    nothing = replace(ground(run.frame, run.owner), status=GroundingStatus.NOT_FOUND)
    assert run.stream.set_grounding(nothing).state == TargetState.LOST
    newer = ground(run.frame, run.owner, request_id='newer')
    assert run.stream.set_grounding(newer).request_id == 'newer'
    assert run.stream.set_grounding(ground(run.frame, run.owner)).request_id == 'r1'


def test_a_late_answer_is_known_as_such_however_long_the_stream_has_run():
    run = lost_after_a_long_run()
    assert [w.reason for w in run.stream.tracker.take_reground_requests()] == ['lost']
    newer = ground(run.frame, run.owner, request_id='newer')
    assert run.stream.set_grounding(newer).request_id == 'newer'
    for _ in range(3):
        run.step()
        run.stream.tracker.take_reground_requests()
    late = run.stream.set_grounding(ground(run.frame, run.owner))
    assert late.state == TargetState.LOST and 'newer request' in late.message


def test_of_two_requests_that_a_break_ended_the_newer_one_is_followed():
    for order in (('r1', 'newer'), ('newer', 'r1')):
        run = Run(retry_period=0.1)
        assert run.stream.tracker.interrupt('the clock jumped')
        run.step(GAP_NS)
        run.stream.tracker.take_reground_requests()
        run.stream.set_grounding(ground(run.frame, run.owner, request_id='newer'))
        assert run.stream.tracker.interrupt('the clock jumped again')
        run.step(2 * GAP_NS)
        asked = {w.request_id for w in run.stream.tracker.take_reground_requests()}
        assert asked == {'r1', 'newer'}
        for request_id in order:
            run.stream.set_grounding(ground(run.frame, run.owner, request_id=request_id))
        (target,) = run.stream.update(run.frame) or run.step(2 * GAP_NS)
        assert target.request_id == 'newer'


def test_targets_are_hidden_then_lost_while_no_frame_comes_and_go_on():
    run = Run()
    for _ in range(20):
        (before,) = run.step()
    assert before.stable
    (hidden,) = run.stream.tracker.pause('no frame for 0.5 s')
    assert (hidden.state, hidden.stable) == (TargetState.OCCLUDED, False)
    assert hidden.message == 'no frame for 0.5 s' and hidden.stamp_ns == before.stamp_ns
    (lost,) = run.stream.tracker.pause('no frame for 2.5 s', lost=True)
    assert lost.state == TargetState.LOST and run.stream.tracker.pause('', lost=True) == []
    for _ in range(20):
        (target,) = run.step()
    assert target.stable and target.track_id == before.track_id


@pytest.mark.parametrize('how', ['reset', 'time'])
def test_a_broken_request_is_not_asked_for_ever(how):
    run = Run(retry_period=0.1, forget_after=1.0)
    run.step(GAP_NS)
    if how == 'reset':
        run.stream.tracker.reset()
    else:
        for _ in range(int(1e9 / FRAME_NS) + 2):
            run.step(GAP_NS)
        run.stream.tracker.take_reground_requests()
    run.step(GAP_NS)
    assert run.stream.tracker.take_reground_requests() == []


def test_a_flickering_tf_does_not_flip_the_frame_of_what_is_published():
    run = Run()
    pose = at(0.3, 0.2, 0.1)
    pose[:3, :3] = np.eye(3)
    for slab in [*run.scene.slabs, run.scene.table]:
        slab.slab2world = pose @ slab.slab2world
    frames = []
    for index in range(30):
        (target,) = run.step(camera2world=pose, with_tf=index % 3 > 0)
        frames.append(target.frame_id)
    assert set(frames) == {'camera_color_optical_frame'}
    said = set()
    for _ in range(30):
        (target,) = run.step(camera2world=pose, with_tf=True)
        frames.append(target.frame_id)
        said.add((target.frame_id, target.stable, target.message))
    told = "targets now live in 'world', before in 'camera_color_optical_frame'"
    assert ('world', False, told) in said and ('world', True, '') in said
    changes = [a != b for a, b in zip(frames, frames[1:], strict=False)]
    assert sum(changes) == 1 and frames[-1] == 'world'
    assert np.linalg.norm(target.grasps[0].position - [0.22, 0.2, 0.7]) < 0.003
