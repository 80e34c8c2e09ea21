"""The events of a replay as JSON values, the lines of answers.jsonl."""

from __future__ import annotations

from typing import Any

from ...arrays import FloatArray
from ...grounding.grounding import Grounding
from ...recording.event_rows import grounding_row, pose_keys, target_row
from ...tracking.target.target import GraspTarget
from .goal_run import GoalAnswer
from .goals import ReplayGoal


def goal_event(goal: ReplayGoal) -> dict[str, Any]:
    """A goal is asked."""
    return {
        'event': 'goal',
        'goal': goal.goal_id,
        'instruction': goal.instruction,
        'at_s': goal.at,
        'wait_for_stable': goal.wait_for_stable,
        'min_quality': goal.min_quality,
    }


def grounding_event(grounding: Grounding, again: bool) -> dict[str, Any]:
    """A grounding is delivered."""
    return _of_goal(grounding_row(grounding, again))


def target_event(target: GraspTarget) -> dict[str, Any]:
    """A target is reported."""
    return _of_goal(target_row(target))


def answer_event(answer: GoalAnswer, support: FloatArray | None) -> dict[str, Any]:
    """A goal is answered.

    Args:
        answer: to the goal.
        support: (4,) plane n . p + d = 0 that objects stand on in the frame of the answer, n
            upward and d in m, if it is seen.
    """
    target = answer.target
    return {
        'event': 'answer',
        'goal': answer.goal.goal_id,
        'status': answer.status,
        'message': answer.message,
        'label': '' if target is None else target.label,
        'track_id': 0 if target is None else target.track_id,
        **pose_keys(target),
        'support_plane': None if support is None else support.tolist(),
    }


def notice_event(message: str) -> dict[str, Any]:
    """Something happened to the stream of images."""
    return {'event': 'notice', 'message': message}


def _of_goal(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its request as the goal; the step gives the time."""
    left_out = ('event', 'stamp_ns', 'request_id')
    rest = {key: value for key, value in row.items() if key not in left_out}
    return {'event': row['event'], 'goal': row['request_id'], **rest}
