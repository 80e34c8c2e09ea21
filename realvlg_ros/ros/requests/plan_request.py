"""One request to plan grasps: from the instruction to a target, within its deadline."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeAlias

from ...action import Ground, PlanGrasps
from ...errors import InstructionError, TransformError
from ...grounding.grounding import check_instruction
from ...message_limits import MAX_ID_CHARACTERS, MAX_TEXT_CHARACTERS, check_request_id
from ...msg import GraspTarget, Grounding, RegionMask
from ...tracking.goal_rules import came_of, checked_words, good_enough, is_ready
from ..conversions.region import timings_to_msg
from ..conversions.stamps import stamp_to_ns
from ..node.deadline import Deadline
from .drift_watch import DriftWatch
from .ground_client import GroundAttempt, GroundClient
from .plan_limits import PlanLimits
from .progress import Progress
from .relayed_target import stamp_fault
from .surroundings import Surroundings
from .tf_wait import TfWait
from .waiter import Ended, Waiter

Result: TypeAlias = PlanGrasps.Result
Feedback: TypeAlias = PlanGrasps.Feedback

# How often it is checked whether a missing node has started, s. Chosen: too short to be noticed.
_DISCOVERY_PERIOD_S = 0.1
# After so long without a word a node is named as what is waited for, s. Chosen: three feedbacks,
# and within two seconds.
_SILENT_S = 1.5

# Status of a request whose grounding did not find exactly one object.
_GROUNDING_ENDS = {
    Grounding.NOT_FOUND: Result.NOT_FOUND,
    Grounding.AMBIGUOUS: Result.AMBIGUOUS,
    Grounding.CANCELED: Result.CANCELED,
}


def _silence(node: str, seconds: float) -> str:
    return f'{node} has said nothing for {seconds:.1f} s: check that it runs and is active'


class PlanRequest:
    """Grounds, waits for the target, and grounds again when the object was lost on the way.

    `run` blocks its thread; `end` and `on_target` come from others.
    """

    def __init__(
        self,
        goal: PlanGrasps.Goal,
        limits: PlanLimits,
        grounder: GroundClient,
        publish: Callable[[Feedback], None],
        around: Surroundings,
    ) -> None:
        """Take a goal and start its deadline.

        Args:
            goal: instruction and options.
            limits: time limits and number of attempts.
            grounder: client of the action that finds the object.
            publish: called with each feedback.
            around: the node that it runs in.
        """
        self._around = around
        self.request_id = goal.request_id[:MAX_ID_CHARACTERS] or uuid.uuid4().hex
        self._goal = goal
        self._limits = limits
        self._grounder = grounder
        self._deadline = Deadline(limits.timeout)
        self._target: GraspTarget | None = None
        self._planning = Deadline(0.0)
        self._grounding = Grounding()
        self._lost = self._refused = ''
        # Of the grounded image, of the target's image, and of the frame asked for.
        self._camera_tf, self._target_tf, self._frame_tf = (
            TfWait(limits.tf_timeout) for _ in range(3)
        )
        self._drift = DriftWatch(goal.wait_for_stable)
        self._failures = 0
        # When the last grounding was asked for, s since the start.
        self._sent_s = 0.0
        self._sent_ns = 0
        self._progress = Progress(self._deadline, publish)
        self._waiter = Waiter(self._deadline, self._progress, self._check_idle, self._timed_out)
        self._wait = self._waiter.wait

    def end(self, status: int, reason: str) -> None:
        """End the request from outside: CANCELED or FAILED, and why."""
        self._waiter.end(Ended(status, reason))

    def replace(self, instruction: str) -> None:
        """End the request: a newer goal, with this instruction, takes its place."""
        self.end(Result.CANCELED, f'replaced by a newer goal: {instruction[:100]!r}')

    def on_target(self, target: GraspTarget) -> None:
        """Take a target; those of other requests are ignored."""
        if target.request_id == self.request_id:
            self._target = target
            self._waiter.notify()

    def on_planning(self, request_id: str) -> None:
        """Grasp_node still plans for a request; of others it says nothing here."""
        if request_id == self.request_id:
            self._planning = Deadline(self._limits.target_silence)

    def run(self) -> Result:
        """Ground and wait for a target until there is a result, and return it."""
        try:
            check_request_id(self._goal.request_id)
            instruction = self._goal.instruction
            if not (self._goal.token and self._goal.choice):
                instruction = check_instruction(instruction)
            if not 0 <= (least := self._goal.min_quality) <= 1:
                raise Ended(Result.FAILED, f'min_quality is {least:g}; expected 0 to 1')
            self._await_turn()
            while True:
                self._ground(instruction)
                target = self._await_target()
                if target is not None:
                    checked_ns = stamp_to_ns(target.checked_stamp)
                    words = checked_words(target.message, checked_ns, self._around.now_ns())
                    target.grasps, lack = good_enough(target.grasps, least)
                    if lack:
                        return self._result(Result.NO_GRASP, lack)
                    if sender := self._around.sender():
                        words += f'; the target is of {sender}'
                    return self._result(Result.OK, words, target)
                since = self._deadline.elapsed - self._sent_s
                self._waiter.pause(self._limits.retry_period - since)
        except InstructionError as error:
            return self._result(Result.FAILED, str(error))
        except Ended as end:
            return self._result(end.status, str(end), end.target)

    def _await_turn(self) -> None:
        """Wait for the goals that came before, where they are not replaced."""

        def ours() -> bool | None:
            if not (ahead := self._around.ahead(self)):
                return True
            self._progress.wait_for(f'{ahead} goals are answered before this one')
            return None

        self._wait(ours, poll=_DISCOVERY_PERIOD_S)

    def _ground(self, instruction: str) -> None:
        """Find the object; returns when the grounding is OK."""
        while True:
            attempt = self._send(instruction)
            try:
                self._wait(lambda: self._heard(attempt))  # noqa: B023 - called before the next
            except Ended:
                attempt.abandon()
                raise
            if attempt.result is None:
                attempt.abandon()
                self._progress.enter(
                    Feedback.WAITING_FOR_GROUNDER,
                    'grounding_node does not answer: check that it is active',
                )
                self._waiter.pause(_DISCOVERY_PERIOD_S)
            elif self._take_grounding(attempt.result):
                return

    def _heard(self, attempt: GroundAttempt) -> bool | None:
        """Whether an attempt has ended; passes on what a grounder without images says."""
        feedback, obstacle = attempt.feedback, ''
        if feedback is not None and feedback.stage == Ground.Feedback.WAITING_FOR_IMAGE:
            obstacle = feedback.message
        if attempt.silence_s > _SILENT_S:
            obstacle = _silence('grounding_node', attempt.silence_s)
        self._progress.wait_for(obstacle)
        return attempt.ended or None

    def _send(self, instruction: str) -> GroundAttempt:
        while words := self._around.missing():
            self._progress.enter(Feedback.WAITING_FOR_GROUNDER, words)
            self._wait(lambda: self._around.missing() != words or None, poll=_DISCOVERY_PERIOD_S)
        self._progress.enter(Feedback.GROUNDING, instruction)
        goal = Ground.Goal(
            request_id=self.request_id,
            instruction=instruction,
            token=self._goal.token,
            choice=self._goal.choice,
            region_of_interest=self._goal.region_of_interest,
        )
        with self._waiter.changed:
            # If a newer request has ended this one, a goal sent now would replace the newer goal.
            self._waiter.check_ended()
            self._target = None
            self._sent_s = self._deadline.elapsed
            self._sent_ns = self._around.now_ns()
            return self._grounder.send(goal, self._limits.grounder_silence, self._waiter.notify)

    def _take_grounding(self, grounding: Grounding) -> bool:
        """Whether the object was found; False to ground again.

        Raises:
            Ended: it was not found, or too many groundings have failed.
        """
        self._grounding = grounding
        if grounding.status == Grounding.OK:
            self._failures = 0
            self._camera_tf.found()
            return True
        if grounding.status in _GROUNDING_ENDS:
            raise Ended(_GROUNDING_ENDS[grounding.status], grounding.message)
        if grounding.status == Grounding.TF_UNAVAILABLE:
            self._camera_tf.miss(grounding.message)
        else:
            self._failures += 1
        if self._failures >= self._limits.ground_attempts:
            raise Ended(Result.FAILED, grounding.message)
        # A single bad image or a grounder that is restarting must not end the request.
        self._waiter.pause(self._limits.retry_period)
        return False

    @property
    def _grounded_ns(self) -> int:
        return stamp_to_ns(self._grounding.header.stamp)

    def _await_target(self) -> GraspTarget | None:
        """The target of this request; None when the object has to be grounded again."""
        self._progress.enter(Feedback.PLANNING, self._grounding.label)
        silent_since = Deadline(self._limits.target_silence)
        seen: GraspTarget | None = None
        while True:
            target = self._next_target(seen, silent_since.remaining)
            if target is None and not self._planning.passed:
                silent_since = self._planning
                continue
            if target is None:
                self._end_if_refused()
                self._lost = (
                    f'no target for {self._limits.target_silence:g} s: '
                    'check that grasp_node is active and receives images'
                )
                return None
            if not came_of(stamp_to_ns(target.grounded_stamp), self._grounded_ns):
                seen = target
                continue
            if self._refuses(target):
                if silent_since.passed:
                    self._end_if_refused()
                seen = target
                continue
            if (placed := self._usable(target)) is not None:
                return placed
            if target.state == GraspTarget.LOST:
                return None
            # It is followed again: the deadline does not end it as lost.
            self._lost = ''
            self._progress.enter(
                Feedback.TRACKING,
                self._frame_tf.words or target.message or 'waiting for a stable target',
            )
            seen, silent_since = target, Deadline(self._limits.target_silence)

    def _refuses(self, target: GraspTarget) -> bool:
        """Whether a target that would end or answer the request must not be relayed."""
        self._refused = ''
        ends = target.state == GraspTarget.NO_GRASP
        if not (ends or is_ready(target, self._goal.wait_for_stable)):
            return False
        passed_s = max(
            self._deadline.elapsed - self._sent_s,
            (self._around.now_ns() - self._sent_ns) * 1e-9,
        )
        stamp_ns = stamp_to_ns(target.header.stamp)
        words = stamp_fault(stamp_ns, self._grounded_ns, passed_s) or self._around.refusal(target)
        self._refused = f'the target that came was refused: {words}' if words else ''
        return bool(words)

    def _end_if_refused(self) -> None:
        if self._refused:
            raise Ended(Result.FAILED, self._refused)

    def _usable(self, target: GraspTarget) -> GraspTarget | None:
        """The target in the frame that was asked for, if it is a result."""
        if target.state == GraspTarget.NO_GRASP:
            raise Ended(Result.NO_GRASP, target.message, self._placed(target))
        if target.state == GraspTarget.LOST:
            if target.tf_unavailable:
                self._target_tf.miss(target.message[:MAX_TEXT_CHARACTERS])
            self._lost = target.message[:MAX_TEXT_CHARACTERS] or 'the object was lost'
            return None
        self._target_tf.found()
        checked = target.checked_stamp == target.header.stamp
        if not (is_ready(target, self._goal.wait_for_stable) and checked):
            self._drift.take(target)
            return None
        try:
            placed = self._around.place(target, self._goal.target_frame)
        except TransformError as error:
            self._frame_tf.miss(str(error))
            return None
        self._frame_tf.found()
        return placed

    def _placed(self, target: GraspTarget) -> GraspTarget | None:
        """The target in the frame that was asked for; None where tf does not give it."""
        try:
            return self._around.place(target, self._goal.target_frame)
        except TransformError:
            return None

    def _next_target(self, seen: GraspTarget | None, limit: float) -> GraspTarget | None:
        since = Deadline(limit)

        def newer() -> GraspTarget | None:
            silent = since.elapsed > _SILENT_S and self._planning.passed
            self._progress.wait_for(_silence('grasp_node', since.elapsed) if silent else '')
            return self._target if self._target is not seen else None

        return self._wait(newer, limit)

    def _check_idle(self) -> None:
        if words := self._around.idle():
            raise Ended(Result.FAILED, words)

    def _timed_out(self) -> Ended:
        for tf in (self._camera_tf, self._target_tf, self._frame_tf):
            if tf.words:
                return Ended(Result.TF_UNAVAILABLE, tf.words)
        if self._refused:
            return Ended(Result.FAILED, self._refused)
        if self._lost:
            return Ended(Result.LOST, self._lost)
        message = f'nothing within {self._limits.timeout:g} s: it was {self._progress.describe()}'
        message += self._drift.words()
        if self._grounding.status == Grounding.FAILED:
            message += f'; the last failure: {self._grounding.message}'
        return Ended(Result.TIMED_OUT, message)

    def _result(self, status: int, message: str, target: GraspTarget | None = None) -> Result:
        result = Result(
            status=status,
            message=message,
            grounding=self._grounding,
            token=self._grounding.token if status == Result.AMBIGUOUS else '',
            timings=timings_to_msg(self._progress.timings_ms()),
        )
        if target is not None:
            result.target = target
            if self._goal.max_grasps:
                result.target.grasps = target.grasps[: self._goal.max_grasps]
        if not self._goal.with_masks:
            result.target.mask = result.grounding.mask = RegionMask()
        return result
