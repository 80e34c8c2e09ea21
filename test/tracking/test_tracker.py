from dataclasses import replace

import numpy as np
import pytest
from slab_following import lock_step
from slab_scene import CAMERA, FRAME_NS, FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.camera import Camera
from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.tracking.target.target import TargetState


def start(scene, frames=5, planner=None, **settings):
    """A tracker that follows the first slab, and the last targets."""
    stream = lock_step(planner, **settings)
    frame, owner = scene.render(0)
    stream.update(frame)
    first = stream.set_grounding(ground(frame, owner))
    targets = [first]
    for index in range(1, frames):
        targets = stream.update(scene.render(index)[0])
    return stream, targets


def position_error(target, expected):
    return np.linalg.norm(target.grasps[0].position - expected)


def test_follows_a_still_object_to_a_millimetre():
    _, (target,) = start(SlabScene([Slab(at(0.02, 0.01, 0.6))]), frames=12)
    assert target.state == TargetState.CONFIRMED
    assert target.frame_id == CAMERA.frame_id
    assert position_error(target, [0.02, 0.01, 0.6]) < 0.001


def test_follows_a_push_within_three_frames():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene, frames=15)
    errors = []
    for index in range(15, 25):
        x = 0.03 * min((index - 14) / 4, 1.0)
        scene.slabs[0].slab2world = at(x, 0, 0.6)
        (target,) = stream.update(scene.render(index)[0])
        errors.append(position_error(target, [x, 0, 0.6]))
    # The push ends in the fourth of these frames; three later the target must be there.
    assert max(errors[6:]) < 0.002
    assert target.track_id == 1


def test_follows_a_turn():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    # The fake planner's grasps do not turn with the object: one plan, carried.
    stream, (before,) = start(scene, frames=15, fused_plans=1, replan_angle_deg=180.0)
    for index in range(15, 60):
        scene.slabs[0].slab2world = at(0, 0, 0.6, yaw=2.0 * min(index - 14, 40))
        (target,) = stream.update(scene.render(index)[0])
    turn = target.grasps[0].tcp2frame[:3, :3] @ before.grasps[0].tcp2frame[:3, :3].T
    assert np.degrees(np.arctan2(turn[1, 0], turn[0, 0])) == pytest.approx(80, abs=1.0)


def test_a_late_grounding_is_carried_to_now():
    scene = SlabScene([Slab(at(-0.05, 0, 0.6))])
    stream = lock_step()
    frame, owner = scene.render(0)
    assert stream.tracker.begin('r1', frame.stamp_ns)
    stream.update(frame)
    grounding = ground(frame, owner)
    for index in range(1, 61):
        x = -0.05 + 0.1 * index / 60
        scene.slabs[0].slab2world = at(x, 0, 0.6)
        stream.update(scene.render(index)[0])
    target = stream.set_grounding(grounding)
    assert target.state == TargetState.TENTATIVE
    assert target.stamp_ns == 60 * FRAME_NS
    assert target.grounded_stamp_ns == 0
    assert position_error(target, [0.05, 0, 0.6]) < 0.003
    assert target.timings_ms['catch_up'] > 0


def test_says_so_when_the_grounded_frame_is_gone():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream = lock_step(memory_mb=1.0)
    first, owner = scene.render(0)
    for index in range(8):
        stream.update(scene.render(index)[0])
    target = stream.set_grounding(ground(first, owner))
    assert target.state == TargetState.LOST
    assert 'is gone' in target.message and 'memory_mb' in target.message
    assert not stream.tracker.begin('r2', first.stamp_ns)


def test_a_short_occlusion_is_bridged_with_growing_spread():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, (before,) = start(scene, frames=10)
    scene.slabs.append(Slab(at(0, 0, 0.45), 0.25, seed=5))
    spreads = []
    for index in range(10, 40):
        (target,) = stream.update(scene.render(index)[0])
        spreads.append(target.position_std)
    assert target.state == TargetState.OCCLUDED
    assert 'hidden' in target.message
    assert spreads == sorted(spreads) and spreads[-1] > 3 * before.position_std
    scene.slabs.pop()
    for index in range(40, 45):
        (target,) = stream.update(scene.render(index)[0])
    assert target.state == TargetState.CONFIRMED
    assert target.track_id == before.track_id
    assert position_error(target, [0, 0, 0.6]) < 0.002


