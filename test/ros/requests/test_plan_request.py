"""How a request ends, and when the object is grounded again; without nodes."""

import threading
import time

import pytest
from patience import PATIENCE_S
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import GraspCandidate, GraspTarget, Grounding, RegionMask
from ros_graph import wait_until

from realvlg_ros.errors import TransformError
from realvlg_ros.ros.requests.plan_limits import PlanLimits
from realvlg_ros.ros.requests.plan_request import PlanRequest
from realvlg_ros.ros.requests.surroundings import Surroundings

Result, Feedback = PlanGrasps.Result, PlanGrasps.Feedback


class Attempt:
    """A goal of the fake grounder: answered, rejected or silent from the start."""

    def __init__(self, result):
        self.result = result if isinstance(result, Grounding) else None
        self.feedback = result if isinstance(result, Ground.Feedback) else None
        self.ended = self.feedback is None
        self.silence_s = 0.0
        self.abandoned = False

    def abandon(self):
        self.abandoned = True


class FakeGrounder:
    """Gives prepared results, the last one again and again, and remembers when it was asked."""

    def __init__(self, *results):
        self.results = list(results)
        self.asked = []
        self.goals = []

    def send(self, goal, silence, on_change):
        self.goals.append(goal)
        self.asked.append(time.monotonic())
        result = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        return Attempt(result)


def grounding(status, message=''):
    return Grounding(status=status, message=message, label='red mug')


def target(state, request_id='r', grasps=0, **fields):
    candidates = [GraspCandidate(quality=1.0 - i / 10) for i in range(grasps)]
    return GraspTarget(state=state, request_id=request_id, grasps=candidates, **fields)


FOUND = grounding(Grounding.OK)
# Shortest time between two groundings, s.
RETRY_S = 0.05
# Longest wait for tf, s.
TF_S = 0.3


class Run:
    """A request running in a thread."""

    def __init__(
        self,
        grounder,
        timeout=PATIENCE_S / 2,
        missing=lambda: '',
        silence=0.1,
        place=lambda target, _: target,
        ahead=lambda _: 0,
        **goal,
    ):
        self.feedback = []
        limits = PlanLimits(timeout, 1.0, silence, RETRY_S, 2, TF_S)
        fields = {'instruction': 'the red mug', 'request_id': 'r', **goal}
        self.request = PlanRequest(
            PlanGrasps.Goal(**fields), limits, grounder, self.feedback.append,
            Surroundings(missing=missing, place=place, ahead=ahead),
        )  # fmt: skip
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self.result = self.request.run()

    def wait_for(self, stage):
        wait_until(lambda: any(f.stage == stage for f in self.feedback), f'stage {stage}')

    def end(self):
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.result


def test_the_first_target_with_grasps_will_do():
    run = Run(FakeGrounder(FOUND), max_grasps=2)
    run.wait_for(Feedback.PLANNING)
    run.request.on_target(target(GraspTarget.CONFIRMED, 'another', grasps=3))
    run.request.on_target(target(GraspTarget.TENTATIVE, grasps=5))
    result = run.end()
    assert result.status == Result.OK and result.target.request_id == 'r'
    assert [g.quality for g in result.target.grasps] == pytest.approx([1.0, 0.9])
    assert {t.stage for t in result.timings} >= {'grounding', 'planning'}


@pytest.mark.parametrize(
    ('least', 'status', 'left', 'words'),
    [
        (0.75, Result.OK, 3, ''),
        (1.0, Result.OK, 1, ''),
        (1.5, Result.FAILED, 0, 'min_quality is 1.5; expected 0 to 1'),
        (float('nan'), Result.FAILED, 0, 'min_quality is nan'),
    ],
)
def test_grasps_of_less_quality_are_left_out(least, status, left, words):
    run = Run(FakeGrounder(FOUND), min_quality=least)
    if left:
        run.wait_for(Feedback.PLANNING)
        run.request.on_target(target(GraspTarget.CONFIRMED, grasps=5))
    result = run.end()
    assert (result.status, len(result.target.grasps)) == (status, left)
    assert words in result.message


