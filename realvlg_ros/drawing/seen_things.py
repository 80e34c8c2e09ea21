"""A picture of all that a grounder tells apart, and of how it read the sentence."""

from __future__ import annotations

import cv2
import numpy as np

from ..arrays import ByteArray
from ..grounding.grounding import Grounding, ObjectCandidate
from .caption import FONT, Pen, caption

# Colours of outlines, RGB, one thing after another. Chosen: seen on light and on dark objects.
_TINTS = ((255, 160, 0), (0, 200, 255), (200, 120, 255), (120, 255, 120), (255, 120, 160))
# Lines of the caption at most. Chosen: as many things as are listed, and what was said.
_MOST_LINES = 24


def draw_seen(color: ByteArray, grounding: Grounding) -> ByteArray:
    """Draw the outline and number of each thing, with a caption: (height + caption, width, 3).

    The caption says the sentence, how it ended, how it was read, and of each thing its chance to
    be the one that is meant and what was measured of it.

    Args:
        color: (height, width, 3) uint8 RGB of the frame that was looked at.
        grounding: the answer.
    """
    image = color.copy()
    pen = Pen.for_image(image)
    for number, thing in enumerate(grounding.seen, 1):
        _outline(image, thing, number, pen)
    lines = [f'"{grounding.instruction}"  {grounding.status.name}']
    lines += [f'read as {grounding.parse}'] if grounding.parse else []
    lines += [
        f'{number}: {thing.score:.2f}  {thing.description}'
        for number, thing in enumerate(grounding.seen, 1)
    ]
    return np.concatenate([image, caption(image, lines, pen, _MOST_LINES)])


def _outline(image: ByteArray, thing: ObjectCandidate, number: int, pen: Pen) -> None:
    tint = _TINTS[(number - 1) % len(_TINTS)]
    box = thing.box
    if thing.mask is None:
        corners = ((round(box.x_min), round(box.y_min)), (round(box.x_max), round(box.y_max)))
        cv2.rectangle(image, *corners, tint, pen.unit)
    else:
        lines, _ = cv2.findContours(
            thing.mask.data.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE,
            offset=(thing.mask.x_offset, thing.mask.y_offset),
        )  # fmt: skip
        cv2.drawContours(image, lines, -1, tint, pen.unit, cv2.LINE_AA)
    x, y = (round(value) for value in box.center)
    for width, ink in ((3 * pen.unit, (0, 0, 0)), (pen.unit, tint)):
        cv2.putText(image, str(number), (x, y), FONT, pen.text, ink, width, cv2.LINE_AA)
