"""The answer to one instruction on one frame, and its JSON form."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import cv2
import numpy as np

from .arrays import FloatArray
from .grasping.grasp import Grasp
from .grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from .transforms import to_quaternion


class AnswerStatus(Enum):
    """How a question ended."""

    OK = 'OK'
    NOT_FOUND = 'NOT_FOUND'
    AMBIGUOUS = 'AMBIGUOUS'
    NO_GRASP = 'NO_GRASP'
    FAILED = 'FAILED'


@dataclass(frozen=True)
class Answer:
    """What came of an instruction.

    Attributes:
        status: OK when there is at least one grasp.
        message: reason for the status, with the evidence.
        grounding: what the instruction refers to.
        grasps: best first, in the camera's optical frame.
        timings_ms: wall time by stage.
        look_from: (3,) unit vector from the object toward a camera that would see what is not
            seen, in that frame, where that alone leaves no grasp; else None.
    """

    status: AnswerStatus
    message: str
    grounding: Grounding
    grasps: tuple[Grasp, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    look_from: FloatArray | None = None

    @classmethod
    def from_stages(
        cls,
        grounding: Grounding,
        grasps: tuple[Grasp, ...],
        plan_message: str,
        timings_ms: dict[str, float],
        look_from: FloatArray | None = None,
    ) -> Answer:
        """Join a grounding with what the planner made of it.

        Args:
            grounding: what the grounder answered.
            grasps: ranked, best first; may be empty.
            plan_message: why there are no grasps, in words.
            timings_ms: duration of each stage by its name, ms.
            look_from: (3,) the plan's.
        """
        if grounding.status is GroundingStatus.OK:
            status = AnswerStatus.OK if grasps else AnswerStatus.NO_GRASP
            message = plan_message or grounding.message
            return cls(status, message, grounding, grasps, timings_ms, look_from)
        name = grounding.status.name
        status = AnswerStatus[name] if name in AnswerStatus.__members__ else AnswerStatus.FAILED
        return cls(status, grounding.message, grounding, (), timings_ms)

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values; docs/interfaces.md describes the keys."""
        grounding = self.grounding
        values: dict[str, Any] = {
            'instruction': grounding.instruction,
            'status': self.status.value,
            'message': self.message,
        }
        if grounding.parse:
            values['parse'] = grounding.parse
        if grounding.status is GroundingStatus.OK:
            values['object'] = _object_to_json(grounding)
        if self.status is AnswerStatus.AMBIGUOUS:
            values['question'] = grounding.question
            values['candidates'] = [_candidate_to_json(c) for c in grounding.candidates]
        if grounding.seen:
            values['seen'] = [_candidate_to_json(c) for c in grounding.seen]
        if self.look_from is not None:
            values['look_from'] = self.look_from.tolist()
        values['grasps'] = [_grasp_to_json(grasp) for grasp in self.grasps]
        values['latency_ms'] = {key: round(value, 3) for key, value in self.timings_ms.items()}
        return values


def _object_to_json(grounding: Grounding) -> dict[str, Any]:
    mask_png = None
    if grounding.mask is not None:
        full = grounding.mask.to_full(grounding.image_height, grounding.image_width)
        _, png = cv2.imencode('.png', full.astype(np.uint8) * 255)
        mask_png = base64.b64encode(png.tobytes()).decode('ascii')
    return {
        'label': grounding.label,
        'score': float(grounding.score),
        'noun_verified': grounding.noun_verified,
        'box_xyxy': list(grounding.box.as_tuple()) if grounding.box else None,
        'mask_png': mask_png,
    }


def _candidate_to_json(candidate: ObjectCandidate) -> dict[str, Any]:
    return {
        'label': candidate.label,
        'description': candidate.description,
        'score': float(candidate.score),
        'box_xyxy': list(candidate.box.as_tuple()),
        'position_m': None if candidate.position is None else candidate.position.tolist(),
    }


def _grasp_to_json(grasp: Grasp) -> dict[str, Any]:
    rectangle = grasp.rectangle
    return {
        'position_m': grasp.position.tolist(),
        'quaternion_xyzw': to_quaternion(grasp.tcp2frame).tolist(),
        'width_m': float(grasp.object_width),
        'quality': float(grasp.quality),
        'rectangle': {
            'center_px': [rectangle.x, rectangle.y],
            'angle_rad': rectangle.angle,
            'width_px': rectangle.width,
            'height_px': rectangle.height,
        },
        'contacts_px': grasp.contacts.points.tolist(),
        'contacts_seen': [float(share) for share in grasp.contacts_seen],
        'covariance': grasp.covariance.tolist(),
    }
