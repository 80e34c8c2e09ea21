"""What a backend answered to one question, whatever the task."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ...image_region import Box, RegionMask
from ...rectangle import ContactPair, GraspRectangle


class ReplyStatus(str, Enum):
    """How a question to a backend ended."""

    OK = 'OK'
    NOT_FOUND = 'NOT_FOUND'
    AMBIGUOUS = 'AMBIGUOUS'
    UNREADABLE = 'UNREADABLE'
    REFUSED = 'REFUSED'


@dataclass(frozen=True)
class Reply:
    """What a backend answered.

    Attributes:
        status: UNREADABLE where a model's text is no answer, REFUSED where the backend failed.
        message: reason for the status.
        score: confidence, 0 to 1.
        box, mask: of the object, px.
        rectangle, contacts: the best grasp, px.
    """

    status: ReplyStatus
    message: str = ''
    score: float = 0.0
    box: Box | None = None
    mask: RegionMask | None = None
    rectangle: GraspRectangle | None = None
    contacts: ContactPair | None = None