def test_no_grasp_of_the_quality_asked_for_is_said_with_the_best_one():
    run = Run(FakeGrounder(FOUND), min_quality=0.9)
    run.wait_for(Feedback.PLANNING)
    dull = target(GraspTarget.CONFIRMED, grasps=2)
    for grasp, quality in zip(dull.grasps, (0.5, 0.625), strict=True):
        grasp.quality = quality
    run.request.on_target(dull)
    result = run.end()
    assert result.status == Result.NO_GRASP and not result.target.grasps
    assert '0.62' in result.message and '0.90' in result.message


@pytest.mark.parametrize('wanted', [False, True])
def test_masks_come_where_they_are_asked_for(wanted):
    mask = RegionMask(width_px=1, height_px=1, data=[255])
    run = Run(FakeGrounder(Grounding(status=Grounding.OK, mask=mask)), with_masks=wanted)
    run.wait_for(Feedback.PLANNING)
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1, mask=mask))
    result = run.end()
    assert result.status == Result.OK
    assert [len(m.data) for m in (result.target.mask, result.grounding.mask)] == [wanted] * 2


def test_what_a_grounder_without_images_says_is_passed_on():
    waits = Ground.Feedback(
        stage=Ground.Feedback.WAITING_FOR_IMAGE, message='no frame within 2 s: stamps are zero'
    )
    run = Run(FakeGrounder(waits), timeout=2.0)
    wait_until(lambda: any(f.message == waits.message for f in run.feedback), 'the words')
    result = run.end()
    assert result.status == Result.TIMED_OUT and waits.message in result.message


def test_a_target_that_is_predicted_or_not_stable_is_waited_for():
    run = Run(FakeGrounder(FOUND), wait_for_stable=True)
    run.wait_for(Feedback.PLANNING)
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1))
    run.wait_for(Feedback.TRACKING)
    run.request.on_target(target(GraspTarget.OCCLUDED, grasps=1, stable=True))
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1, stable=True))
    result = run.end()
    assert result.status == Result.OK and result.target.stable
    assert result.target.state == GraspTarget.CONFIRMED


@pytest.mark.parametrize(
    ('status', 'expected'),
    [
        (Grounding.NOT_FOUND, Result.NOT_FOUND),
        (Grounding.AMBIGUOUS, Result.AMBIGUOUS),
        (Grounding.CANCELED, Result.CANCELED),
    ],
)
def test_what_was_not_found_ends_with_the_evidence(status, expected):
    grounder = FakeGrounder(grounding(status, 'evidence'))
    result = Run(grounder).end()
    assert (result.status, result.message) == (expected, 'evidence')
    assert result.grounding.status == status and len(grounder.asked) == 1


def test_no_grasp_is_an_answer():
    run = Run(FakeGrounder(FOUND))
    run.wait_for(Feedback.PLANNING)
    answer = target(GraspTarget.NO_GRASP, message='wider than the gripper')
    answer.look_from.z = 1.0
    run.request.on_target(answer)
    result = run.end()
    assert (result.status, result.message) == (Result.NO_GRASP, 'wider than the gripper')
    assert result.target.look_from.z == 1.0 and not result.target.grasps


def test_one_failure_is_forgiven_and_two_are_not():
    run = Run(FakeGrounder(grounding(Grounding.FAILED, 'bad image'), FOUND))
    run.wait_for(Feedback.PLANNING)
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1))
    assert run.end().status == Result.OK
    grounder = FakeGrounder(grounding(Grounding.FAILED, 'bad image'))
    result = Run(grounder).end()
    assert (result.status, result.message) == (Result.FAILED, 'bad image')
    assert len(grounder.asked) == 2


