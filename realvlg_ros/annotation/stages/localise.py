"""Localise: the box of a description by any grounding backend, its mask by any segmenter."""

from __future__ import annotations

from dataclasses import dataclass

from ...frame import RgbdFrame
from ...grounding.grounding import (
    Grounder,
    Grounding,
    GroundingStatus,
    check_instruction,
    never_aborted,
)
from ...image_region import Box, RegionMask
from ...segmentation.segmenter import Segmenter
from .describe import Described

# A grounding is of the described object where their boxes overlap by this share. Chosen: boxes of
# one thing do by more, those of neighbours by less.
_SAME_IOU = 0.5


@dataclass(frozen=True)
class Localised:
    """Where a described object is.

    Attributes:
        description: the phrase that was grounded.
        grounding: what the backend answered.
        box: of the object; None where neither backend nor measurement tells.
        mask: in the image; None without a box.
    """

    description: str
    grounding: Grounding | None
    box: Box | None
    mask: RegionMask | None


class Localiser:
    """Grounds phrases and segments boxes."""

    def __init__(self, grounder: Grounder, segmenter: Segmenter) -> None:
        """Take a loaded grounder and a loaded segmenter."""
        self._grounder, self._segmenter = grounder, segmenter

    def ground(self, frame: RgbdFrame, phrase: str) -> Grounding:
        """What the backend makes of a phrase.

        Raises:
            InstructionError: the phrase says nothing.
            GroundingError: the backend could not do its work.
        """
        return self._grounder.ground(frame, check_instruction(phrase), never_aborted)

    def localise(self, frame: RgbdFrame, described: Described) -> Localised:
        """Take the first phrase that the backend understands as it was meant.

        Where none is, the first phrase is kept, with what was measured: the review sees both.

        Args:
            frame: colour and depth.
            described: the object.

        Raises:
            GroundingError: the backend could not do its work.
        """
        where, first = described.place, None
        for phrase in described.phrases:
            grounding = self.ground(frame, phrase)
            found = grounding.box if grounding.status is GroundingStatus.OK else None
            if found is not None and (where is None or found.iou(where) >= _SAME_IOU):
                box = found.clipped(frame.camera.width, frame.camera.height)
                # What came with the words was measured or drawn by somebody.
                box = described.box or box
                return Localised(phrase, grounding, box, self._mask(frame, described, box))
            first = first or (phrase, grounding)
        phrase, unsure = first or ('', None)
        return Localised(phrase, unsure, where, self._mask(frame, described, where))

    def _mask(self, frame: RgbdFrame, described: Described, box: Box | None) -> RegionMask | None:
        if described.mask is not None or box is None:
            return described.mask
        return self.mask_in(frame, box)

    def mask_in(self, frame: RgbdFrame, box: Box) -> RegionMask:
        """The mask of the object that a box holds."""
        return self._segmenter.segment(frame, box).mask.tight
