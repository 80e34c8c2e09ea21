"""A new target is followed while its first plans are made, and published after the last."""

import numpy as np
import pytest
from slab_scene import FRAME_NS, FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.target import TargetState
from realvlg_ros.tracking.tracker import TargetTracker


class Run:
    """A slab that moves on by 2 mm a frame; frame 0 is grounded, the answer comes after `late`."""

    def __init__(self, late=8, slabs=1, **settings):
        self.scene = SlabScene([Slab(at(0, 0, 0.6), seed=i + 1) for i in range(slabs)])
        self.tracker = TargetTracker(TrackerSettings(**settings))
        self.planner = FakePlanner()
        self.frame, self.owner = self.scene.render(0)
        self.tracker.update(self.frame)
        self.tracker.begin('r1', 0)
        self.index = 0
        self.step(late)

    def step(self, count=1):
        targets = []
        for _ in range(count):
            self.index += 1
            self.scene.slabs[0].slab2world = at(0.002 * self.index, 0, 0.6)
            targets = self.tracker.update(self.scene.render(self.index)[0])
        return targets

    def answer(self, **changes):
        return self.tracker.set_grounding(ground(self.frame, self.owner, **changes))

    def plan(self):
        return self.tracker.take_result(self.tracker.take_job().run(self.planner))

    def error(self, target):
        return np.linalg.norm(target.grasps[0].position - [0.002 * self.index, 0, 0.6])


def test_frames_are_followed_while_the_first_plans_are_made():
    run = Run(first_plans=3)
    assert run.answer() is None
    # Frames go by while each plan is made; nothing is published of a target without them all.
    assert run.step(4) == [] and run.plan() is None
    assert run.step(4) == [] and run.plan() is None
    assert run.step(4) == []
    target = run.plan()
    # The plans are of the frames that were there when the answer came.
    assert run.planner.stamps == [0, 8 * FRAME_NS, 5 * FRAME_NS]
    assert (target.state, target.request_id) == (TargetState.CONFIRMED, 'r1')
    assert (target.stamp_ns, target.grounded_stamp_ns) == (20 * FRAME_NS, 0)
    assert run.error(target) < 0.003
    assert set(target.timings_ms) == {'plan', 'catch_up', 'set_grounding'}
    (followed,) = run.step()
    assert followed.track_id == target.track_id and run.error(followed) < 0.003


def test_one_job_of_a_target_is_out_at_a_time():
    run = Run(first_plans=3, plan_period=0.0)
    run.answer()
    job = run.tracker.take_job()
    for _ in range(5):
        run.step()
        assert run.tracker.take_job() is None
    assert run.tracker.take_result(job.run(run.planner)) is None
    # The next is told what the first has found.
    assert len(run.tracker.take_job().known) == 1


def test_lock_step_gives_the_same_target_at_once():
    apart, joined = Run(first_plans=3), Run(first_plans=3)
    apart.answer()
    targets = [apart.plan() for _ in range(3)]
    stream = LockStep(joined.tracker, joined.planner)
    target = stream.set_grounding(ground(joined.frame, joined.owner))
    assert targets[:2] == [None, None]
    assert target.grasps[0].tcp2frame == pytest.approx(targets[2].grasps[0].tcp2frame)
    assert target.stamp_ns == targets[2].stamp_ns


@pytest.mark.parametrize('good_plans', [0, 1, 2])
def test_a_failing_planner_takes_the_new_target_away_with_the_reason(good_plans):
    run = Run(first_plans=3)
    run.answer()
    assert [run.plan() for _ in range(good_plans)] == [None] * good_plans
    target = run.tracker.take_result(run.tracker.take_job().failed('planning failed: a bug'))
    assert (target.state, target.track_id) == (TargetState.LOST, 0)
    assert (target.message, target.request_id) == ('planning failed: a bug', 'r1')
    assert run.step() == [] and run.tracker.take_job() is None and run.tracker.reset() == 0


def test_a_planner_that_fails_later_leaves_the_target():
    run = Run(first_plans=1, plan_period=0.0)
    run.answer()
    first = run.plan()
    run.step()
    job = run.tracker.take_job()
    assert run.tracker.take_result(job.failed('planning failed: a bug')) is None
    (target,) = run.step()
    assert target.track_id == first.track_id and target.grasps
    assert run.tracker.take_job() is not None


