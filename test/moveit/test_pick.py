"""The sequence of a pick on a robot that fails, and is stopped, at every step."""

import pytest
from pick_fakes import WIDTH, FakeArm, FakePlans, motion, plan, run_pick

from realvlg_ros.errors import NoPlanError, PickHalted, RobotUnavailableError, StaleTargetError
from realvlg_ros.moveit.grip import Evidence, GripReading
from realvlg_ros.moveit.halt import Halt
from realvlg_ros.moveit.motion import Plan
from realvlg_ros.moveit.outcome import Stage, Status
from realvlg_ros.moveit.pick import Pick, PickLimits

WHOLE = ['open', 'move', 'touch', 'approach', 'close', 'attach', 'retreat', 'clear']
STEPS = WHOLE[:-1]


def test_a_pick_without_a_failure():
    outcome, arm = run_pick()
    assert arm.steps == WHOLE
    assert (outcome.status, outcome.grasp_index, outcome.flipped) == (Status.HELD, 0, False)
    assert (outcome.tries, outcome.replans, outcome.recovery_time) == (1, 0, 0.0)
    assert 'stopped at 45.0 mm' in outcome.message and 'tracker: held' in outcome.message


# After a failure of the step: what undoes it, before the next grasp is tried.
@pytest.mark.parametrize(
    ('step', 'undone'),
    [
        ('open', []),
        ('move', []),
        ('touch', []),
        ('approach', []),
        ('close', ['open', 'detach', 'back']),
        ('attach', ['open', 'detach', 'back']),
        ('retreat', ['open', 'detach', 'back']),
    ],
)
def test_after_a_failure_the_next_grasp_is_tried(step, undone):
    outcome, arm = run_pick(fails={step: 1})
    assert arm.steps == [*WHOLE[: WHOLE.index(step) + 1], *undone, *WHOLE]
    assert (outcome.status, outcome.tries, outcome.flipped) == (Status.HELD, 2, True)
    assert outcome.recovery_time > 0


@pytest.mark.parametrize('step', STEPS)
def test_a_step_that_always_fails_ends_the_pick(step):
    outcome, arm = run_pick(fails={step: 99}, limits=PickLimits(max_tries=3))
    # The way back opens, too: where it does not open, the robot stays.
    assert (outcome.status, outcome.tries) == (Status.FAILED, 3)
    assert f'{step} failed' in outcome.message and 'left at' in outcome.message
    assert arm.steps[-1] == 'clear'


def test_an_approach_that_stopped_on_its_way_is_undone():
    outcome, arm = run_pick(fails={'approach': 1, 'moved': 1})
    assert arm.steps == [*WHOLE[:4], 'open', 'detach', 'back', *WHOLE]
    assert outcome.status == Status.HELD


def test_a_retreat_that_stopped_on_its_way_drops_nothing():
    outcome, arm = run_pick(fails={'retreat': 1, 'moved': 1})
    assert arm.steps == WHOLE
    assert outcome.status == Status.FAILED
    assert 'the gripper is closed, the object is attached' in outcome.message


def test_a_way_back_that_fails_ends_the_pick():
    outcome, arm = run_pick(fails={'close': 1, 'back': 1})
    assert arm.steps[-2:] == ['back', 'clear']
    assert outcome.status == Status.FAILED
    assert 'then the way back failed' in outcome.message


def test_an_error_of_the_program_hides_neither_the_robot_nor_the_tries():
    arm = FakeArm(halt := Halt(60.0), fails={'attach': ZeroDivisionError()})
    pick = Pick(FakePlans(), arm, halt, PickLimits())
    with pytest.raises(ZeroDivisionError):
        pick.run()
    assert arm.steps[-1] == 'clear'
    outcome = pick.failed('an error')
    assert (outcome.status, outcome.tries) == (Status.FAILED, 1)
    assert outcome.message.startswith('an error; left at ATTACHING: the gripper is closed')


LEFT = {
    'open': 'left at OPENING: the gripper is on its way',
    'move': 'left at PRE_GRASP: the gripper is open',
    'approach': 'left at APPROACHING: the gripper is open, the object is not attached',
    'close': 'left at CLOSING: the gripper is on its way',
    'attach': 'left at ATTACHING: the gripper is closed, the object is perhaps attached',
    'retreat': 'left at RETREATING: the gripper is closed, the object is attached',
}


