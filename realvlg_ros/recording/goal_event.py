"""That a goal was accepted or has ended, and what its status says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

# The actions whose goals are recorded, and what stands for a request that is no goal of theirs:
# one by a topic, a service or the action Ground, which ends without a result that others hear.
PLAN, PICK, REQUEST = 'plan_grasps', 'pick', 'request'
# Statuses with which somebody has what was asked for: of PlanGrasps, of Pick, of its dry run.
SUCCESSES = ('OK', 'HELD', 'PLANNED')
# The status of a goal that was stopped on request: neither a success nor a failure.
CANCELED = 'CANCELED'
# A goal whose end was not heard in time; no action has this status.
NO_RESULT = 'NO_RESULT'


class GoalStep(IntEnum):
    """What happened to a goal; the values are those of GoalEvent.msg."""

    ACCEPTED = 0
    ENDED = 1


@dataclass(frozen=True)
class GoalEvent:
    """The beginning or the end of a goal.

    Attributes:
        step: which of the two.
        action: PLAN, PICK or REQUEST.
        goal_id: of the goal, the same at both; empty for a request that is no goal.
        stamp_ns: when, by the clock that images are stamped with, ns.
        request_id: that its groundings and targets carry; empty for a pick, which plans several
            times.
        instruction: as it was given.
        token: of the question that the goal answers; at an AMBIGUOUS end, of the one it asks.
        status: how it ended, by name; empty before.
        message: the reason for the status.
        target_stamp_ns: stamp of the target in the result, ns; 0 without one.
    """

    step: GoalStep
    action: str
    goal_id: str
    stamp_ns: int
    request_id: str = ''
    instruction: str = ''
    token: str = ''
    status: str = ''
    message: str = ''
    target_stamp_ns: int = 0
