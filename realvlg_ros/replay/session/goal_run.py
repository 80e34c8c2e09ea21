"""One goal on its way to its answer, by the rules of PlanGrasps, in the time of the bag."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...action import PlanGrasps
from ...grounding.grounding import Grounding, GroundingStatus
from ...ros.requests.plan_limits import PlanLimits
from ...ros.requests.status_names import STATUS_NAMES
from ...tracking.camera_drift import CameraDrift
from ...tracking.goal_rules import came_of, checked_words, good_enough, is_ready
from ...tracking.target.target import GraspTarget, TargetState
from .goals import ReplayGoal

# What helps where the scene moves in the frame of the camera.
_FIXED_FRAME = 'give --fixed-frame, a frame of tf in which the scene stands still'
# Status of a goal whose grounding did not find exactly one object.
_GROUNDING_ENDS = {
    GroundingStatus.NOT_FOUND: PlanGrasps.Result.NOT_FOUND,
    GroundingStatus.AMBIGUOUS: PlanGrasps.Result.AMBIGUOUS,
    GroundingStatus.CANCELED: PlanGrasps.Result.CANCELED,
}


@dataclass(frozen=True)
class GoalAnswer:
    """How a goal ended.

    Attributes:
        goal: that is answered.
        status: name of a status of PlanGrasps.
        message: the reason, with the evidence.
        target: with the grasps, when OK.
    """

    goal: ReplayGoal
    status: str
    message: str
    target: GraspTarget | None = None


class GoalRun:
    """Asks for a grounding, waits for the target, and asks again when it was lost on the way.

    All times are those of the bag, ns after its first image.
    """

    def __init__(self, goal: ReplayGoal, limits: PlanLimits) -> None:
        """Begin when the goal is asked.

        Args:
            goal: that is to be answered.
            limits: time limits and attempts of grasp_server.
        """
        timeout = goal.timeout or limits.timeout
        self.goal = goal
        self.answer: GoalAnswer | None = None
        self._limits = replace(limits, timeout=timeout)
        self._until_ns = goal.at_ns + round(timeout * 1e9)
        # From when on an image may be grounded; None while none is needed.
        self._ask_ns: int | None = goal.at_ns
        self._sent_ns = self._heard_ns = goal.at_ns
        self._grounding: Grounding | None = None
        self._failures = 0
        self._lost = ''
        self._no_tf_ns: int | None = None
        self._no_tf = ''
        self._stage = 'waiting for an image'
        self._drift = CameraDrift()

    def wants_grounding(self, now_ns: int) -> bool:
        """Whether an image of now is to be grounded."""
        return self.answer is None and self._ask_ns is not None and now_ns >= self._ask_ns

    def sent(self, now_ns: int) -> None:
        """An image of now is being grounded."""
        self._ask_ns, self._sent_ns, self._stage = None, now_ns, 'grounding'

    def take_grounding(self, grounding: Grounding, now_ns: int) -> None:
        """Its grounding has come."""
        if self.answer is not None:
            return
        if grounding.status in _GROUNDING_ENDS:
            self.end(_GROUNDING_ENDS[grounding.status], grounding.message)
        elif grounding.status is GroundingStatus.OK:
            self._grounding, self._failures, self._no_tf = grounding, 0, ''
            self._heard_ns, self._stage = now_ns, 'planning'
        elif grounding.status is GroundingStatus.TF_UNAVAILABLE:
            self._miss_tf(grounding.message, now_ns)
            self._ask_again(now_ns, now_ns)
        else:
            self._failures += 1
            if self._failures >= self._limits.ground_attempts:
                self.end(PlanGrasps.Result.FAILED, grounding.message)
            # A single bad image must not end the goal.
            self._ask_again(now_ns, now_ns)

    def take_target(self, target: GraspTarget, now_ns: int) -> None:
        """A target was reported; one of another request says nothing here.

        Args:
            target: with all its grasps.
            now_ns: in the time of the bag.
        """
        grounding = self._grounding
        if self.answer or grounding is None or target.request_id != self.goal.goal_id:
            return
        if not came_of(target.grounded_stamp_ns, grounding.stamp_ns):
            return
        self._heard_ns = now_ns
        if target.state is TargetState.NO_GRASP:
            self.end(PlanGrasps.Result.NO_GRASP, target.message)
        elif target.state is TargetState.LOST:
            self._lost = target.message or 'the object was lost'
            if target.tf_unavailable:
                self._miss_tf(target.message, now_ns)
            self._ask_again(self._sent_ns, now_ns)
        elif (
            is_ready(target, self.goal.wait_for_stable)
            and target.checked_stamp_ns == target.stamp_ns
        ):
            self._succeed(target)
        else:
            self._lost = self._no_tf = ''
            waits = target.message or 'waiting for a stable target'
            self._stage = f'tracking; {waits}'
            self._note_place(target)

    def _note_place(self, target: GraspTarget) -> None:
        box = target.object_box
        if self.goal.wait_for_stable and box and target.state is TargetState.CONFIRMED:
            self._drift.add(
                target.track_id, target.frame_id, target.camera_frame_id, box.box2frame[:3, 3]
            )

    def tick(self, now_ns: int) -> None:
        """Time has gone on: the goal may be out of it, or its target silent for too long."""
        if self.answer is not None:
            return
        if now_ns >= self._until_ns:
            self._time_out(f'nothing within {self._limits.timeout:g} s')
            return
        silence = self._limits.target_silence
        if self._grounding is not None and now_ns - self._heard_ns > silence * 1e9:
            self._lost = f'no target for {silence:g} s'
            self._ask_again(self._sent_ns, now_ns)

    def end(self, status: int, message: str) -> None:
        """End with a status of PlanGrasps.Result; the first end counts."""
        self.answer = self.answer or GoalAnswer(self.goal, STATUS_NAMES[status], message)

    def bag_ended(self, now_ns: int) -> None:
        """No more images come."""
        lasted = (now_ns - self.goal.at_ns) * 1e-9
        if lasted < 0:
            words = f'the bag ended before this goal was asked: at {now_ns * 1e-9:.2f} s'
            self.end(PlanGrasps.Result.TIMED_OUT, words)
        elif self.answer is None:
            self._time_out(f'the bag ended {lasted:.2f} s after the goal')

    def _ask_again(self, since_ns: int, now_ns: int) -> None:
        """Ask for another grounding, at least retry_period after a time, in a later image."""
        if self.answer is None:
            retry_ns = round(self._limits.retry_period * 1e9)
            self._ask_ns = max(since_ns + retry_ns, now_ns + 1)
            self._grounding, self._stage = None, 'waiting for an image'

    def _miss_tf(self, words: str, now_ns: int) -> None:
        """Note what tf does not give; it is not waited for longer than tf_timeout."""
        if not self._no_tf or self._no_tf_ns is None:
            self._no_tf_ns = now_ns
        self._no_tf = words
        if now_ns - self._no_tf_ns > self._limits.tf_timeout * 1e9:
            self.end(PlanGrasps.Result.TF_UNAVAILABLE, words)

    def _succeed(self, target: GraspTarget) -> None:
        words = checked_words(target.message, target.checked_stamp_ns, target.stamp_ns)
        kept, lack = good_enough(target.grasps, self.goal.min_quality)
        if lack:
            self.end(PlanGrasps.Result.NO_GRASP, lack)
            return
        grasps = tuple(kept[: self.goal.max_grasps or None])
        status = STATUS_NAMES[PlanGrasps.Result.OK]
        self.answer = GoalAnswer(self.goal, status, words, replace(target, grasps=grasps))

    def _time_out(self, words: str) -> None:
        if self._no_tf:
            self.end(PlanGrasps.Result.TF_UNAVAILABLE, f'{words}: {self._no_tf}')
        elif self._lost:
            self.end(PlanGrasps.Result.LOST, f'{words}: {self._lost}')
        else:
            moved = self._drift.words(_FIXED_FRAME)
            self.end(PlanGrasps.Result.TIMED_OUT, f'{words}: it was {self._stage}{moved}')
