"""The sequence of a pick: which step follows which, what is tried next, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..errors import (
    NoPlanError,
    PickError,
    PickHalted,
    RealvlgError,
    RobotUnavailableError,
    StaleTargetError,
)
from ..ros.node.deadline import Clock
from .arm import Arm, Plans
from .grip import Evidence, Finding, GripLimits, combine, judge_reading
from .halt import Halt
from .motion import GraspMotion, Plan
from .outcome import Outcome, Stage, Status


@dataclass(frozen=True)
class PickLimits:
    """How long a pick goes on.

    Attributes:
        max_tries: grasps to try, each turned one for itself.
        max_replans: how often grasps are planned again.
        grip: how the gripper's reading is judged.
        dry_run: plan everything and move nothing.
    """

    max_tries: int = 6
    max_replans: int = 2
    grip: GripLimits = GripLimits()
    dry_run: bool = False


# So often the arm follows a grasp that moves while it goes to its pre-grasp pose. Chosen: one move
# corrects what a tracker settles to; an object that is being carried about is planned again.
_MAX_FOLLOWS = 3


class _GaveUp(Exception):  # noqa: N818
    """No further grasp may be tried."""


class Pick:
    """One pick: grasps are tried, best first, until one holds the object."""

    def __init__(
        self,
        plans: Plans,
        arm: Arm,
        halt: Halt,
        limits: PickLimits,
        report: Callable[[Stage, str, int], None] = lambda stage, words, tries: None,
        clock: Clock = time.monotonic,
    ) -> None:
        """Prepare; nothing happens before run.

        Args:
            plans: where grasps come from.
            arm: the robot.
            halt: ends the pick from outside.
            limits: how long it goes on.
            report: called with each stage, its words and the number of tries.
            clock: steady clock, s.
        """
        self._plans = plans
        self._arm = arm
        self._halt = halt
        self._limits = limits
        self._report = report
        self._clock = clock
        self._stage = Stage.PLANNING
        self._gripper = 'where it was'
        self._object = 'not attached'
        self._tried: list[GraspMotion] = []
        self._tries = self._replans = 0
        self._failures: list[str] = []
        self._failed_at: float | None = None

    def run(self) -> Outcome:
        """Try grasps until one holds; blocks until the robot stands still."""
        try:
            outcome = self._run()
        except NoPlanError as error:
            words = f'{error}; before that: {self._words()}' if self._failures else str(error)
            outcome = Outcome(Status.NO_TARGET, self._left(words), error.status)
        except PickHalted as error:
            status = Status.TIMED_OUT if error.timed_out else Status.CANCELED
            outcome = Outcome(status, self._left(str(error)))
        except (_GaveUp, RealvlgError) as error:
            outcome = Outcome(Status.FAILED, self._left(str(error)))
        finally:
            self._arm.clear()
        return self._counted(outcome)

    def failed(self, reason: str) -> Outcome:
        """FAILED for a reason, with how the robot is left and what the pick has taken."""
        return self._counted(Outcome(Status.FAILED, self._left(reason)))

    def _counted(self, outcome: Outcome) -> Outcome:
        failed_at = self._failed_at
        return replace(
            outcome,
            tries=self._tries,
            replans=self._replans,
            recovery_time=0.0 if failed_at is None else self._clock() - failed_at,
        )

    def _run(self) -> Outcome:
        self._enter(Stage.PLANNING, 'grasps are being planned')
        plan = self._plans.ask()
        while True:
            motion = self._next(plan)
            if motion is None:
                plan = self._replan('every grasp of the plan was tried')
                continue
            try:
                return self._try(motion, plan)
            except StaleTargetError as error:
                self._fail(error)
                plan = self._replan(str(error))
            except PickError as error:
                self._fail(error)
                self._recover(error)
                plan = self._again()

    def _next(self, plan: Plan) -> GraspMotion | None:
        if self._tries >= self._limits.max_tries:
            raise _GaveUp(f'{self._tries} grasps were tried: {self._words()}')
        return plan.untried(self._tried)

    def _again(self) -> Plan:
        """The newest plan after a failed try, which may have moved the object."""
        try:
            return self._plans.newest()
        except StaleTargetError as error:
            return self._replan(str(error))

    def _replan(self, reason: str) -> Plan:
        if self._replans >= self._limits.max_replans:
            raise _GaveUp(f'{reason}, after {self._replans} new plans: {self._words()}')
        self._replans += 1
        # The object may lie otherwise now.
        self._tried.clear()
        self._enter(Stage.PLANNING, f'planning again: {reason}')
        return self._plans.ask()

    def _try(self, motion: GraspMotion, plan: Plan) -> Outcome:
        self._tries += 1
        self._tried.append(motion)
        self._motion = motion
        dry = self._limits.dry_run
        arm = self._arm
        arm.show(plan)
        if not dry:
            self._enter(Stage.OPENING, motion.name)
            self._gripper = 'on its way'
            arm.open(motion.opening_width)
            self._gripper = 'open'
        self._enter(Stage.PRE_GRASP, motion.name)
        arm.move(motion)
        motion = self._motion = self._rechecked(motion)
        self._enter(Stage.APPROACHING, motion.name)
        arm.allow_touch()
        arm.straight(motion, motion.grasp, lambda: self._check_still(motion))
        if dry:
            self._enter(Stage.RETREATING, motion.name)
            arm.straight(motion, motion.lifted)
            return self._done(Status.PLANNED, 'dry run: nothing was moved', motion)
        return self._lift(motion)

    def _rechecked(self, motion: GraspMotion) -> GraspMotion:
        """The newest motion of a grasp, at whose pre-grasp pose the arm stands.

        Raises:
            StaleTargetError: it may not be approached, or it does not come to rest.
        """
        for _ in range(_MAX_FOLLOWS):
            self._enter(Stage.RECHECKING, motion.name)
            newest = self._plans.newest().now(motion)
            if motion.is_still(newest):
                return newest
            motion = newest
            self._enter(Stage.PRE_GRASP, f'{motion.name} has moved')
            self._arm.move(motion)
        raise StaleTargetError(f'{motion.name} has moved {_MAX_FOLLOWS} times before the approach')

    def _check_still(self, motion: GraspMotion) -> None:
        """Look once more, since a path took its time to be planned.

        Raises:
            StaleTargetError: the grasp may not be approached any more, or has moved.
        """
        if not motion.is_still(self._plans.newest().now(motion)):
            raise StaleTargetError(f'{motion.name} moved while its approach was being planned')

    def _lift(self, motion: GraspMotion) -> Outcome:
        self._enter(Stage.CLOSING, motion.name)
        self._gripper = 'on its way'
        reading = self._arm.close()
        self._gripper = 'closed'
        grip = judge_reading(reading, motion.object_width, self._limits.grip)
        if grip.evidence == Evidence.MISSED:
            raise PickError(grip.words)
        self._enter(Stage.ATTACHING, grip.words)
        self._object = 'perhaps attached'
        self._object = 'attached' if self._arm.attach() else 'not attached: its size is not known'
        self._enter(Stage.RETREATING, motion.name)
        try:
            self._arm.straight(motion, motion.lifted)
        except PickError as error:
            if error.moved:
                # Opening now would drop the object from where the arm stopped.
                raise _GaveUp(f'the retreat stopped on its way: {error}') from error
            raise
        self._enter(Stage.VERIFYING, grip.words)
        return self._verify(motion, combine(grip, self._plans.follow(motion)))

    def _verify(self, motion: GraspMotion, found: Finding) -> Outcome:
        if found.evidence == Evidence.HELD:
            return self._done(Status.HELD, found.words, motion)
        if found.evidence == Evidence.UNKNOWN:
            words = self._left(f'not verified that the object is held: {found.words}')
            return self._done(Status.NOT_VERIFIED, words, motion)
        raise PickError(found.words)

    def _recover(self, error: PickError) -> None:
        """Let go, and move straight back to the pre-grasp pose, where that is needed.

        Raises:
            _GaveUp: the robot cannot get away from here.
        """
        failed = self._stage
        if failed < Stage.APPROACHING or (failed == Stage.APPROACHING and not error.moved):
            return
        self._enter(Stage.RECOVERING, self._failures[-1])
        if self._limits.dry_run:
            return
        try:
            self._gripper = 'on its way'
            self._arm.open(self._motion.opening_width)
            self._gripper = 'open'
            self._arm.detach()
            self._object = 'not attached'
            if failed < Stage.VERIFYING:
                self._arm.straight(self._motion, self._motion.pre_grasp)
        except (PickError, RobotUnavailableError) as second:
            words = f'{self._failures[-1]}; then the way back failed: {second}'
            raise _GaveUp(words) from second

    def _fail(self, error: PickError) -> None:
        if self._failed_at is None:
            self._failed_at = self._clock()
        self._failures.append(f'{self._stage.name} of {self._tried[-1].name}: {error}')

    def _words(self) -> str:
        return '; '.join(self._failures) or 'no grasp was tried'

    def _enter(self, stage: Stage, words: str) -> None:
        self._halt.check()
        self._stage = stage
        self._report(stage, words, self._tries)

    def _left(self, reason: str) -> str:
        """A reason, and how the robot is left."""
        if self._limits.dry_run:
            return f'{reason}; in a dry run at {self._stage.name}: nothing was moved'
        return (
            f'{reason}; left at {self._stage.name}: the gripper is {self._gripper}, the object is '
            f'{self._object}'
        )

    def _done(self, status: Status, words: str, motion: GraspMotion) -> Outcome:
        return Outcome(status, words, grasp_index=motion.index, flipped=motion.flipped)
