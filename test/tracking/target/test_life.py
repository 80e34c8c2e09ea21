import tracemalloc

import numpy as np
import pytest
from slab_following import follow, lock_step, position, start
from slab_scene import FRAME_NS, Slab, SlabScene, at, ground

from realvlg_ros.tracking.target.target import TargetState
from realvlg_ros.transforms import make_transform


def hide(scene):
    scene.slabs.append(Slab(at(0, 0, 0.45), 0.3, seed=5))


def test_tentative_then_confirmed_then_stable():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, first = start(scene)
    states = [first.state]
    stable = []
    for index in range(1, 25):
        (target,) = stream.update(scene.render(index)[0])
        states.append(target.state)
        stable.append(target.stable)
    assert states[:3] == [TargetState.TENTATIVE, TargetState.TENTATIVE, TargetState.CONFIRMED]
    assert not any(stable[:5]) and stable[-1]
    assert target.position_std < 0.003


def test_hidden_for_long_is_lost_and_asks_at_a_bounded_rate():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene, lost_after=0.5, retry_period=0.5)
    follow(stream, scene, range(1, 6))
    hide(scene)
    seen = []
    requests = []
    for index in range(6, 66):
        seen += [t.state for t in stream.update(scene.render(index)[0])]
        requests += stream.tracker.take_reground_requests()
    # Lost after half a second, then said once and twice more in the 1.5 s that are left.
    assert seen.count(TargetState.LOST) in (3, 4)
    assert seen.count(TargetState.OCCLUDED) == pytest.approx(15, abs=2)
    assert [w.reason for w in requests] == ['lost'] * len(requests) and len(requests) in (3, 4)
    assert requests[0].instruction == 'take the slab'


def test_what_was_taken_away_is_lost_sooner_than_what_is_hidden():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene, gone_after=0.3, retry_period=0.2)
    follow(stream, scene, range(1, 6))
    scene.slabs.clear()
    states, reasons = [], []
    for index in range(6, 24):
        for target in stream.update(scene.render(index)[0]):
            states.append(target.state)
            reasons.append(target.message)
    assert states.count(TargetState.OCCLUDED) == pytest.approx(10, abs=2)
    assert states[-1] == TargetState.LOST
    assert 'its place has been empty for 0.3 s' in reasons[-1]
    assert {request.reason for request in stream.tracker.take_reground_requests()} == {'lost'}


def test_a_glimpse_past_a_target_does_not_lose_it():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, first = start(scene, gone_after=0.3)
    follow(stream, scene, range(1, 6))
    away = scene.slabs.pop()
    follow(stream, scene, range(6, 13))
    scene.slabs.append(away)
    (target,) = follow(stream, scene, range(13, 18))
    assert (target.state, target.track_id) == (TargetState.CONFIRMED, first.track_id)


def test_a_lost_target_seen_again_where_it_was_keeps_its_id():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, first = start(scene, lost_after=0.3)
    follow(stream, scene, range(1, 6))
    hide(scene)
    follow(stream, scene, range(6, 25))
    scene.slabs.pop()
    (target,) = follow(stream, scene, range(25, 32))
    assert target.state == TargetState.CONFIRMED
    assert target.track_id == first.track_id
    assert np.linalg.norm(position(target) - [0, 0, 0.6]) < 0.002


def moving_camera(index):
    return make_transform(np.eye(3), [0.002 * index, 0, 0])


def test_with_tf_the_target_lives_in_the_fixed_frame():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream = lock_step()
    frame, owner = scene.render(0, moving_camera(0), with_tf=True)
    stream.update(frame)
    stream.set_grounding(ground(frame, owner))
    (target,) = follow(stream, scene, range(1, 30), moving_camera, with_tf=True)
    assert target.frame_id == 'world'
    assert np.linalg.norm(position(target) - [0, 0, 0.6]) < 0.001


def test_tf_that_goes_away_takes_the_target_to_the_camera_frame():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream = lock_step()
    frame, owner = scene.render(0, moving_camera(0), with_tf=True)
    stream.update(frame)
    first = stream.set_grounding(ground(frame, owner))
    follow(stream, scene, range(1, 20), moving_camera, with_tf=True)
    (target,) = follow(stream, scene, range(20, 30), moving_camera)
    assert target.track_id == first.track_id
    assert target.frame_id == frame.camera.frame_id
    assert np.linalg.norm(position(target) - [-0.058, 0, 0.6]) < 0.002
    assert 'targets now live in' in stream.tracker.take_notices()[0]


def test_the_mask_and_box_are_carried_along():
    scene = SlabScene([Slab(at(-0.05, 0, 0.6))])
    stream, _ = start(scene)
    for index in range(1, 20):
        scene.slabs[0].slab2world = at(-0.05 + 0.005 * index, 0, 0.6, yaw=index)
        frame, owner = scene.render(index)
        (target,) = stream.update(frame)
    mask = target.mask.to_full(*frame.depth.shape)
    truth = owner == 1
    assert (mask & truth).sum() / (mask | truth).sum() > 0.9
    assert target.box == target.mask.box


def test_memory_stays_flat():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene, memory_mb=4.0, fused_plans=1)
    frames = [scene.render(index)[0] for index in range(4)]

    def run(first, last):
        for index in range(first, last):
            frame = frames[index % 4]
            stamped = type(frame)(
                frame.color.copy(), frame.depth.copy(), frame.camera, index * FRAME_NS
            )
            stream.update(stamped)

    # Past poses are kept for 10 s: fill them before looking.
    run(1, 320)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    run(320, 420)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert stream.tracker.memory_bytes <= 4e6
    # Frames of the memory were replaced by traced ones: at most its bound, and little else.
    assert after - before < 4.5e6
