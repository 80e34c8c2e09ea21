import numpy as np
import pytest
from slab_following import lock_step
from slab_scene import Slab, SlabScene, at, ground

from realvlg_ros.tracking.target.target import TargetState


def answer_late(scene, place, frames=46, **settings):
    """Ground frame 0, let the slab go to place(index), and answer after the last frame."""
    stream = lock_step(**settings)
    frame, owner = scene.render(0)
    stream.update(frame)
    assert stream.tracker.begin('r1', 0)
    for index in range(1, frames):
        scene.slabs[0].slab2world = place(index)
        stream.update(scene.render(index)[0])
    return stream, stream.set_grounding(ground(frame, owner))


@pytest.mark.parametrize('memory_mb', [64.0, 6.0])
def test_follows_thinned_frames_to_where_it_is_now(memory_mb):
    scene = SlabScene([Slab(at(-0.12, 0, 0.6))])

    def place(index):
        return at(-0.12 + 0.005 * index, 0.03 * np.sin(index / 8), 0.6, yaw=0.5 * index)

    stream, target = answer_late(scene, place, memory_mb=memory_mb)
    assert target.state == TargetState.TENTATIVE
    assert np.linalg.norm(target.grasps[0].position - place(45)[:3, 3]) < 0.004
    assert stream.tracker.memory_bytes <= memory_mb * 1e6


def test_a_swing_that_ends_where_it_began_goes_on_at_once():
    scene = SlabScene([Slab(at(0, 0, 0.6))])

    def place(index):
        return at(0.06 * np.sin(2 * np.pi * (index - 45) / 45), 0, 0.6)

    stream, target = answer_late(scene, place)
    assert np.linalg.norm(target.grasps[0].position - place(45)[:3, 3]) < 0.002
    # 8 mm from one frame to the next.
    for index in range(46, 49):
        scene.slabs[0].slab2world = place(index)
        (target,) = stream.update(scene.render(index)[0])
        assert np.linalg.norm(target.grasps[0].position - place(index)[:3, 3]) < 0.002


def test_an_object_without_texture_is_not_confused_on_the_way():
    scene = SlabScene([Slab(at(-0.08, 0, 0.6))])
    scene.slabs[0].pixels[:] = (210, 90, 30)
    scene.table.pixels[:] = (120, 120, 120)

    def place(index):
        return at(-0.08 + 0.004 * index, 0.0, 0.6)

    _, target = answer_late(scene, place)
    assert np.linalg.norm(target.grasps[0].position - place(45)[:3, 3]) < 0.004


def test_a_turned_object_is_seen_anew_when_the_answer_comes():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = answer_late(scene, lambda index: at(0, 0, 0.6, tilt=0.6 * index), fused_plans=1)
    for index in range(46, 90):
        scene.slabs[0].slab2world = at(0, 0, 0.6, tilt=0.6 * index)
        (target,) = stream.update(scene.render(index)[0])
    assert target.state == TargetState.CONFIRMED
    assert np.linalg.norm(target.grasps[0].position - [0, 0, 0.6]) < 0.003


def test_an_object_taken_away_meanwhile_is_lost_with_the_reason():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    _, target = answer_late(scene, lambda index: at(5.0, 0, 0.6) if index > 20 else at(0, 0, 0.6))
    assert target.state == TargetState.LOST
    assert 'could not be followed over the 1.50 s' in target.message


def test_an_object_hidden_when_the_answer_comes_waits_behind_the_cover():
    scene = SlabScene([Slab(at(0, 0, 0.6))])

    def cover(index):
        if index == 30:
            scene.slabs.append(Slab(at(0, 0, 0.45), 0.25, seed=5))
        return at(0, 0, 0.6)

    stream, target = answer_late(scene, cover)
    assert target.state == TargetState.OCCLUDED
    assert 'hidden' in target.message and target.track_id == 1
    scene.slabs.pop()
    for index in range(46, 50):
        (target,) = stream.update(scene.render(index)[0])
    assert target.state == TargetState.CONFIRMED
    assert np.linalg.norm(target.grasps[0].position - [0, 0, 0.6]) < 0.002


def test_an_object_that_stayed_needs_one_step():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    _, target = answer_late(scene, lambda index: at(0, 0, 0.6))
    assert np.linalg.norm(target.grasps[0].position - [0, 0, 0.6]) < 0.002
    assert set(target.timings_ms) == {'plan', 'catch_up', 'set_grounding'}


def test_a_moving_camera_without_tf_is_followed_too():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    _, target = answer_late(scene, lambda index: at(-0.002 * index, 0, 0.6 - 0.001 * index))
    assert np.linalg.norm(target.grasps[0].position - [-0.09, 0, 0.555]) < 0.004
