import numpy as np
import pytest
from slab_following import follow, position, start
from slab_scene import Slab, SlabScene, at, ground

from realvlg_ros.tracking.target.target import TargetState
from realvlg_ros.transforms import invert


def hide(scene):
    scene.slabs.append(Slab(at(0, 0, 0.45), 0.3, seed=5))


def test_a_lost_target_grounded_elsewhere_keeps_its_id_if_it_looks_the_same():
    scene = SlabScene([Slab(at(-0.08, 0, 0.6))])
    stream, first = start(scene, lost_after=0.3)
    follow(stream, scene, range(1, 6))
    hide(scene)
    follow(stream, scene, range(6, 25))
    scene.slabs.pop()
    scene.slabs[0].slab2world = at(0.1, 0.03, 0.6)
    follow(stream, scene, [25])
    frame, owner = scene.render(25)
    target = stream.set_grounding(ground(frame, owner))
    assert target.track_id == first.track_id
    assert np.linalg.norm(position(target) - [0.1, 0.03, 0.6]) < 0.003


def test_another_object_gets_another_id():
    scene = SlabScene([Slab(at(-0.07, 0, 0.6)), Slab(at(0.08, 0, 0.6), seed=7)])
    stream, first = start(scene)
    _, second = start(scene, number=2, stream=stream)
    targets = follow(stream, scene, range(1, 5))
    assert {t.track_id for t in targets} == {first.track_id, second.track_id}
    assert len(targets) == 2


def test_grounding_the_same_object_again_keeps_the_target():
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, first = start(scene)
    follow(stream, scene, range(1, 6))
    frame, owner = scene.render(5)
    again = stream.set_grounding(ground(frame, owner, 1, 'another request'))
    assert again.track_id == first.track_id
    assert again.request_id == 'another request'


def test_the_oldest_target_goes_when_there_are_too_many():
    scene = SlabScene([Slab(at(-0.1, 0, 0.6)), Slab(at(0.1, 0, 0.6), seed=7)])
    stream, first = start(scene, max_targets=1)
    _, second = start(scene, number=2, stream=stream)
    (target,) = follow(stream, scene, [1])
    assert target.track_id == second.track_id != first.track_id


def test_two_equal_objects_that_cross_keep_their_ids():
    left, right = Slab(at(-0.1, 0, 0.6), 0.08), Slab(at(0.1, 0, 0.5), 0.08)
    scene = SlabScene([left, right])
    stream, first = start(scene)
    _, second = start(scene, number=2, stream=stream)
    follow(stream, scene, range(1, 6))
    for index in range(6, 66):
        x = -0.1 + 0.2 * min(index - 5, 50) / 50
        left.slab2world, right.slab2world = at(x, 0, 0.6), at(-x, 0, 0.5)
        targets = stream.update(scene.render(index)[0])
    found = {t.track_id: t for t in targets}
    assert np.linalg.norm(position(found[first.track_id]) - [0.1, 0, 0.6]) < 0.005
    assert np.linalg.norm(position(found[second.track_id]) - [-0.1, 0, 0.5]) < 0.005
    assert {t.state for t in targets} == {TargetState.CONFIRMED}


@pytest.mark.parametrize('moved', [0.02, 0.035, 0.05])
def test_grasps_of_what_was_moved_before_the_question_are_where_it_is_now(moved):
    scene = SlabScene([Slab(at(0, 0, 0.6))])
    stream, _ = start(scene)
    follow(stream, scene, range(1, 10))
    scene.slabs[0].slab2world = at(moved, 0, 0.6)
    follow(stream, scene, [10])
    frame, owner = scene.render(10)
    stream.set_grounding(ground(frame, owner, 1, 'another request'))
    (target,) = follow(stream, scene, range(11, 30))
    places = np.array([grasp.position for grasp in target.grasps])
    assert np.linalg.norm(places - [moved, 0, 0.6], axis=1).max() < 0.004


def two_on_one(lost_after):
    """Two targets that are followed on one slab, and that one.

    As when images come too seldom to tell that a second grounding shows the followed object.
    """
    scene = SlabScene([Slab(at(-0.1, 0, 0.6)), Slab(at(0.1, 0, 0.6))])
    stream, first = start(scene, lost_after=lost_after)
    _, second = start(scene, number=2, stream=stream)
    follow(stream, scene, range(1, 6))
    followed = {track.track_id: track for track in stream.tracker._targets}
    scene.slabs.pop()
    kept, key = followed[first.track_id], stream.tracker._memory.newest
    place = invert(key.camera2world) @ kept.object2world
    # Both look alike, so that the second is found where the first is.
    followed[second.track_id].jump(key, kept.views.locate(key, place))
    return scene, stream


def test_of_two_targets_on_one_object_one_stays_and_the_other_ends():
    scene, stream = two_on_one(lost_after=0.4)
    followed = {track.track_id: track for track in stream.tracker._targets}
    states = {track_id: set() for track_id in followed}
    for index in range(6, 26):
        for target in follow(stream, scene, [index]):
            states[target.track_id].add(target.state)
    stays, ends = sorted(states, key=lambda track_id: TargetState.LOST in states[track_id])
    assert states[stays] == {TargetState.CONFIRMED}
    assert TargetState.CONFIRMED not in states[ends]
    assert 'another target is in its place' in followed[ends].life.message


def test_a_question_about_an_object_goes_to_the_target_that_was_seen_there():
    scene, stream = two_on_one(lost_after=2.0)
    targets = follow(stream, scene, range(6, 12))
    (confirmed,) = (t.track_id for t in targets if t.state == TargetState.CONFIRMED)
    frame, owner = scene.render(11)
    assert stream.set_grounding(ground(frame, owner, 1, 'asked')).track_id == confirmed
