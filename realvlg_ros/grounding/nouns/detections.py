"""Boxes of a detector as a scorer of names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...frame import RgbdFrame
from ...image_region import Box
from .scorer import NameCalibration, Names

# A box is a thing's where they overlap by this share (intersection over union). Chosen: half, as
# for right boxes everywhere here.
_SAME = 0.5

# Boxes with their scores of what bears a name in a frame.
Detect = Callable[[RgbdFrame, str], Sequence[tuple[Box, float]]]


class Detections:
    """Takes a thing for what a detector calls it."""

    name = 'detections'

    def __init__(self, detect: Detect, calibration: NameCalibration | None = None) -> None:
        """Score with a detector, which is loaded already.

        Args:
            detect: gives the boxes and scores of a name.
            calibration: of its scores; without one they are hints.
        """
        self._detect, self._calibration = detect, calibration

    def load(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to free."""

    def score(self, frame: RgbdFrame, boxes: Sequence[Box], names: Sequence[str]) -> Names:
        """Give each thing the best score of a box that is its own; see NounScorer.score.

        Args:
            frame: colour and depth.
            boxes: of the things, px.
            names: nouns as a person says them.
        """
        hints = {}
        for name in names:
            found = self._detect(frame, name)
            hints[name] = np.array([
                max((score for box, score in found if box.iou(own) >= _SAME), default=0.0)
                for own in boxes
            ])  # fmt: skip
        if self._calibration is None:
            return Names({}, hints)
        return Names({n: self._calibration.chance(s) for n, s in hints.items()}, hints)