@pytest.mark.parametrize('step', LEFT)
def test_a_cancel_within_a_step(step):
    outcome, arm = run_pick(cancels=step)
    # Nothing follows but the end of the permission to touch.
    assert arm.steps == [*WHOLE[: WHOLE.index(step) + 1], 'clear']
    assert outcome.status == Status.CANCELED
    assert 'the arm stopped' in outcome.message and LEFT[step] in outcome.message


@pytest.mark.parametrize('stage', [s for s in Stage if s != Stage.RECOVERING])
def test_a_cancel_between_steps(stage):
    halt = Halt(60.0)

    class Stopping(FakePlans):
        def newest(self):
            steps_left(Stage.RECHECKING)
            return plan()

    def steps_left(at):
        if at == stage:
            halt.stop('canceled')

    outcome, arm = run_pick_reporting(Stopping(), halt, lambda at, *_: steps_left(at))
    assert outcome.status == (Status.HELD if stage == Stage.VERIFYING else Status.CANCELED)
    assert arm.steps[-1] == 'clear'


def run_pick_reporting(plans, halt, report):
    """A pick whose arm checks, as the true one does, before it moves."""

    class Checking(FakeArm):
        def _step(self, name):
            self._halt.check()
            super()._step(name)

    arm = Checking(halt)
    return Pick(plans, arm, halt, PickLimits(), report).run(), arm


def test_the_deadline_ends_a_pick():
    outcome, arm = run_pick(halt=Halt(0.0))
    assert (outcome.status, arm.steps) == (Status.TIMED_OUT, ['clear'])
    assert 'the time of 0 s is up' in outcome.message


def test_a_cancel_while_grasps_are_planned():
    outcome, arm = run_pick(FakePlans(asks=[PickHalted('canceled')]))
    assert (outcome.status, arm.steps) == (Status.CANCELED, ['clear'])


def test_without_a_plan_nothing_moves():
    outcome, arm = run_pick(FakePlans(asks=[NoPlanError(2, 'which one?')]))
    assert (outcome.status, outcome.plan_status) == (Status.NO_TARGET, 2)
    assert arm.steps == ['clear'] and outcome.message.startswith('which one?')


def test_a_plan_that_fails_after_a_try_names_both():
    outcome, _ = run_pick(
        FakePlans(asks=[plan(1), NoPlanError(1, 'no mug here')], newests=[LOST]),
        limits=PickLimits(max_tries=9),
    )
    assert (outcome.status, outcome.tries) == (Status.NO_TARGET, 1)
    assert 'no mug here; before that: RECHECKING of grasp 0: the target was' in outcome.message


LOST = StaleTargetError('the target was lost')


def test_both_turns_of_a_grasp_come_before_the_next_grasp():
    outcome, arm = run_pick(fails={'move': 3})
    assert arm.ways == [(0, False), (0, True), (1, False), (1, True)]
    assert (outcome.grasp_index, outcome.flipped) == (1, True)


def test_a_target_lost_before_the_approach_is_planned_again():
    outcome, arm = run_pick(FakePlans(newests=[LOST]))
    assert arm.steps == ['open', 'move', *WHOLE]
    assert (outcome.status, outcome.tries, outcome.replans) == (Status.HELD, 2, 1)


def test_a_grasp_that_is_gone_from_the_newest_target_is_not_executed():
    outcome, arm = run_pick(FakePlans(newests=[Plan(plan().motions[2:])]))
    assert arm.steps == ['open', 'move', *WHOLE]
    assert outcome.replans == 1


def at(x):
    return Plan((motion(x=x),))


