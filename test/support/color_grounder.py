"""A grounder that sees the blocks of made_datasets by colour; made_backend is its factory."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from realvlg_ros.errors import AnswerError, GroundingError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.rectangle import GraspRectangle

_CHANNELS = {'red': 0, 'blue': 2, 'right': 2}


class ColorGrounder:
    """Finds the block whose colour is said; `the block` is ambiguous, anything else not there."""

    name = 'color'

    def __init__(self, swapped: bool = False, fails: str = '', delay_s: float = 0.0) -> None:
        self._swapped, self._fails, self._delay_s = swapped, fails, delay_s

    def load(self) -> None:
        if self._fails == 'load':
            raise GroundingError('no weights')

    def close(self) -> None:
        pass

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        time.sleep(self._delay_s)
        if self._fails == 'always':
            raise RuntimeError('out of order')
        if self._fails and self._fails in instruction:
            raise AnswerError(f'cannot read {instruction!r}')
        if instruction == 'the block':
            return Grounding(GroundingStatus.AMBIGUOUS, instruction, 'two fit', score=0.5)
        words = instruction.lower().split()
        channel = next((c for word, c in _CHANNELS.items() if word in words), None)
        if instruction in ('the object', 'any object'):
            channel = 0
        if channel is None:
            return Grounding(GroundingStatus.NOT_FOUND, instruction, 'nothing fits', score=0.2)
        channel = 2 - channel if self._swapped else channel
        color = frame.color.astype(int)
        seen = color[..., channel] > color[..., 2 - channel] + 60
        if not seen.any():
            return Grounding(GroundingStatus.NOT_FOUND, instruction, 'no such colour')
        return self._found(instruction, seen)

    def _found(self, instruction: str, seen: np.ndarray) -> Grounding:
        mask = RegionMask.from_full(seen)
        x, y = mask.box.center
        rectangle = GraspRectangle(x, y, 0.0, mask.box.width + 4, 12.0, 0.9)
        return Grounding(
            GroundingStatus.OK, instruction, 'seen', score=0.9, box=mask.box, mask=mask,
            rectangles=(rectangle,), contacts=(rectangle.to_contacts(),),
        )  # fmt: skip


def made_backend(**options: object) -> ColorGrounder:
    """The factory: backend color_grounder:made_backend."""
    return ColorGrounder(**options)
