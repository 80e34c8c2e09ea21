"""How the target of an episode is named to the pipeline: by its mask, its box or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..arrays import BoolArray
from ..frame import RgbdFrame
from ..grounding.grounding import Grounding, GroundingStatus
from ..image_region import Box, RegionMask
from ..segmentation.depth import DepthSegmenter

GROUNDINGS = ('truth', 'box', 'sentence')
# A detector's box is off by this share of its side, standard deviation. Chosen: an overlap of
# about 0.85 with the true one.
_BOX_ERROR = 0.04


class TruthGrounder:
    """Answers with a mask that is known."""

    name = 'truth'

    def __init__(self, mask: BoolArray, label: str) -> None:
        """Know what is asked for.

        Args:
            mask: (height, width) of it.
            label: what it is called.
        """
        self._mask, self._label = mask, label

    def load(self) -> None:
        """There is nothing to load."""

    def close(self) -> None:
        """There is nothing to free."""

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """The mask that is known.

        Args:
            frame: that is grounded.
            instruction: as it was given.
            aborted: is not asked.
        """
        region = RegionMask.from_full(self._mask)
        return Grounding(
            GroundingStatus.OK, instruction, label=self._label, score=1.0, mask=region,
            box=region.box,
        )  # fmt: skip


class BoxGrounder(TruthGrounder):
    """Answers as a detector would: a box that is a little off, and the mask that depth shows."""

    name = 'box'

    def __init__(self, mask: BoolArray, label: str, seed: int) -> None:
        """Know what is asked for.

        Args:
            mask: (height, width) of it, of which the box is.
            label: what it is called.
            seed: draws the error of the box.
        """
        super().__init__(mask, label)
        box = RegionMask.from_full(mask).box
        sides = np.array([box.width, box.height, box.width, box.height])
        error = np.random.default_rng(seed).normal(0, _BOX_ERROR, 4) * sides
        low_x, low_y, high_x, high_y = np.array(box.as_tuple()) + error
        self._box = Box(low_x, low_y, max(high_x, low_x + 1), max(high_y, low_y + 1))
        self._segmenter = DepthSegmenter()

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """The box, and the mask of what stands out in it.

        Args:
            frame: that is grounded.
            instruction: as it was given.
            aborted: is not asked.
        """
        found = super().ground(frame, instruction, aborted)
        box = self._box.clipped(frame.camera.width, frame.camera.height)
        return replace(found, box=box, mask=self._segmenter.segment(frame, box).mask)
