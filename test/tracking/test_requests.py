from dataclasses import replace

import pytest
from slab_following import lock_step
from slab_scene import FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.tracking.target.target import TargetState


@pytest.fixture
def scene():
    return SlabScene([Slab(at(0, 0, 0.6))])


def refused(stream, grounding):
    target = stream.set_grounding(grounding)
    assert target.state == TargetState.LOST
    assert target.track_id == 0 and target.request_id == grounding.request_id
    return target.message


def test_an_announcement_protects_its_frame(scene):
    stream = lock_step(memory_mb=2.0)
    frame, owner = scene.render(0)
    stream.update(frame)
    announced = ground(frame, owner, status=GroundingStatus.IN_PROGRESS)
    assert 'in progress' in refused(stream, announced)
    for index in range(1, 12):
        stream.update(scene.render(index)[0])
    assert stream.set_grounding(ground(frame, owner)).state == TargetState.TENTATIVE


def test_an_answer_before_any_frame(scene):
    frame, owner = scene.render(0)
    assert 'no frame has come yet' in refused(lock_step(), ground(frame, owner))


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'image_width': 640, 'image_height': 480}, '640x480'),
        ({'frame_id': 'wrist_camera'}, "'wrist_camera'"),
        ({'mask': None, 'box': None}, 'neither a mask nor a box'),
        ({'status': GroundingStatus.FAILED, 'message': ''}, 'FAILED'),
    ],
)
def test_answers_that_do_not_fit_are_refused_with_the_reason(scene, changes, words):
    stream = lock_step()
    frame, owner = scene.render(0)
    stream.update(frame)
    assert words in refused(stream, ground(frame, owner, **changes))


def test_an_object_without_depth_is_refused(scene):
    stream = lock_step(FakePlanner(graspable=False))
    frame, owner = scene.render(0)
    depth = frame.depth.copy()
    depth[owner == 1] = 0
    stream.update(replace(frame, depth=depth))
    assert 'no depth on the object' in refused(stream, ground(frame, owner))


def test_a_followed_target_asks_for_drift_checks(scene):
    stream = lock_step(check_period=0.5)
    frame, owner = scene.render(0)
    assert stream.tracker.take_reground_requests() == []
    stream.update(frame)
    first = stream.set_grounding(ground(frame, owner))
    requests = []
    for index in range(1, 40):
        stream.update(scene.render(index)[0])
        requests += stream.tracker.take_reground_requests()
    assert [request.reason for request in requests] == ['drift check'] * 2
    assert (requests[0].track_id, requests[0].request_id) == (first.track_id, 'r1')


def test_a_new_object_for_the_same_request_replaces_the_old():
    scene = SlabScene([Slab(at(-0.1, 0, 0.6)), Slab(at(0.1, 0, 0.6), seed=7)])
    stream = lock_step()
    frame, owner = scene.render(0)
    stream.update(frame)
    first = stream.set_grounding(ground(frame, owner, 1))
    second = stream.set_grounding(ground(frame, owner, 2))
    (target,) = stream.update(scene.render(1)[0])
    assert target.track_id == second.track_id != first.track_id
