from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from slab_scene import FRAME_NS, FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.answer import AnswerStatus
from realvlg_ros.errors import InstructionError
from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.target import TargetState
from realvlg_ros.tracking.tracker import TargetTracker


class FakeGrounder:
    """Finds the first slab, and remembers what it was asked."""

    name = 'fake'

    def __init__(self, owner, status=GroundingStatus.OK):
        self.owner = owner
        self.status = status
        self.asked = []

    def ground(self, frame, instruction, aborted):
        self.asked.append(instruction)
        return ground(
            frame, self.owner, request_id='', instruction=instruction, status=self.status
        )


class Run:
    """A pipeline before one slab that moves on by 2 mm a frame."""

    def __init__(self, status=GroundingStatus.OK, **settings):
        self.scene = SlabScene([Slab(at(0, 0, 0.6))])
        self.first, owner = self.scene.render(0)
        self.grounder, self.planner = FakeGrounder(owner, status), FakePlanner()
        # Pipeline.ask reads more of a plan than the tracker does.
        planner = SimpleNamespace(plan=self._plan)
        tracker = TargetTracker(TrackerSettings(**settings))
        self.pipeline = Pipeline(self.grounder, planner, tracker)

    def _plan(self, *arguments, **options):
        plan = self.planner.plan(*arguments, **options)
        return SimpleNamespace(**vars(plan), timings_ms={'search': 1.0})

    def follow(self, first, last):
        targets = []
        for index in range(first, last + 1):
            self.scene.slabs[0].slab2world = at(0.002 * index, 0, 0.6)
            targets = self.pipeline.follow(self.scene.render(index)[0])
        return targets


def test_a_question_is_grounded_and_planned_in_its_frame():
    run = Run()
    answer = run.pipeline.ask(run.first, '  take\n the slab ')
    assert answer.status is AnswerStatus.OK
    assert run.grounder.asked == ['take the slab'] and run.planner.stamps == [0]
    assert answer.grasps[0].position == pytest.approx([0, 0, 0.6], abs=0.002)
    assert {'grounding', 'planning', 'planning.search', 'total'} <= set(answer.timings_ms)


def test_what_was_not_found_is_not_planned_for():
    run = Run(GroundingStatus.NOT_FOUND)
    assert run.pipeline.ask(run.first, 'take the mug').status is AnswerStatus.NOT_FOUND
    assert run.planner.calls == []


@pytest.mark.parametrize('words', ['', '12 !?', 'mug ' * 2500])
def test_words_that_cannot_be_taken_do_not_reach_the_grounder(words):
    run = Run()
    for ask in (run.pipeline.ask, lambda *question: run.pipeline.start(*question, 'r1')):
        with pytest.raises(InstructionError):
            ask(run.first, words)
    assert run.grounder.asked == []


def test_a_late_answer_is_carried_to_now_and_refined_in_later_frames():
    run = Run(first_plans=2, fused_plans=3, plan_period=0.0)
    run.follow(0, 0)
    grounding = run.pipeline.start(run.first, ' take the  slab', 'r1')
    assert run.grounder.asked == ['take the slab']
    run.follow(1, 8)
    target = run.pipeline.finish(replace(grounding, request_id='r1'))
    assert (target.state, target.request_id) == (TargetState.TENTATIVE, 'r1')
    assert (target.stamp_ns, target.grounded_stamp_ns) == (8 * FRAME_NS, 0)
    assert np.linalg.norm(target.grasps[0].position - [0.016, 0, 0.6]) < 0.003
    assert run.planner.stamps == [0, 8 * FRAME_NS]
    # The plan that is due in a frame is made before the next one, and told of there.
    (target,) = run.follow(9, 9)
    assert run.planner.stamps[2:] == [9 * FRAME_NS] and 'plan' not in target.timings_ms
    (target,) = run.follow(10, 10)
    assert len(run.planner.calls) == 3 and 'plan' in target.timings_ms
    assert np.linalg.norm(target.grasps[0].position - [0.020, 0, 0.6]) < 0.003


def test_what_was_lost_is_asked_for_again_and_found():
    run = Run(first_plans=1, retry_period=0.1, refind_frames=1)
    run.follow(0, 0)
    run.pipeline.finish(run.pipeline.start(run.first, 'take the slab', 'r1'))
    (lost,) = run.pipeline.interrupt('the bag began again', 10 * FRAME_NS)
    assert (lost.state, lost.message, lost.stamp_ns) == (
        TargetState.LOST, 'the bag began again', 10 * FRAME_NS,
    )  # fmt: skip
    frame, _ = run.scene.render(10)
    assert run.pipeline.follow(frame) == []
    (request,) = run.pipeline.take_reground_requests()
    assert (request.request_id, request.instruction) == ('r1', 'take the slab')
    target = run.pipeline.finish(run.pipeline.start(frame, request.instruction, 'r1'))
    assert target.grasps and target.request_id == 'r1'


def test_a_plan_is_made_when_it_is_asked_for():
    run = Run(first_plans=1, fused_plans=2, plan_period=0.0)
    run.follow(0, 0)
    run.pipeline.finish(run.pipeline.start(run.first, 'take the slab', 'r1'))
    run.pipeline.track(run.scene.render(1)[0])
    assert run.planner.stamps == [0]
    run.pipeline.plan()
    assert run.planner.stamps == [0, FRAME_NS]


def test_while_no_frame_comes_a_target_is_not_seen():
    run = Run(first_plans=1)
    run.follow(0, 0)
    run.pipeline.finish(run.pipeline.start(run.first, 'take the slab', 'r1'))
    (hidden,) = run.pipeline.pause('no frame for 0.7 s')
    assert (hidden.state, hidden.message) == (TargetState.OCCLUDED, 'no frame for 0.7 s')
    (lost,) = run.pipeline.pause('no frame for 2.1 s', lost=True)
    assert lost.state is TargetState.LOST