def test_a_lost_object_is_grounded_again_at_a_bounded_rate_until_the_deadline():
    grounder = FakeGrounder(FOUND)
    run = Run(grounder, timeout=1.5)
    count = 0
    while run._thread.is_alive():
        if len(grounder.asked) > count:
            count = len(grounder.asked)
            run.request.on_target(target(GraspTarget.LOST, message=f'gone {count}'))
        time.sleep(0.002)
    result = run.end()
    assert result.status == Result.LOST and result.message.startswith('gone')
    pauses = [b - a for a, b in zip(grounder.asked, grounder.asked[1:], strict=False)]
    assert len(pauses) >= 3 and min(pauses) > 0.9 * RETRY_S


def test_what_is_followed_again_at_the_deadline_is_not_lost():
    grounder = FakeGrounder(FOUND)
    run = Run(grounder, timeout=2.0, silence=PATIENCE_S, wait_for_stable=True)
    run.wait_for(Feedback.PLANNING)
    run.request.on_target(target(GraspTarget.LOST, message='gone'))
    wait_until(lambda: len(grounder.asked) > 1, 'another grounding')
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1, message='it trembles'))
    result = run.end()
    assert result.status == Result.TIMED_OUT and 'it trembles' in result.message


def test_silence_of_the_tracker_is_named():
    grounder = FakeGrounder(FOUND)
    result = Run(grounder, timeout=1.5).end()
    assert result.status == Result.LOST
    assert 'no target for 0.1 s: check that grasp_node is active' in result.message
    assert len(grounder.asked) >= 2


def test_a_tracker_that_still_plans_is_waited_for_however_long():
    grounder = FakeGrounder(FOUND)
    run = Run(grounder, silence=0.5)
    run.wait_for(Feedback.PLANNING)
    until = time.monotonic() + 1.2
    while time.monotonic() < until:
        run.request.on_planning('r')
        run.request.on_planning('of another')
        time.sleep(0.002)
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1))
    assert run.end().status == Result.OK and len(grounder.asked) == 1


def test_planning_for_others_is_no_answer():
    grounder = FakeGrounder(FOUND)
    run = Run(grounder, timeout=1.5)
    while run._thread.is_alive():
        run.request.on_planning('of another')
        time.sleep(0.002)
    assert run.end().status == Result.LOST and len(grounder.asked) >= 2


def test_a_grounder_that_rejects_or_is_silent_is_asked_again():
    grounder = FakeGrounder(None, None, FOUND)
    run = Run(grounder)
    run.wait_for(Feedback.PLANNING)
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1))
    assert run.end().status == Result.OK and len(grounder.asked) == 3
    messages = [f.message for f in run.feedback if f.stage == Feedback.WAITING_FOR_GROUNDER]
    assert messages[0] == 'grounding_node does not answer: check that it is active'


def test_nodes_that_are_missing_are_waited_for_and_named():
    missing = ['start grounding_node']
    grounder = FakeGrounder(FOUND)
    run = Run(grounder, missing=lambda: missing[0])
    run.wait_for(Feedback.WAITING_FOR_GROUNDER)
    assert run.feedback[0].message == 'start grounding_node' and not grounder.asked
    missing[0] = ''
    run.wait_for(Feedback.PLANNING)
    run.request.end(Result.CANCELED, 'enough')
    result = run.end()
    assert (result.status, result.message) == (Result.CANCELED, 'enough')


def test_a_request_that_was_replaced_meanwhile_asks_nobody():
    """Its question would come after that of its successor, and replace it."""
    grounder = FakeGrounder(FOUND)
    seen = threading.Event()

    def replace_it():
        seen.wait(PATIENCE_S)
        run.request.end(Result.CANCELED, 'replaced by a newer goal')
        return ''

    run = Run(grounder, missing=replace_it)
    seen.set()
    result = run.end()
    assert (result.status, result.message) == (Result.CANCELED, 'replaced by a newer goal')
    assert not grounder.asked


