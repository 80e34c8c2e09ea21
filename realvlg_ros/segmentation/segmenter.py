"""What every segmenter offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..frame import RgbdFrame
from ..image_region import Box, RegionMask


@dataclass(frozen=True)
class Segmentation:
    """The mask of an object.

    Attributes:
        mask: in the image.
        score: 0 to 1, or None when the segmenter gives none.
        source: what it was made from, in words.
    """

    mask: RegionMask
    score: float | None
    source: str


class Segmenter(Protocol):
    """Turns a box, or a point, into a mask."""

    name: str

    def load(self) -> None:
        """Load weights.

        Raises:
            GroundingError: files are missing or unusable.
            MissingDependencyError: a package is missing.
        """
        ...

    def segment(self, frame: RgbdFrame, box: Box) -> Segmentation:
        """The mask of the object that a box in the frame's image holds."""
        ...

    def segment_point(self, frame: RgbdFrame, point: tuple[float, float]) -> Segmentation | None:
        """The mask of the object at a point (x, y) in px; None where it takes boxes only."""
        ...

    def close(self) -> None:
        """Free the weights."""
        ...