# What the newest targets are, one look after the other: before the approach, until the grasp
# rests, and once more when the path is planned.
@pytest.mark.parametrize(
    ('newests', 'before', 'replans'),
    [
        ([at(0.403), at(0.403)], [], 0),
        ([at(0.41), at(0.41), at(0.41)], ['open', 'move'], 0),
        ([at(0.41), at(0.42), at(0.43)], ['open', 'move', 'move', 'move', 'move'], 1),
        ([at(0.4), at(0.41)], ['open', 'move', 'touch'], 1),
        ([at(0.4), LOST], ['open', 'move', 'touch'], 1),
    ],
)
def test_a_grasp_that_moves_is_followed_and_not_approached_where_it_was(newests, before, replans):
    outcome, arm = run_pick(FakePlans(newests=newests))
    rest = WHOLE if replans or not before else WHOLE[1:]
    assert arm.steps == [*before, *rest]
    assert (outcome.status, outcome.replans) == (Status.HELD, replans)


def test_a_robot_that_is_gone_on_the_way_back_hides_no_failure():
    outcome, _ = run_pick(fails={'close': 1, 'back': RobotUnavailableError('no controller')})
    assert outcome.status == Status.FAILED
    assert 'close failed; then the way back failed: no controller' in outcome.message


def test_a_target_that_stays_lost_ends_the_pick():
    outcome, arm = run_pick(FakePlans(newests=[LOST] * 9))
    assert 'approach' not in arm.steps
    assert (outcome.status, outcome.replans) == (Status.FAILED, 2)
    assert 'the target was lost' in outcome.message


def test_when_all_grasps_were_tried_they_are_planned_again():
    outcome, _ = run_pick(FakePlans(asks=[plan(1)], newests=[plan(1)] * 2), fails={'move': 2})
    assert (outcome.status, outcome.tries, outcome.replans) == (Status.HELD, 3, 1)


HELD, MISSED, GONE, UNKNOWN = Evidence.HELD, Evidence.MISSED, Evidence.GONE, Evidence.UNKNOWN


@pytest.mark.parametrize(
    ('opening', 'tracker', 'status', 'tries'),
    [
        (WIDTH, HELD, Status.HELD, 1),
        (WIDTH, GONE, Status.HELD, 1),
        (WIDTH, UNKNOWN, Status.NOT_VERIFIED, 1),
        (WIDTH, MISSED, Status.NOT_VERIFIED, 1),
        (None, HELD, Status.HELD, 1),
        (None, GONE, Status.NOT_VERIFIED, 1),
        (None, UNKNOWN, Status.NOT_VERIFIED, 1),
        (None, MISSED, Status.FAILED, 2),
        (0.0, HELD, Status.FAILED, 2),
    ],
)
def test_what_gripper_and_tracker_say_together(opening, tracker, status, tries):
    outcome, arm = run_pick(
        FakePlans(found=tracker), reading=GripReading(opening), limits=PickLimits(max_tries=2)
    )
    assert (outcome.status, outcome.tries) == (status, tries)
    # What may be held is not let go.
    assert ('detach' in arm.steps) == (status == Status.FAILED)


def test_a_grasp_that_missed_is_followed_by_the_next():
    outcome, arm = run_pick(reading=[GripReading(0.0), GripReading(WIDTH)])
    assert arm.steps == [*WHOLE[:5], 'open', 'detach', 'back', *WHOLE]
    assert (outcome.status, outcome.tries) == (Status.HELD, 2)


def test_an_object_that_stayed_is_let_go_where_the_arm_is():
    plans = FakePlans(found=[MISSED, HELD])
    outcome, arm = run_pick(plans, reading=GripReading(None))
    assert arm.steps == [*STEPS, 'open', 'detach', *WHOLE]
    assert outcome.status == Status.HELD


def test_a_dry_run_plans_all_and_closes_nothing():
    outcome, arm = run_pick(limits=PickLimits(dry_run=True))
    assert arm.steps == ['move', 'touch', 'approach', 'retreat', 'clear']
    assert (outcome.status, outcome.message) == (Status.PLANNED, 'dry run: nothing was moved')


def test_a_dry_run_that_fails_undoes_nothing():
    outcome, arm = run_pick(limits=PickLimits(dry_run=True, max_tries=1), fails={'retreat': 1})
    assert arm.steps == ['move', 'touch', 'approach', 'retreat', 'clear']
    assert outcome.status == Status.FAILED
    assert 'nothing was moved' in outcome.message
