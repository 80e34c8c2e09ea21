"""Ask the pipeline as grasp_server would: ground, follow frames, wait for a stable target."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..frame import RgbdFrame
from ..grasping.planner import GraspPlanner
from ..grounding.grounding import Grounder, Grounding, GroundingStatus
from ..pipeline import Pipeline
from ..tracking.goal_rules import came_of, is_ready
from ..tracking.target.target import GraspTarget, TargetState

# Frames until a goal has timed out, at 30 Hz. From grasp_server's deadline for a plan, shortened:
# nothing moves here.
_PATIENCE = 60


@dataclass
class Asked:
    """What came of an instruction.

    Attributes:
        status: of the answer, as PlanGrasps names it.
        message: the reason.
        target: with the grasps, when OK.
        grounding: what was understood.
        frames: that were needed.
        seconds: wall time of grounding, and of planning and tracking.
    """

    status: str
    message: str
    target: GraspTarget | None = None
    grounding: Grounding | None = None
    frames: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def ask(
    grounder: Grounder, planner: GraspPlanner, frame_at: Callable[[int], RgbdFrame], sentence: str
) -> Asked:
    """Ask once.

    Args:
        grounder: loaded.
        planner: of the gripper.
        frame_at: the frame of a number, from 0.
        sentence: the instruction.

    Raises:
        RealvlgError: a frame or the instruction was refused.
    """
    pipeline = Pipeline(grounder, planner)
    frame = frame_at(0)
    begin = time.perf_counter()
    pipeline.follow(frame)
    grounding = pipeline.start(frame, sentence, 'episode')
    seconds = {'ground': time.perf_counter() - begin, 'plan': 0.0}
    if grounding.status is not GroundingStatus.OK:
        return Asked(
            grounding.status.name, grounding.message, grounding=grounding, seconds=seconds
        )
    begin = time.perf_counter()
    targets = [pipeline.finish(grounding)]
    seconds['plan'] += time.perf_counter() - begin
    words = ''
    for index in range(1, _PATIENCE + 1):
        for target in targets:
            if not came_of(target.grounded_stamp_ns, grounding.stamp_ns):
                continue
            asked = Asked('OK', target.message, target, grounding, index, seconds)
            if target.state is TargetState.NO_GRASP:
                asked.status = 'NO_GRASP'
                return asked
            if target.state is TargetState.LOST:
                asked.status = 'LOST'
                return asked
            if is_ready(target, True) and target.checked_stamp_ns == target.stamp_ns:
                return asked
            words = target.message
        frame = frame_at(index)
        begin = time.perf_counter()
        targets = pipeline.follow(frame)
        seconds['plan'] += time.perf_counter() - begin
    return Asked('TIMED_OUT', words, None, grounding, _PATIENCE, seconds)
