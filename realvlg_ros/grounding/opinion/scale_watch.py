"""Whether the boxes of a model are all scaled about the middle of the image.

A server that scales its picture otherwise than the model was taught (llama.cpp before its pull
request 25781 did, for Qwen3-VL) gives boxes that are off by one or two per cent, more so toward
the border. One box does not show that; the middles of some boxes against the middles of the
things in them do.
"""

from __future__ import annotations

import math

from ...image_region import Box

# Boxes before anything is said, and the share by which they are off. Chosen: one box says nothing;
# half of what was seen of servers.
_LEAST_BOXES = 5
_OFF = 0.007
# The scale is off where it is by so many times its standard deviation. Chosen: one in a thousand.
_SURE = 3.0


class ScaleWatch:
    """Compares boxes with the outlines of the things in them, over all answers of a model."""

    def __init__(self) -> None:
        self._count = 0
        self._lever = self._moment = self._residual = 0.0

    def add(self, box: Box, outline: Box, width: int, height: int) -> None:
        """Take a box and the outline of the thing in it.

        Args:
            box: of the model, px.
            outline: of the thing, px.
            width: of the image, px.
            height: of the image, px.
        """
        for named, true, size in zip(box.center, outline.center, (width, height), strict=True):
            lever, off = true - (size - 1) / 2, named - true
            self._lever += lever * lever
            self._moment += lever * off
            self._residual += off * off
        self._count += 1

    @property
    def scale(self) -> float:
        """By how much the boxes are scaled; 1 where that is not sure."""
        if self._count < _LEAST_BOXES or self._lever <= 0:
            return 1.0
        slope = self._moment / self._lever
        rest = max(self._residual - slope * self._moment, 0.0) / (2 * self._count - 1)
        sure = abs(slope) > _SURE * math.sqrt(rest / self._lever)
        return 1 + slope if sure and abs(slope) > _OFF else 1.0

    def words(self) -> str:
        """What is wrong with the boxes; empty if nothing is known to be."""
        scale = self.scale
        if scale == 1.0:
            return ''
        return (
            f"the model's boxes are scaled by {scale:.3f} about the middle of the image, over "
            f'{self._count} answers; check prompts and coordinates, and renew the server '
            '(llama.cpp before July 2026 does so)'
        )
