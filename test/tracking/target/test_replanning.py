from dataclasses import replace

import numpy as np
import pytest
from slab_following import lock_step
from slab_scene import FRAME_NS, FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.tracking.target.replanning import planning_input


def start(scene, with_tf=False, box_only=False, **settings):
    """A stream that was given a grounding of the first frame, and its planner."""
    planner = FakePlanner()
    stream = lock_step(planner, **settings)
    frame, owner = scene.render(0, with_tf=with_tf)
    stream.update(frame)
    x = (owner == 1).nonzero()[1].mean()
    grounding = ground(
        frame, owner,
        rectangles=(GraspRectangle(x, 120, 0.0, 40, 15),),
        contacts=(ContactPair(x - 20, 120, x + 20, 120),),
    )  # fmt: skip
    if box_only:
        grounding = replace(grounding, mask=None)
    stream.set_grounding(grounding)
    return stream, planner


def slab():
    """One slab before the camera."""
    return SlabScene([Slab(at(0, 0, 0.6))])


def test_plans_are_averaged_after_a_grounding_and_then_no_more():
    scene = slab()
    stream, planner = start(scene, fused_plans=3, plan_period=0.1)
    for index in range(1, 20):
        stream.update(scene.render(index)[0])
    assert planner.stamps == [0, 4 * FRAME_NS, 8 * FRAME_NS] or len(planner.stamps) == 3


def test_an_object_that_was_moved_is_planned_for_again_where_it_is():
    scene = slab()
    stream, planner = start(scene, fused_plans=1)
    for index in range(1, 40):
        scene.slabs[0].slab2world = at(0.005 * min(max(index - 5, 0), 12), 0, 0.6)
        stream.update(scene.render(index)[0])
    assert len(planner.stamps) == 2
    # The rectangle and contacts of the model have moved with the object: 60 mm are 30 px.
    moved = planner.calls[-1].grounding
    first = planner.calls[0].grounding
    assert moved.rectangles[0].x - first.rectangles[0].x == pytest.approx(30, abs=1)
    assert moved.contacts[0].x1 - first.contacts[0].x1 == pytest.approx(30, abs=1)
    assert moved.mask.box.x_min - first.mask.box.x_min == pytest.approx(30, abs=2)


def test_the_planner_gets_a_mask_where_only_a_box_was_grounded():
    scene = slab()
    _, planner = start(scene, box_only=True)
    assert planner.calls[0].grounding.mask.area == pytest.approx(2500, rel=0.05)


def test_the_planner_is_told_the_known_grasps_where_they_are_now():
    scene = slab()
    stream, planner = start(scene, first_plans=1, fused_plans=2)
    for index in range(1, 12):
        scene.slabs[0].slab2world = at(0.005 * min(index, 8), 0, 0.6)
        stream.update(scene.render(index)[0])
        if len(planner.stamps) > 1:
            break
    assert planner.calls[0].known == []
    (known,) = planner.calls[1].known
    assert known.position == pytest.approx([0.005 * index, 0, 0.6], abs=0.002)


def test_the_planner_is_told_what_is_up():
    scene = slab()
    _, with_tf = start(scene, with_tf=True)
    assert with_tf.calls[0].up == pytest.approx([0, 0, 1])
    _, without = start(scene)
    assert without.calls[0].up is None
    _, tilted = start(scene, with_tf=True, level_fixed_frame=False)
    assert tilted.calls[0].up is None


def test_a_hidden_object_is_not_planned_for():
    scene = slab()
    stream, planner = start(scene, plan_period=0.0)
    stream.update(scene.render(1)[0])
    count = len(planner.stamps)
    scene.slabs.append(Slab(at(0.03, 0, 0.5), 0.06, seed=5))
    for index in range(2, 8):
        stream.update(scene.render(index)[0])
    assert len(planner.stamps) == count


def test_what_the_planner_is_given_speaks_of_the_newest_frame():
    scene = slab()
    stream, planner = start(scene, plan_period=0.0)
    frame = scene.render(1)[0]
    stream.update(frame)
    assert planner.calls[-1].grounding.stamp_ns == frame.stamp_ns
    assert planner.calls[-1].grounding.request_id == 'r1'
    assert planning_input.__doc__
    assert np.isfinite(planner.calls[-1].grounding.box.area)


def test_a_late_answer_is_planned_for_in_several_frames_before_it_is_published():
    scene = slab()
    planner = FakePlanner(noise_m=0.001)
    stream = lock_step(planner, first_plans=3)
    frame, owner = scene.render(0)
    stream.update(frame)
    stream.tracker.begin('r1', 0)
    for index in range(1, 9):
        stream.update(scene.render(index)[0])
    target = stream.set_grounding(ground(frame, owner))
    assert planner.stamps == [0, 8 * FRAME_NS, 5 * FRAME_NS]
    assert len(target.grasps) == 1
    single = 0.002**2
    assert target.grasps[0].covariance[0, 0] < 0.6 * single + 1e-6


def test_plans_do_not_hold_up_frames_and_are_carried_to_where_it_is():
    scene = slab()
    stream, planner = start(scene, first_plans=1, fused_plans=2, plan_period=0.1)
    tracker, jobs = stream.tracker, []
    for index in range(1, 12):
        scene.slabs[0].slab2world = at(0.003 * max(index - 5, 0), 0, 0.6)
        (target,) = tracker.update(scene.render(index)[0])
        assert 'plan' not in target.timings_ms
        jobs += [job for job in [tracker.take_job()] if job is not None]
    # One at a time: the next is not handed out before this one has come back.
    (job,) = jobs
    assert job.frame.stamp_ns == 4 * FRAME_NS and len(planner.calls) == 1
    assert tracker.take_result(job.run(planner)) is None
    (target,) = tracker.update(scene.render(11)[0])
    assert target.timings_ms['plan'] > 0
    assert target.grasps[0].position == pytest.approx([0.018, 0, 0.6], abs=0.002)


def test_a_plan_of_a_target_that_is_gone_is_dropped():
    scene = slab()
    stream, planner = start(scene, plan_period=0.0)
    tracker = stream.tracker
    tracker.update(scene.render(1)[0])
    job = tracker.take_job()
    tracker.reset()
    assert tracker.take_result(job.run(planner)) is None
    assert tracker.update(scene.render(2)[0]) == [] and tracker.take_job() is None


def test_asking_again_for_a_followed_target_leaves_the_plan_to_a_job():
    scene = slab()
    stream, planner = start(scene, fused_plans=1)
    frame, owner = scene.render(1)
    stream.update(frame)
    again = stream.set_grounding(ground(frame, owner, request_id='r2'))
    assert (again.track_id, again.request_id, len(again.grasps)) == (1, 'r2', 1)
    assert planner.stamps == [0]
    job = stream.tracker.take_job()
    assert job.frame.stamp_ns == FRAME_NS and job.grounding.request_id == 'r2'
    assert stream.tracker.take_job() is None
