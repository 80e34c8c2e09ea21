"""One question about one image, and what is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ...image_region import Box
from ...rectangle import ContactPair, GraspRectangle
from .mask import StoredMask
from .view import View


class Expected(str, Enum):
    """Which kind of answer is right."""

    OBJECT = 'object'
    ABSENT = 'absent'
    QUESTION = 'question'


@dataclass(frozen=True)
class Truth:
    """What is right about one image; what a data set does not say is empty.

    Attributes:
        boxes: any of them is right, px.
        mask: of the object; None where there is none.
        rectangles: any of them is right, px.
        contacts: any of them is right, px.
        others: boxes of the other objects in the image, px, to tell a wrong object from a wrong
            place.
    """

    boxes: tuple[Box, ...] = ()
    mask: StoredMask | None = None
    rectangles: tuple[GraspRectangle, ...] = ()
    contacts: tuple[ContactPair, ...] = ()
    others: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Sample:
    """One question about one image.

    Attributes:
        key: names it; no other sample of the data set has it, and it is the same each time.
        view: the image.
        sentence: what is asked for.
        truth: what is right.
        label: name of the object; empty where it is not known.
        split: seen, similar, novel or what the data set calls it; empty where it says nothing.
        expected: which kind of answer is right.
    """

    key: str
    view: View
    sentence: str
    truth: Truth
    label: str = ''
    split: str = ''
    expected: Expected = Expected.OBJECT

    @property
    def absent(self) -> bool:
        """Whether what is asked for is not in the image."""
        return self.expected is Expected.ABSENT
