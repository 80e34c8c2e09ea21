from dataclasses import replace

import pytest
from slab_scene import FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.target import TargetState
from realvlg_ros.tracking.tracker import TargetTracker


@pytest.fixture
def scene():
    return SlabScene([Slab(at(0, 0, 0.6))])


def refused(tracker, grounding):
    target = tracker.set_grounding(grounding)
    assert target.state == TargetState.LOST
    assert target.track_id == 0 and target.request_id == grounding.request_id
    return target.message


def test_an_announcement_protects_its_frame(scene):
    tracker = TargetTracker(FakePlanner(), TrackerSettings(memory_mb=2.0))
    frame, owner = scene.render(0)
    tracker.update(frame)
    announced = ground(frame, owner, status=GroundingStatus.IN_PROGRESS)
    assert 'in progress' in refused(tracker, announced)
    for index in range(1, 12):
        tracker.update(scene.render(index)[0])
    assert tracker.set_grounding(ground(frame, owner)).state == TargetState.TENTATIVE


def test_an_answer_before_any_frame(scene):
    frame, owner = scene.render(0)
    assert 'no frame has come yet' in refused(TargetTracker(FakePlanner()), ground(frame, owner))


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
    tracker = TargetTracker(FakePlanner())
    frame, owner = scene.render(0)
    tracker.update(frame)
    assert words in refused(tracker, ground(frame, owner, **changes))


def test_an_object_without_depth_is_refused(scene):
    tracker = TargetTracker(FakePlanner(graspable=False))
    frame, owner = scene.render(0)
    depth = frame.depth.copy()
    depth[owner == 1] = 0
    tracker.update(replace(frame, depth=depth))
    assert 'no depth on the object' in refused(tracker, ground(frame, owner))


def test_a_followed_target_asks_for_drift_checks(scene):
    tracker = TargetTracker(FakePlanner(), TrackerSettings(check_period=0.5))
    frame, owner = scene.render(0)
    assert tracker.take_reground_requests() == []
    tracker.update(frame)
    first = tracker.set_grounding(ground(frame, owner))
    requests = []
    for index in range(1, 40):
        tracker.update(scene.render(index)[0])
        requests += tracker.take_reground_requests()
    assert [request.reason for request in requests] == ['drift check'] * 2
    assert (requests[0].track_id, requests[0].request_id) == (first.track_id, 'r1')


def test_a_new_object_for_the_same_request_replaces_the_old():
    scene = SlabScene([Slab(at(-0.1, 0, 0.6)), Slab(at(0.1, 0, 0.6), seed=7)])
    tracker = TargetTracker(FakePlanner())
    frame, owner = scene.render(0)
    tracker.update(frame)
    first = tracker.set_grounding(ground(frame, owner, 1))
    second = tracker.set_grounding(ground(frame, owner, 2))
    (target,) = tracker.update(scene.render(1)[0])
    assert target.track_id == second.track_id != first.track_id
