"""One image that is to be annotated, and many."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from ...frame import RgbdFrame
from ..annotation import AnnotatedGrasp
from ..stages.describe import Described
from ..stages.unify import GivenGrasp


class SourceImage(Protocol):
    """One image that is to be annotated."""

    @property
    def name(self) -> str:
        """Of it in the set, a file name."""

    @property
    def color(self) -> str:
        """Path of its colour image."""

    @property
    def origin(self) -> str:
        """Kind of its source, with a recording's name."""

    @property
    def spoken(self) -> tuple[Described, ...]:
        """Sentences that came with it."""

    def read(self) -> RgbdFrame:
        """The frame.

        Raises:
            RealvlgError: it cannot be read.
        """

    def given(self) -> tuple[GivenGrasp, ...]:
        """6-DoF grasps of the first spoken sentence's object."""

    def proposals(self, index: int) -> tuple[AnnotatedGrasp, ...]:
        """Rectangles of a spoken sentence's object."""


@dataclass(frozen=True)
class Source:
    """The images of a source.

    Attributes:
        images: in the order in which they are annotated.
        left_out: what cannot be used, in words.
    """

    images: tuple[SourceImage, ...]
    left_out: tuple[str, ...] = ()


def file_name(text: str) -> str:
    """The text as the name of a file."""
    return re.sub(r'[^\w.-]+', '-', text).strip('-.') or 'image'
