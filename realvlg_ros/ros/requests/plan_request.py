"""One request to plan grasps: from the instruction to a target, within its deadline."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from ...action import Ground, PlanGrasps
from ...errors import InstructionError
from ...grounding.grounding import check_instruction
from ...msg import GraspTarget, Grounding, RegionMask
from ..conversions.region import timings_to_msg
from ..node.deadline import Deadline
from ..node.goals import FEEDBACK_PERIOD_S
from .answers import answers, checked_words, is_checked, leave_out_below
from .ground_client import GroundAttempt, GroundClient
from .plan_limits import PlanLimits
from .progress import Progress

T = TypeVar('T')
Result: TypeAlias = PlanGrasps.Result
Feedback: TypeAlias = PlanGrasps.Feedback

# How often it is checked whether a missing node has started, and whether one is not active, s.
# Chosen: too short to be noticed.
_DISCOVERY_PERIOD_S = 0.1
_ACTIVE_PERIOD_S = 0.2

# Status of a request whose grounding did not find exactly one object.
_GROUNDING_ENDS = {
    Grounding.NOT_FOUND: Result.NOT_FOUND,
    Grounding.AMBIGUOUS: Result.AMBIGUOUS,
    Grounding.CANCELED: Result.CANCELED,
}


class _Ended(Exception):  # noqa: N818
    """Ends the request with a status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class PlanRequest:
    """Grounds, waits for the target, and grounds again when the object was lost on the way.

    `run` blocks its thread; `end` and `on_target` come from others.
    """

    def __init__(
        self,
        goal: PlanGrasps.Goal,
        limits: PlanLimits,
        grounder: GroundClient,
        missing: Callable[[], str],
        publish: Callable[[Feedback], None],
        idle: Callable[[], str] = lambda: '',
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Take a goal and start its deadline.

        Args:
            goal: instruction and options.
            limits: time limits and number of attempts.
            grounder: client of the action that finds the object.
            missing: says which node is missing, and the remedy; empty when none is.
            publish: called with each feedback.
            idle: says which node waits for a command and so will not answer, and the command;
                empty when none does.
            now_ns: time of the clock that images are stamped with, ns.
        """
        self._now_ns = now_ns
        self.request_id = goal.request_id or uuid.uuid4().hex
        self._goal = goal
        self._limits = limits
        self._grounder = grounder
        self._missing = missing
        self._idle = idle
        self._deadline = Deadline(limits.timeout)
        self._changed = threading.Condition()
        self._end: _Ended | None = None
        self._target: GraspTarget | None = None
        self._planning = Deadline(0.0)
        self._grounding = Grounding()
        self._lost = ''
        self._failures = 0
        self._progress = Progress(self._deadline, publish)

    def end(self, status: int, reason: str) -> None:
        """End the request from outside: CANCELED or FAILED, and why."""
        with self._changed:
            self._end = self._end or _Ended(status, reason)
            self._changed.notify_all()

    def on_target(self, target: GraspTarget) -> None:
        """Take a target; those of other requests are ignored."""
        if target.request_id == self.request_id:
            with self._changed:
                self._target = target
                self._changed.notify_all()

    def on_planning(self, request_id: str) -> None:
        """Grasp_node still plans for a request; of others it says nothing here."""
        if request_id == self.request_id:
            self._planning = Deadline(self._limits.target_silence)

    def run(self) -> Result:
        """Ground and wait for a target until there is a result, and return it."""
        try:
            instruction = check_instruction(self._goal.instruction)
            if not 0 <= (least := self._goal.min_quality) <= 1:
                raise _Ended(Result.FAILED, f'min_quality is {least:g}; expected 0 to 1')
            while True:
                sent = self._deadline.elapsed
                self._ground(instruction)
                target = self._await_target()
                if target is not None:
                    words = checked_words(target, self._now_ns())
                    if lack := leave_out_below(target, least):
                        return self._result(Result.NO_GRASP, lack)
                    return self._result(Result.OK, words, target)
                pause = self._limits.retry_period - (self._deadline.elapsed - sent)
                self._wait(lambda: None, pause)
        except InstructionError as error:
            return self._result(Result.FAILED, str(error))
        except _Ended as end:
            return self._result(end.status, str(end))

    def _ground(self, instruction: str) -> None:
        """Find the object; returns when the grounding is OK."""
        while True:
            attempt = self._send(instruction)
            try:
                self._wait(lambda: self._heard(attempt))  # noqa: B023 - called before the next
            except _Ended:
                attempt.abandon()
                raise
            if attempt.result is None:
                attempt.abandon()
                self._progress.enter(
                    Feedback.WAITING_FOR_GROUNDER,
                    'grounding_node does not answer: check that it is active',
                )
                self._wait(lambda: None, _DISCOVERY_PERIOD_S)
            elif self._take_grounding(attempt.result):
                return

    def _heard(self, attempt: GroundAttempt) -> bool | None:
        """Whether an attempt has ended; passes on what a grounder without images says."""
        feedback = attempt.feedback
        if feedback is not None and feedback.stage == Ground.Feedback.WAITING_FOR_IMAGE:
            self._progress.wait_for(feedback.message)
        return attempt.ended or None

    def _send(self, instruction: str) -> GroundAttempt:
        while words := self._missing():
            self._progress.enter(Feedback.WAITING_FOR_GROUNDER, words)
            self._wait(lambda: self._missing() != words or None, poll=_DISCOVERY_PERIOD_S)
        self._progress.enter(Feedback.GROUNDING, instruction)
        with self._changed:
            # If a newer request has ended this one, a goal sent now would replace the newer goal.
            if self._end is not None:
                raise self._end
            self._target = None
            return self._grounder.send(
                instruction, self.request_id, self._limits.grounder_silence, self._notify
            )

    def _take_grounding(self, grounding: Grounding) -> bool:
        """Whether the object was found; False to ground again.

        Raises:
            _Ended: it was not found, or too many groundings have failed.
        """
        self._grounding = grounding
        if grounding.status == Grounding.OK:
            self._failures = 0
            return True
        if grounding.status in _GROUNDING_ENDS:
            raise _Ended(_GROUNDING_ENDS[grounding.status], grounding.message)
        self._failures += 1
        if self._failures >= self._limits.ground_attempts:
            raise _Ended(Result.FAILED, grounding.message)
        # A single bad image or a grounder that is restarting must not end the request.
        self._wait(lambda: None, self._limits.retry_period)
        return False

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
                self._lost = (
                    f'no target for {self._limits.target_silence:g} s: '
                    'check that grasp_node is active and receives images'
                )
                return None
            if not answers(target, self._grounding):
                seen = target
                continue
            if self._usable(target):
                return target
            if target.state == GraspTarget.LOST:
                return None
            # It is followed again: the deadline does not end it as lost.
            self._lost = ''
            self._progress.enter(
                Feedback.TRACKING, target.message or 'waiting for a stable target'
            )
            seen, silent_since = target, Deadline(self._limits.target_silence)

    def _usable(self, target: GraspTarget) -> bool:
        if target.state == GraspTarget.NO_GRASP:
            raise _Ended(Result.NO_GRASP, target.message)
        if target.state == GraspTarget.LOST:
            self._lost = target.message or 'the object was lost'
            return False
        seen = target.state in (GraspTarget.TENTATIVE, GraspTarget.CONFIRMED)
        ready = target.stable or not self._goal.wait_for_stable
        return bool(target.grasps and seen and ready and is_checked(target))

    def _next_target(self, seen: GraspTarget | None, limit: float) -> GraspTarget | None:
        return self._wait(lambda: self._target if self._target is not seen else None, limit)

    def _wait(
        self,
        ready: Callable[[], T | None],
        limit: float = float('inf'),
        poll: float = FEEDBACK_PERIOD_S,
    ) -> T | None:
        """Wait until ready gives something.

        Args:
            ready: called after each message; gives None to wait on.
            limit: longest wait, s; None is returned after it.
            poll: longest time between two calls of ready, s.

        Raises:
            _Ended: the request was ended, or its deadline has passed.
        """
        until = Deadline(limit)
        while True:
            with self._changed:
                if self._end is not None:
                    raise self._end
                if (found := ready()) is not None:
                    return found
                if self._deadline.passed:
                    raise self._timed_out()
                if until.passed:
                    return None
                left = min(until.remaining, self._deadline.remaining)
                self._changed.wait(min(left, poll, _ACTIVE_PERIOD_S))
            if words := self._idle():
                raise _Ended(Result.FAILED, words)
            self._progress.keep_alive()

    def _timed_out(self) -> _Ended:
        if self._lost:
            return _Ended(Result.LOST, self._lost)
        message = f'nothing within {self._limits.timeout:g} s: it was {self._progress.describe()}'
        if self._grounding.status == Grounding.FAILED:
            message += f'; the last failure: {self._grounding.message}'
        return _Ended(Result.TIMED_OUT, message)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _result(self, status: int, message: str, target: GraspTarget | None = None) -> Result:
        result = Result(
            status=status,
            message=message,
            grounding=self._grounding,
            timings=timings_to_msg(self._progress.timings_ms()),
        )
        if target is not None:
            result.target = target
            if self._goal.max_grasps:
                result.target.grasps = target.grasps[: self._goal.max_grasps]
        if not self._goal.with_masks:
            result.target.mask = result.grounding.mask = RegionMask()
        return result
