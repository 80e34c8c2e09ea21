"""Grasps from the PlanGrasps action and the target topic."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from ..action import PlanGrasps
from ..errors import NoPlanError, ParameterError, StaleTargetError
from ..msg import GraspTarget
from ..ros.conversions.pose import point_from_msg, pose_from_msg
from ..ros.conversions.stamps import stamp_to_ns
from .grip import Evidence, Finding, Sighting, judge_sighting
from .halt import Halt
from .motion import GraspMotion, Plan
from .plan_call import PlanCaller
from .target_motions import plan_of

# A target that was checked so long after the present time, s, is of another clock. Chosen: more
# than clocks differ that are kept in step, less than what makes a grasp old.
_AHEAD_S = 0.1


@dataclass(frozen=True)
class TargetLimits:
    """Which targets may be approached, and how long one is waited for.

    Attributes:
        plan_timeout: deadline of PlanGrasps, s.
        target_timeout: so long a target that may not be approached is waited on, s.
        max_plan_age: a grasp in view that was not checked for so long is not approached, s.
        unseen_time: so long an occluded target may be approached all the same, s.
        verify_timeout: so long a target that has moved is waited on after a retreat, s.
        link: that the planning group moves; empty: any that the target names.
        accept_camera_frame: the camera does not move, and its frame is as good as a fixed one.
    """

    plan_timeout: float = 20.0
    target_timeout: float = 2.0
    max_plan_age: float = 1.0
    unseen_time: float = 0.0
    verify_timeout: float = 2.0
    link: str = ''
    accept_camera_frame: bool = False


class TargetPlans:
    """The grasps of one pick; see Plans. `on_target` comes from another thread."""

    def __init__(
        self,
        caller: PlanCaller,
        instruction: str,
        limits: TargetLimits,
        halt: Halt,
        now_ns: Callable[[], int],
        refusal: Callable[[GraspTarget], str] = lambda target: '',
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            caller: sends the goals of PlanGrasps.
            instruction: what to pick up.
            limits: which targets may be approached.
            halt: ends every wait.
            now_ns: time of the clock that images are stamped with, ns.
            refusal: why the robot must not move by a target, in words; empty where it may.
        """
        self._caller = caller
        self._instruction = instruction
        self._limits = limits
        self._halt = halt
        self._now_ns = now_ns
        self._refusal = refusal
        self._lock = threading.Lock()
        self._request_id = self._refused = ''
        self._target: GraspTarget | None = None
        self._before: GraspTarget | None = None

    def ask(self) -> Plan:
        """Plan grasps for the instruction; see Plans."""
        timeout = min(self._limits.plan_timeout, self._halt.remaining)
        with self._lock:
            self._request_id, self._target, self._refused = uuid.uuid4().hex, None, ''
        goal = PlanGrasps.Goal(
            request_id=self._request_id,
            instruction=self._instruction,
            timeout=timeout,
            wait_for_stable=True,
        )
        result = self._caller.call(goal).run(check=self._halt.check)
        if result.status != PlanGrasps.Result.OK:
            question = result.grounding.question
            words = f'{result.message}; {question}' if question else result.message
            raise NoPlanError(result.status, words)
        self.on_target(result.target)
        return self._plan(result.target)

    def newest(self) -> Plan:
        """The newest grasps, if they may be approached; see Plans."""
        target, objection = self._looked()

        def fits() -> bool:
            nonlocal target, objection
            target, objection = self._looked()
            return not objection

        self._halt.wait(fits, self._limits.target_timeout)
        if target is None or objection:
            raise StaleTargetError(objection)
        self._before = target
        return self._plan(target)

    def follow(self, motion: GraspMotion) -> Finding:
        """Whether the object has moved with a retreat that has just ended; see Plans."""
        since_ns = self._now_ns()

        def found() -> Finding:
            target = self._target
            if self._before is None or target is None:
                return Finding(Evidence.UNKNOWN, 'no target is known')
            newer = stamp_to_ns(target.header.stamp) > since_ns
            # A target that is lost is published no more.
            after = self._sighting(target) if newer or target.state == target.LOST else None
            return judge_sighting(self._sighting(self._before), after, motion.retreat)

        self._halt.wait(lambda: found().evidence == Evidence.HELD, self._limits.verify_timeout)
        return found()

    def on_target(self, target: GraspTarget) -> None:
        """Take a target; those of other requests, older ones and refused ones are ignored."""
        if target.request_id != self._request_id:
            return
        self._refused = self._refusal(target)
        if self._refused:
            return
        with self._lock:
            known = self._target
            newer = known is None or stamp_to_ns(target.header.stamp) >= stamp_to_ns(
                known.header.stamp
            )
            if target.request_id == self._request_id and newer:
                self._target = target

    def _looked(self) -> tuple[GraspTarget | None, str]:
        """The newest target, and why that one may not be approached; empty when it may."""
        target = self._target
        if self._refused:
            return target, f'the target that came last was refused: {self._refused}'
        return target, 'no target has come' if target is None else self._objection(target)

    def _objection(self, target: GraspTarget) -> str:
        if target.state in (target.LOST, target.NO_GRASP) or not target.grasps:
            return f'the target is {_STATES[target.state]}: {target.message or "no reason given"}'
        now_ns = self._now_ns()
        age = (now_ns - stamp_to_ns(target.checked_stamp)) * 1e-9
        if age < -_AHEAD_S:
            return (
                f'its grasps were checked {-age:.1f} s after the present time of this node: '
                'compare the clock of the camera with that of this machine, and use_sim_time '
                'here with a /clock that runs'
            )
        if target.state == target.OCCLUDED:
            if age > self._limits.unseen_time:
                return f'the target has not been seen for {age:.1f} s (unseen_time)'
            return ''
        if not target.stable:
            return f'the target is not stable: {target.message or "no reason given"}'
        if age > self._limits.max_plan_age:
            return f'its grasps were last checked {age:.1f} s ago (max_plan_age)'
        return ''

    def _plan(self, target: GraspTarget) -> Plan:
        limits = self._limits
        in_camera = target.header.frame_id == target.camera_frame_id
        if in_camera and not limits.accept_camera_frame:
            raise ParameterError(
                f'grasps are in the frame of the camera ({target.camera_frame_id}), which may '
                'move with the arm: set fixed_frame of grasp_node, or accept_camera_frame here '
                'if the camera stands still'
            )
        if limits.link not in ('', target.parent_link):
            raise ParameterError(
                f'grasps are given for the link {target.parent_link}, and end_effector_link is '
                f'{limits.link}: set end_effector_link of grasp_node to it as well'
            )
        return plan_of(target)

    def _sighting(self, target: GraspTarget) -> Sighting:
        frame_id = target.header.frame_id
        moves = frame_id == target.camera_frame_id and not self._limits.accept_camera_frame
        seen = target.state not in (target.OCCLUDED, target.LOST)
        if point_from_msg(target.object_size).any():
            box2frame = pose_from_msg(target.object_pose)
            half_axes = (box2frame[:3, :3] * (point_from_msg(target.object_size) / 2)).T
            return Sighting(box2frame[:3, 3], seen, frame_id, moves, half_axes=half_axes)
        if target.grasps:
            position = point_from_msg(target.grasps[0].pose.pose.position)
            return Sighting(position, seen, frame_id, moves, 'grasp')
        return Sighting(None, seen, frame_id, moves)


_STATES = {
    GraspTarget.TENTATIVE: 'tentative',
    GraspTarget.CONFIRMED: 'without grasps',
    GraspTarget.OCCLUDED: 'occluded',
    GraspTarget.LOST: 'lost',
    GraspTarget.NO_GRASP: 'not graspable',
}
