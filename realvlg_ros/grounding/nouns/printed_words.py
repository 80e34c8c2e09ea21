"""Words that are printed on things as a scorer of names; rapidocr reads them where it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...arrays import ByteArray
from ...boundary import Boundary
from ...errors import GroundingError
from ...frame import RgbdFrame
from ...image_region import Box
from ...optional import import_optional
from ..language.vocabulary.spelling import Spelling, folded
from .scorer import Names

# A word that is read with less certainty is not read. Chosen: most misreadings score less.
_SURE = 0.6
# Words of fewer letters are found on many things. Chosen: "of" and "oz" are.
_LEAST_LETTERS = 3
# Chance of a thing with the word printed on it, and of others, to bear the name. Measured by
# asking 274 phrases of real frames: 7 were read, and none of them on another thing.
_READ, _NOT_READ = 0.98, 0.02

# Reads pixels (rows, columns, 3) RGB: texts with their certainty and their places (x, y), px.
Reader = Callable[[ByteArray], Sequence[tuple[str, float, tuple[float, float]]]]


class PrintedWords:
    """Finds names among the words that are printed on things.

    A word that is read nowhere says nothing: it may be on a side that is not seen.
    """

    name = 'printed words'

    def __init__(self, reader: Reader | None = None) -> None:
        """Read with a reader, or with rapidocr, which is imported by `load`."""
        self._reader = reader

    def load(self) -> None:
        """Make the reader.

        Raises:
            MissingDependencyError: rapidocr is not installed.
        """
        if self._reader is None:
            module = import_optional(
                'rapidocr', 'printed words cannot be read', 'pip install rapidocr onnxruntime'
            )
            with Boundary('rapidocr', GroundingError).guard('could not be loaded'):
                self._reader = _reader_of(module.RapidOCR())

    def close(self) -> None:
        """Free the reader."""
        self._reader = None

    def score(self, frame: RgbdFrame, boxes: Sequence[Box], names: Sequence[str]) -> Names:
        """Look for each name among the words in each box; see NounScorer.score.

        Args:
            frame: colour and depth.
            boxes: of the things, px.
            names: nouns as a person says them.

        Raises:
            GroundingError: not loaded, or the reader failed.
        """
        if self._reader is None:
            raise GroundingError('the reader of printed words is not loaded; call load first')
        with Boundary('the reader of printed words', GroundingError).guard('could not be run'):
            found = [text for text in self._reader(frame.color) if text[1] >= _SURE]
        chances = {}
        for name in names:
            bears = np.array([_bears(name, box, found) for box in boxes], bool)
            if bears.any():
                chances[name] = np.where(bears, _READ, _NOT_READ)
        return Names(chances, {})


def _bears(name: str, box: Box, found: Sequence[tuple[str, float, tuple[float, float]]]) -> bool:
    """Whether the words of a name are printed inside a box."""
    words = [w for w in folded(name).replace('-', ' ').split() if len(w) >= _LEAST_LETTERS]
    printed = {
        word
        for text, _, (x, y) in found
        if box.x_min <= x <= box.x_max and box.y_min <= y <= box.y_max
        for word in folded(text).replace('-', ' ').split()
    }
    read = Spelling(printed)
    return bool(words) and all(word in printed or read.near(word) for word in words)


def _reader_of(engine: Any) -> Reader:
    """A reader of an engine of rapidocr."""

    def read(color: ByteArray) -> list[tuple[str, float, tuple[float, float]]]:
        result = engine(np.ascontiguousarray(color[..., ::-1]))
        if result is None or result.txts is None:
            return []
        return [
            (str(text), float(score), tuple(np.mean(np.asarray(corners, float), axis=0)))
            for text, score, corners in zip(result.txts, result.scores, result.boxes, strict=True)
        ]

    return read