def test_a_clock_that_jumps_back_resets_with_the_reason():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene, frames=40)
    (target,) = stream.update(scene.render(3)[0])
    assert target.state == TargetState.LOST
    assert 'clock jumped back by 1.2' in target.message
    assert stream.update(scene.render(4)[0]) == []
    assert stream.tracker.take_notices() and stream.tracker.take_notices() == []


@pytest.mark.parametrize(
    ('change', 'word'),
    [
        ({'camera': replace(CAMERA, frame_id='other')}, "'other'"),
        ({'camera': Camera(160, 120, 150, 150, 79.5, 59.5)}, '160x120'),
    ],
)
def test_another_camera_resets_with_the_reason(change, word):
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene)
    (target,) = stream.update(replace(scene, **change).render(6)[0])
    assert target.state == TargetState.LOST
    assert word in target.message


def test_a_pause_of_the_stream_resets_with_the_reason():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene)
    (target,) = stream.update(scene.render(200)[0])
    assert target.state == TargetState.LOST
    assert 'no frame came for 6.5 s' in target.message


def test_a_grounding_without_an_object_is_refused_with_its_reason():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream = lock_step()
    frame, owner = scene.render(0)
    stream.update(frame)
    answer = ground(frame, owner, status=GroundingStatus.NOT_FOUND, message='no mug here')
    target = stream.set_grounding(answer)
    assert (target.state, target.message, target.track_id) == (
        TargetState.LOST, 'no mug here', 0,
    )  # fmt: skip


def test_an_object_without_a_grasp_is_followed_all_the_same():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    _, (target,) = start(scene, frames=12, planner=FakePlanner(graspable=False))
    assert target.state == TargetState.NO_GRASP
    assert target.message == 'wider than the gripper opens'
    assert target.box is not None and target.track_id == 1


def test_the_noise_of_one_frame_does_not_decide_that_there_is_no_grasp():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    planner = FakePlanner(graspable=False)
    stream, (target,) = start(scene, frames=2, planner=planner)
    assert target.state == TargetState.TENTATIVE
    assert 'wider than the gripper opens; more frames are looked at' in target.message
    planner.graspable = True
    for index in range(2, 10):
        (target,) = stream.update(scene.render(index)[0])
        assert target.state in (TargetState.TENTATIVE, TargetState.CONFIRMED)
    assert target.grasps


def test_plans_that_do_not_come_are_not_waited_for():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, (target,) = start(
        scene, frames=20, planner=FakePlanner(graspable=False), plan_period=60.0
    )
    assert target.state == TargetState.TENTATIVE
    for index in range(20, 40):
        (target,) = stream.update(scene.render(index)[0])
    assert target.state == TargetState.NO_GRASP
    assert target.message == 'wider than the gripper opens'


def test_the_view_that_a_plan_asks_for_is_told_in_the_fixed_frame():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    camera2world = np.eye(4)
    camera2world[:2, :2] = [[0, -1], [1, 0]]
    planner = FakePlanner(graspable=False)
    planner.look_from = np.array([1.0, 0.0, 0.0])
    stream = lock_step(planner)
    frame, owner = scene.render(0, camera2world, with_tf=True)
    stream.update(frame)
    stream.set_grounding(ground(frame, owner))
    for index in range(1, 12):
        (target,) = stream.update(scene.render(index, camera2world, with_tf=True)[0])
    assert target.state == TargetState.NO_GRASP and target.frame_id != CAMERA.frame_id
    assert target.look_from == pytest.approx([0.0, 1.0, 0.0], abs=0.02)


def test_flips_of_the_planner_do_not_reach_the_target():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    planner = FakePlanner()
    stream, (target,) = start(scene, frames=2, planner=planner, plan_period=0.0)
    axes = []
    for index in range(2, 10):
        (target,) = stream.update(scene.render(index)[0])
        axes.append(target.grasps[0].opening_axis[1])
    assert len(planner.stamps) == 8
    assert min(axes) > 0.99 or max(axes) < -0.99


def test_reset_forgets_targets():
    stream, (target,) = start(SlabScene([Slab(at(0, 0, 0.6))]))
    assert stream.tracker.reset(target.track_id + 1) == 0
    assert stream.tracker.reset(target.track_id) == 1
    assert stream.tracker.reset() == 0
