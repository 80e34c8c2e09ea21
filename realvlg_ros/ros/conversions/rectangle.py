"""Grasp rectangles and contact pairs to messages and back."""

from __future__ import annotations

from ... import msg as msgs
from ...rectangle import ContactPair, GraspRectangle
from . import values

# A field of a message cannot be None: a negative score means that the source gives none. Chosen:
# no score is negative.
_NO_SCORE = -1.0


def rectangle_to_msg(rectangle: GraspRectangle) -> msgs.GraspRectangle:
    """The message of a grasp rectangle."""
    return msgs.GraspRectangle(
        center_x_px=float(rectangle.x),
        center_y_px=float(rectangle.y),
        angle=float(rectangle.angle),
        opening_width_px=float(rectangle.width),
        jaw_height_px=float(rectangle.height),
        score=_score_to_msg(rectangle.score),
    )


def rectangle_from_msg(msg: msgs.GraspRectangle) -> GraspRectangle:
    """The grasp rectangle of a message.

    Raises:
        RectangleError: it is degenerate or not finite.
        MessageError: a score that is not finite.
    """
    return GraspRectangle(
        msg.center_x_px, msg.center_y_px, msg.angle,
        msg.opening_width_px, msg.jaw_height_px, _score_from_msg(msg.score),
    )  # fmt: skip


def contacts_to_msg(contacts: ContactPair) -> msgs.ContactPair:
    """The message of a contact pair."""
    return msgs.ContactPair(
        x1_px=float(contacts.x1), y1_px=float(contacts.y1),
        x2_px=float(contacts.x2), y2_px=float(contacts.y2),
        score=_score_to_msg(contacts.score),
    )  # fmt: skip


def contacts_from_msg(msg: msgs.ContactPair) -> ContactPair:
    """The contact pair of a message.

    Raises:
        RectangleError: the contacts coincide or are not finite.
        MessageError: a score that is not finite.
    """
    return ContactPair(msg.x1_px, msg.y1_px, msg.x2_px, msg.y2_px, _score_from_msg(msg.score))


def _score_to_msg(score: float | None) -> float:
    return _NO_SCORE if score is None else float(score)


def _score_from_msg(score: float) -> float | None:
    return None if values.number('score', score) < 0 else score
