"""Grounding to its message and back."""

from __future__ import annotations

import numpy as np

from ... import msg as msgs
from ...errors import MessageError
from ...grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from ...image_region import RegionMask
from ...message_limits import MAX_ID_CHARACTERS
from ...tracking.target.target import GraspTarget, TargetState
from . import values
from .rectangle import contacts_from_msg, contacts_to_msg, rectangle_from_msg, rectangle_to_msg
from .region import (
    box_from_msg,
    box_to_msg,
    mask_from_msg,
    mask_to_msg,
    timings_from_msg,
    timings_to_msg,
)
from .stamps import ns_to_stamp, stamp_to_ns


def grounding_to_msg(grounding: Grounding) -> msgs.Grounding:
    """The message of a grounding."""
    msg = msgs.Grounding(
        request_id=grounding.request_id,
        instruction=grounding.instruction,
        status=int(grounding.status),
        message=grounding.message,
        question=grounding.question,
        token=grounding.token,
        label=grounding.label,
        score=float(grounding.score),
        image_width_px=int(grounding.image_width),
        image_height_px=int(grounding.image_height),
        box=box_to_msg(grounding.box),
        mask=mask_to_msg(grounding.mask),
        rectangles=[rectangle_to_msg(r) for r in grounding.rectangles],
        contacts=[contacts_to_msg(c) for c in grounding.contacts],
        candidates=[_candidate_to_msg(c) for c in grounding.candidates],
        backend=grounding.backend,
        noun_verified=grounding.noun_verified,
        parse=grounding.parse,
        seen=[_candidate_to_msg(c) for c in grounding.seen],
        timings=timings_to_msg(grounding.timings_ms),
    )
    msg.header.stamp = ns_to_stamp(grounding.stamp_ns)
    msg.header.frame_id = grounding.frame_id
    return msg


def grounding_from_msg(msg: msgs.Grounding) -> Grounding:
    """The grounding of a message.

    Raises:
        MessageError: an unknown status, a text that is too long, a mask that contradicts its size
            or the image's or has no pixel, a score that is not finite, or lists that are too long.
        FrameError: a box that is empty or not finite.
        RectangleError: a rectangle or contact pair that is degenerate.
    """
    if msg.status not in set(GroundingStatus):
        raise MessageError(
            f'grounding {msg.request_id[:80]!r} has status {msg.status}; expected one of '
            f'{", ".join(f"{s.value} {s.name}" for s in GroundingStatus)}'
        )
    values.texts(
        'a grounding', request_id=msg.request_id, token=msg.token, instruction=msg.instruction,
        message=msg.message, question=msg.question, label=msg.label, backend=msg.backend,
        parse=msg.parse, frame_id=msg.header.frame_id,
    )  # fmt: skip
    mask = _checked_mask(msg)
    for name in ('rectangles', 'contacts', 'candidates', 'seen'):
        values.items(f'{name} of a grounding', getattr(msg, name))
    return Grounding(
        status=GroundingStatus(msg.status),
        instruction=msg.instruction,
        message=msg.message,
        stamp_ns=stamp_to_ns(msg.header.stamp),
        frame_id=msg.header.frame_id,
        image_width=msg.image_width_px,
        image_height=msg.image_height_px,
        request_id=msg.request_id,
        label=msg.label,
        score=values.number('score of a grounding', msg.score),
        box=box_from_msg(msg.box),
        mask=mask,
        rectangles=tuple(rectangle_from_msg(r) for r in msg.rectangles),
        contacts=tuple(contacts_from_msg(c) for c in msg.contacts),
        candidates=tuple(_candidate_from_msg(c) for c in msg.candidates),
        question=msg.question,
        token=msg.token,
        backend=msg.backend,
        noun_verified=msg.noun_verified,
        parse=msg.parse,
        seen=tuple(_candidate_from_msg(c) for c in msg.seen),
        timings_ms=timings_from_msg(msg.timings),
    )


def _checked_mask(msg: msgs.Grounding) -> RegionMask | None:
    """The mask of a grounding, inside its image."""
    mask = msg.mask
    right, bottom = mask.x_offset_px + mask.width_px, mask.y_offset_px + mask.height_px
    if mask.width_px and (right > msg.image_width_px or bottom > msg.image_height_px):
        raise MessageError(
            f'grounding {msg.request_id[:80]!r}: the mask reaches to column {right} and row '
            f'{bottom} of a {msg.image_width_px}x{msg.image_height_px} image; '
            'fill image_width_px and image_height_px with the size that the mask refers to'
        )
    found = mask_from_msg(mask)
    if found is not None and not found.data.any():
        raise MessageError(
            f'grounding {msg.request_id[:80]!r}: the mask has no pixel; leave it empty without one'
        )
    return found


def _candidate_to_msg(candidate: ObjectCandidate) -> msgs.ObjectCandidate:
    msg = msgs.ObjectCandidate(
        label=candidate.label,
        description=candidate.description,
        score=float(candidate.score),
        box=box_to_msg(candidate.box),
    )
    position = (np.nan,) * 3 if candidate.position is None else candidate.position
    msg.position.x, msg.position.y, msg.position.z = (float(v) for v in position)
    return msg


def _candidate_from_msg(msg: msgs.ObjectCandidate) -> ObjectCandidate:
    values.texts('a candidate', label=msg.label, description=msg.description)
    box = box_from_msg(msg.box)
    if box is None:
        raise MessageError(f'candidate {msg.label[:80]!r} has no box; fill box with its place')
    position = np.array([msg.position.x, msg.position.y, msg.position.z])
    known = bool(np.all(np.isfinite(position)))
    score = values.number('score of a candidate', msg.score)
    return ObjectCandidate(msg.label, msg.description, score, box, position if known else None)


def refused_target(message: msgs.Grounding, reason: str) -> GraspTarget:
    """A lost target with the reason why its grounding cannot be used."""
    return GraspTarget(
        TargetState.LOST,
        stamp_to_ns(message.header.stamp),
        message.header.frame_id[:MAX_ID_CHARACTERS],
        camera_frame_id=message.header.frame_id[:MAX_ID_CHARACTERS],
        request_id=message.request_id[:MAX_ID_CHARACTERS],
        label=message.label[:MAX_ID_CHARACTERS],
        message=reason,
        grounded_stamp_ns=stamp_to_ns(message.header.stamp),
    )