def test_in_lock_step_the_error_of_the_planner_goes_on():
    run = Run()
    stream = LockStep(run.tracker, FakePlanner())
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(FakePlanner, 'plan', lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            stream.set_grounding(ground(run.frame, run.owner))
    assert run.tracker.reset() == 0
    assert stream.set_grounding(ground(run.frame, run.owner)).grasps


def test_a_request_gets_its_answer_when_there_is_no_grasp():
    run = Run(first_plans=3)
    run.planner = FakePlanner(graspable=False)
    run.answer()
    target = [run.plan() for _ in range(3)][-1]
    assert (target.state, target.message) == (
        TargetState.NO_GRASP, 'wider than the gripper opens',
    )  # fmt: skip
    assert target.track_id == 1


def test_another_answer_about_a_target_that_is_planned_for_is_joined_to_it():
    run = Run(first_plans=1)
    assert run.answer() is None
    assert run.answer(request_id='r2') is None
    target = run.plan()
    assert target.request_id == 'r2' and len(run.planner.calls) == 1
    assert run.tracker.take_job() is None


def test_a_check_that_finds_another_place_waits_for_the_first_plans():
    run = Run(first_plans=1, slabs=1)
    run.scene.slabs.append(Slab(at(0.1, 0.05, 0.6), 0.05, seed=9))
    run.frame, run.owner = run.scene.render(run.index)
    run.tracker.update(run.frame)
    assert run.answer() is None
    run.step(5)
    assert run.answer(number=2) is None
    assert run.plan().track_id == 1


def test_a_break_of_the_stream_answers_for_a_target_without_plans():
    run = Run()
    run.answer()
    job = run.tracker.take_job()
    run.index += 200
    (ended,) = run.step()
    assert (ended.state, ended.request_id) == (TargetState.LOST, 'r1')
    assert 'no frame came for' in ended.message
    assert run.tracker.take_result(job.run(run.planner)) is None


def test_jobs_of_a_target_that_is_gone_are_not_handed_out():
    run = Run()
    run.answer()
    run.tracker.reset()
    assert run.tracker.take_job() is None


@pytest.mark.parametrize(
    'event',
    [
        lambda run: run.tracker.reset(),
        lambda run: run.tracker.reset(1),
        lambda run: run.answer(request_id='r2', number=2),
        lambda run: run.answer(request_id='r2'),
    ],
    ids=['reset', 'reset of the target', 'displaced', 'taken over'],
)
@pytest.mark.parametrize('job_is_out', [False, True])
def test_a_request_is_answered_when_its_target_goes_before_the_first_plans(event, job_is_out):
    run = Run(slabs=1, late=0, max_targets=1)
    run.scene.slabs.append(Slab(at(0.1, 0.05, 0.6), 0.05, seed=9))
    run.frame, run.owner = run.scene.render(1)
    run.index = 1
    run.tracker.update(run.frame)
    assert run.answer() is None
    job = run.tracker.take_job() if job_is_out else None
    event(run)
    if job is not None:
        run.tracker.take_result(job.run(run.planner))
    answers = [target for target in run.step() if target.request_id == 'r1']
    assert [(answer.state, answer.grasps) for answer in answers] == [(TargetState.LOST, ())]
    assert 'before its first plan was made' in answers[0].message
    assert [target for target in run.step() if target.request_id == 'r1'] == []


def test_one_plan_of_a_target_is_out_at_a_time_and_a_failed_one_takes_no_grasps():
    run = Run(first_plans=1, plan_period=0.0, fused_plans=9)
    run.answer()
    known = len(run.plan().grasps)
    run.step()
    refining = run.tracker.take_job()
    assert run.answer(request_id='r2').request_id == 'r2'
    assert run.tracker.take_job() is None
    for _ in range(10):
        run.tracker.take_result(refining.failed('planning failed: a bug'))
        run.step()
        refining = run.tracker.take_job()
        assert refining is not None
    (target,) = run.step()
    assert len(target.grasps) == known > 0


def test_what_moves_while_it_is_planned_for_is_planned_for_again():
    run = Run(first_plans=1, fused_plans=1, replan_distance=0.03)
    run.answer()
    # 40 mm on since the answer, then still.
    run.step(20)
    run.plan()
    stamps = []
    for index in range(run.index + 1, run.index + 30):
        run.tracker.update(run.scene.render(index)[0])
        job = run.tracker.take_job()
        if job is not None:
            stamps.append(job.frame.stamp_ns)
            run.tracker.take_result(job.run(run.planner))
    assert len(stamps) == 1
