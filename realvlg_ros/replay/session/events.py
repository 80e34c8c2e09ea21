"""The events of a replay as JSON values, the lines of answers.jsonl."""

from __future__ import annotations

from typing import Any

from ...answer import candidate_to_json
from ...grounding.grounding import Grounding
from ...image_region import Box
from ...tracking.target.target import GraspTarget
from ...transforms import to_quaternion
from .goal_run import GoalAnswer
from .goals import ReplayGoal

# What a target without a grasp has in the place of each key of its best grasp.
_NO_POSE = dict.fromkeys(('position_m', 'quaternion_xyzw', 'width_m', 'quality', 'covariance'))


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
    return {
        'event': 'grounding',
        'goal': grounding.request_id,
        'status': grounding.status.name,
        'message': grounding.message,
        'label': grounding.label,
        'score': float(grounding.score),
        'box_xyxy': _box(grounding.box),
        'question': grounding.question,
        'candidates': [candidate_to_json(candidate) for candidate in grounding.candidates],
        'grounded_stamp_ns': grounding.stamp_ns,
        'again': again,
    }


def target_event(target: GraspTarget) -> dict[str, Any]:
    """A target is reported."""
    return {
        'event': 'target',
        'goal': target.request_id,
        'state': target.state.name,
        'stable': bool(target.stable),
        'message': target.message,
        'label': target.label,
        'track_id': target.track_id,
        **_pose_keys(target),
    }


def answer_event(answer: GoalAnswer) -> dict[str, Any]:
    """A goal is answered."""
    target = answer.target
    return {
        'event': 'answer',
        'goal': answer.goal.goal_id,
        'status': answer.status,
        'message': answer.message,
        'label': '' if target is None else target.label,
        'track_id': 0 if target is None else target.track_id,
        **_pose_keys(target),
    }


def notice_event(message: str) -> dict[str, Any]:
    """Something happened to the stream of images."""
    return {'event': 'notice', 'message': message}


def _pose_keys(target: GraspTarget | None) -> dict[str, Any]:
    """The best grasp of a target and where its object is; null where there is none."""
    if target is None:
        return {
            'frame_id': None, **_NO_POSE, 'grasps': 0, 'checked_stamp_ns': None, 'box_xyxy': None,
        }  # fmt: skip
    pose: dict[str, Any] = _NO_POSE
    if target.grasps:
        best = target.grasps[0]
        pose = {
            'position_m': best.position.tolist(),
            'quaternion_xyzw': to_quaternion(best.tcp2frame).tolist(),
            'width_m': float(best.object_width),
            'quality': float(best.quality),
            'covariance': best.covariance.tolist(),
        }
    return {
        'frame_id': target.frame_id,
        **pose,
        'grasps': len(target.grasps),
        'checked_stamp_ns': target.checked_stamp_ns if target.grasps else None,
        'box_xyxy': _box(target.box),
    }


def _box(box: Box | None) -> list[float] | None:
    return None if box is None else [float(value) for value in box.as_tuple()]
