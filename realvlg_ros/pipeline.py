"""Grounder, planner and tracker as one object, for one frame or a stream, without ROS."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from .answer import Answer
from .frame import RgbdFrame
from .grasping.planner import GraspPlanner
from .grounding.grounding import (
    Grounder,
    Grounding,
    GroundingStatus,
    check_instruction,
    never_aborted,
)
from .grounding.query import Query, completed, ground
from .tracking.lock_step import LockStep
from .tracking.reground import RegroundRequest
from .tracking.target.target import GraspTarget
from .tracking.tracker import TargetTracker


class Pipeline:
    """A sentence and RGB-D frames become grasps and a tracked target.

    The same stages as the three nodes run, in one process and in lock step.
    """

    def __init__(
        self, grounder: Grounder, planner: GraspPlanner, tracker: TargetTracker | None = None
    ) -> None:
        """Join loaded parts; a tracker is needed for `follow` only.

        Args:
            grounder: loaded.
            planner: of the gripper in use.
            tracker: needed for `follow` only.
        """
        self._grounder = grounder
        self._planner = planner
        self._tracker = tracker or TargetTracker()
        self._stream = LockStep(self._tracker, planner)

    def ask(
        self,
        frame: RgbdFrame,
        instruction: str,
        aborted: Callable[[], bool] = never_aborted,
    ) -> Answer:
        """Ground an instruction in one frame and plan grasps for the object.

        Args:
            frame: colour and depth.
            instruction: a sentence in English.
            aborted: asked between the steps of the grounder.

        Raises:
            InstructionError: the instruction cannot be taken.
            GroundingError: the grounder could not do its work.
            GroundingCanceled: aborted returned True.
        """
        start = time.perf_counter()
        grounding = self._grounder.ground(frame, check_instruction(instruction), aborted)
        grounded = time.perf_counter()
        timings = {f'grounding.{k}': v for k, v in grounding.timings_ms.items()}
        timings['grounding'] = (grounded - start) * 1e3
        if grounding.status is not GroundingStatus.OK:
            return Answer.from_stages(grounding, (), '', timings)
        plan = self._planner.plan(frame, grounding, frame.up)
        timings.update({f'planning.{k}': v for k, v in plan.timings_ms.items()})
        timings['planning'] = (time.perf_counter() - grounded) * 1e3
        timings['total'] = (time.perf_counter() - start) * 1e3
        return Answer.from_stages(grounding, plan.grasps, plan.message, timings, plan.look_from)

    def start(self, frame: RgbdFrame, instruction: str, request_id: str) -> Grounding:
        """Ground an instruction in a frame that the tracker has seen.

        Args:
            frame: colour and depth.
            instruction: a sentence in English.
            request_id: names the request in all that comes of it.

        Raises:
            InstructionError, GroundingError: as for `ask`.
        """
        self._tracker.begin(request_id, frame.stamp_ns)
        instruction = check_instruction(instruction)
        grounding = ground(self._grounder, frame, Query(instruction))
        return replace(completed(grounding, frame, self._grounder.name), request_id=request_id)

    def finish(self, grounding: Grounding) -> GraspTarget:
        """Carry the target of a grounding to the newest frame; a new one is planned for first.

        One that is followed already is planned for when the next frame comes.
        """
        return self._stream.set_grounding(grounding)

    def follow(self, frame: RgbdFrame) -> list[GraspTarget]:
        """Take the next frame of the stream and return the targets as they are in it.

        The plan that is due then is made, too.
        """
        return self._stream.update(frame)

    def track(self, frame: RgbdFrame) -> list[GraspTarget]:
        """As `follow`, without the plan: `plan` makes it."""
        return self._tracker.update(frame)

    def plan(self) -> None:
        """Make the plan that is due in the newest frame, if one is."""
        self._stream.plan()

    def pause(self, reason: str, lost: bool = False) -> list[GraspTarget]:
        """The targets while no frame comes: not seen, or lost until one shows them."""
        return self._tracker.pause(reason, lost)

    def interrupt(self, reason: str, stamp_ns: int = 0) -> list[GraspTarget]:
        """The stream is broken: return all targets as lost; they are asked for again.

        Args:
            reason: in words.
            stamp_ns: when it broke, ns; 0: with the newest frame.
        """
        return self._tracker.interrupt(reason, stamp_ns)

    def take_reground_requests(self) -> list[RegroundRequest]:
        """What is to be grounded again now: lost targets, and followed ones against drift."""
        return self._tracker.take_reground_requests()

    def take_notices(self) -> list[str]:
        """What happened to the stream since the last call, in words."""
        return self._tracker.take_notices()
