"""What happened, as JSON objects: the events of an episode and the lines of answers.jsonl.

Every event has the keys `event`, `stamp_ns` and `request_id`; what is not known is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..grasping.grasp import Grasp
from ..grounding.grounding import Grounding, ObjectCandidate
from ..image_region import Box
from ..json_text import to_plain
from ..tracking.target.target import GraspTarget
from ..transforms import to_quaternion

# A grasp that is not there: every key of its pose is null.
_NO_GRASP: Mapping[str, Any] = dict.fromkeys(
    ('position_m', 'quaternion_xyzw', 'width_m', 'quality', 'covariance')
)


def grounding_row(grounding: Grounding, again: bool = False) -> dict[str, Any]:
    """A grounding.

    Args:
        grounding: the answer of a grounder, or that a request has taken an image (IN_PROGRESS).
        again: whether its request had been answered before.
    """
    return {
        'event': 'grounding',
        'stamp_ns': int(grounding.stamp_ns),
        'request_id': grounding.request_id,
        'status': grounding.status.name,
        'message': grounding.message,
        'instruction': grounding.instruction,
        'label': grounding.label,
        'score': to_plain(float(grounding.score)),
        'box_xyxy': _box(grounding.box),
        'question': grounding.question,
        'candidates': [_candidate(item) for item in grounding.candidates],
        'grounded_stamp_ns': int(grounding.stamp_ns),
        'again': again,
        'backend': grounding.backend,
    }


def target_row(target: GraspTarget) -> dict[str, Any]:
    """A target with its best grasp."""
    return {
        'event': 'target',
        'stamp_ns': int(target.stamp_ns),
        'request_id': target.request_id,
        'state': target.state.name,
        'stable': bool(target.stable),
        'message': target.message,
        'label': target.label,
        'track_id': int(target.track_id),
        **pose_keys(target),
    }


def pose_keys(target: GraspTarget | None) -> dict[str, Any]:
    """The best grasp of a target: null without one.

    Positions are in m, in the frame frame_id; the covariance is over x, y, z and the rotations
    about them, m and rad.
    """
    best = target.grasps[0] if target is not None and target.grasps else None
    return {
        'frame_id': None if target is None else target.frame_id,
        **(_NO_GRASP if best is None else _pose(best)),
        'grasps': 0 if target is None else len(target.grasps),
        'checked_stamp_ns': None if best is None or target is None else target.checked_stamp_ns,
        'box_xyxy': None if target is None else _box(target.box),
    }


def _pose(grasp: Grasp) -> dict[str, Any]:
    return {
        'position_m': to_plain(grasp.position),
        'quaternion_xyzw': to_plain(to_quaternion(grasp.tcp2frame)),
        'width_m': to_plain(float(grasp.object_width)),
        'quality': to_plain(float(grasp.quality)),
        'covariance': to_plain(np.asarray(grasp.covariance)),
    }


def _candidate(candidate: ObjectCandidate) -> dict[str, Any]:
    return {
        'label': candidate.label,
        'description': candidate.description,
        'score': to_plain(float(candidate.score)),
        'box_xyxy': _box(candidate.box),
        'position_m': to_plain(candidate.position),
    }


def _box(box: Box | None) -> list[float] | None:
    return None if box is None else [float(value) for value in box.as_tuple()]
