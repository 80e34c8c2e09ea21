"""Lines of text below a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import ByteArray

FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True)
class Pen:
    """Line widths and text size that suit an image's width."""

    unit: int
    text: float

    @classmethod
    def for_image(cls, image: ByteArray) -> Pen:
        """The pen for an image (height, width, 3)."""
        scale = image.shape[1] / 640
        return cls(max(1, round(scale)), 0.45 * max(scale, 0.75))


def caption(image: ByteArray, lines: Sequence[str], pen: Pen, most: int = 6) -> ByteArray:
    """A strip (rows, width of the image, 3) with lines of text, wrapped where they are too long.

    Args:
        image: that it will stand below.
        lines: of text; what is not ASCII becomes a question mark.
        pen: of the image.
        most: so many wrapped lines are kept.
    """
    width = image.shape[1]
    character = cv2.getTextSize('n', FONT, pen.text, pen.unit)[0][0]
    columns = max(20, int((width - 12 * pen.unit) / character))
    wrapped = [part for line in lines for part in _wrap(line, columns)][:most]
    height = int(34 * pen.text / 0.75) + 4
    strip = np.full((height * len(wrapped) + 6 * pen.unit, width, 3), 24, np.uint8)
    for row, line in enumerate(wrapped):
        at = (6 * pen.unit, int(height * (row + 0.75)) + 2 * pen.unit)
        cv2.putText(strip, line, at, FONT, pen.text, (240, 240, 240), pen.unit, cv2.LINE_AA)
    return strip


def _wrap(line: str, columns: int) -> list[str]:
    lines = ['']
    for word in line.encode('ascii', 'replace').decode().split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > columns:
            lines.append('')
        lines[-1] = f'{lines[-1]} {word[:columns]}'.strip()
    return lines