def test_feedback_keeps_coming():
    run = Run(FakeGrounder(FOUND), missing=lambda: 'nobody is there')
    wait_until(lambda: len(run.feedback) >= 3, 'three feedbacks')
    run.request.end(Result.CANCELED, 'enough')
    run.end()
    elapsed = [f.elapsed for f in run.feedback]
    assert elapsed == sorted(elapsed) and {f.message for f in run.feedback} == {'nobody is there'}


def unknown_frame(target, frame_id):
    raise TransformError(f'no pose in {frame_id}')


def in_frame(target, frame_id):
    target.header.frame_id = frame_id
    return target


@pytest.mark.parametrize(
    ('place', 'timeout', 'status'),
    [
        (unknown_frame, PATIENCE_S, Result.TF_UNAVAILABLE),
        (unknown_frame, TF_S / 2, Result.TF_UNAVAILABLE),
        (in_frame, PATIENCE_S, Result.OK),
    ],
)
def test_a_target_is_given_in_the_frame_asked_for_or_not_at_all(place, timeout, status):
    run = Run(FakeGrounder(FOUND), timeout, place=place, silence=PATIENCE_S, target_frame='base')
    run.wait_for(Feedback.PLANNING)
    until = time.monotonic() + PATIENCE_S
    while run._thread.is_alive() and time.monotonic() < until:
        run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1))
        time.sleep(0.01)
    result = run.end()
    assert result.status == status
    if status == Result.OK:
        assert result.target.header.frame_id == 'base'
    else:
        assert result.message == 'no pose in base' and not result.target.grasps


@pytest.mark.parametrize('source', ['grounding', 'target'])
def test_a_fixed_frame_that_tf_does_not_know_is_waited_for_and_named(source):
    missing = grounding(Grounding.TF_UNAVAILABLE, 'no pose of the camera')
    run = Run(FakeGrounder(missing if source == 'grounding' else FOUND), silence=PATIENCE_S)
    until = time.monotonic() + PATIENCE_S
    while run._thread.is_alive() and time.monotonic() < until:
        run.request.on_target(
            target(GraspTarget.LOST, message='no pose of the camera', tf_unavailable=True)
        )
        time.sleep(0.01)
    result = run.end()
    assert (result.status, result.message) == (Result.TF_UNAVAILABLE, 'no pose of the camera')


@pytest.mark.parametrize(('answers', 'node'), [(False, 'grounding_node'), (True, 'grasp_node')])
def test_a_node_that_falls_silent_is_named_at_the_deadline(answers, node):
    grounder = FakeGrounder(FOUND if answers else Ground.Feedback())
    if not answers:
        send = grounder.send

        def silent(*arguments):
            attempt = send(*arguments)
            attempt.silence_s = 2.0
            return attempt

        grounder.send = silent
    result = Run(grounder, timeout=2.0, silence=PATIENCE_S).end()
    assert result.status == Result.TIMED_OUT
    assert f'{node} has said nothing for' in result.message


def test_a_goal_waits_for_those_before_it_and_says_so():
    ahead = [2]
    run = Run(FakeGrounder(FOUND), ahead=lambda _: ahead[0])
    wait_until(lambda: any('2 goals' in f.message for f in run.feedback), 'the words')
    ahead[0] = 0
    run.wait_for(Feedback.PLANNING)
    run.request.on_target(target(GraspTarget.CONFIRMED, grasps=1))
    assert run.end().status == Result.OK


def test_an_ambiguous_result_has_a_token_and_a_goal_with_it_passes_it_on():
    asked = Grounding(status=Grounding.AMBIGUOUS, message='two', question='Which?', token='t')
    result = Run(FakeGrounder(asked)).end()
    assert (result.status, result.token) == (Result.AMBIGUOUS, 't')
    grounder = FakeGrounder(grounding(Grounding.NOT_FOUND))
    Run(grounder, instruction='', token='t', choice=2).end()
    assert (grounder.goals[-1].token, grounder.goals[-1].choice) == ('t', 2)
