"""Ground-truth answers to the toy model's questions, in the format of its prompts."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.toy.scenes import Shape
from realvlg_ros.grounding.realvlg.coordinates import AnswerFrame
from realvlg_ros.image_region import Box

_DIGIT_WEIGHTS = (1.0, 0.6, 0.2)
_ANGLE_WEIGHT = 1.5


def box_answer(box: Box, frame: AnswerFrame) -> str:
    """Corners in the answer's own units, inside the picture."""
    x1, y1 = frame.from_image(box.x_min, box.y_min)
    x2, y2 = frame.from_image(box.x_max, box.y_max)
    left, top = min(max(round(x1), 0), frame.width - 1), min(max(round(y1), 0), frame.height - 1)
    right = min(max(round(x2), left + 1), frame.width)
    bottom = min(max(round(y2), top + 1), frame.height)
    return f'({left},{top},{right},{bottom})'


def rectangle_answer(shape: Shape, frame: AnswerFrame) -> str:
    """Centre, angle and opening in the answer's own units; both may be scaled unevenly."""
    rectangle = shape.rectangle
    x, y = frame.from_image(rectangle.x, rectangle.y)
    opening = rectangle.opening_axis * rectangle.width / (frame.scale_x, frame.scale_y)
    degrees = round(math.degrees(math.atan2(opening[1], opening[0])))
    degrees = degrees + 180 if degrees <= -90 else degrees - 180 if degrees > 90 else degrees
    return f'({round(x)},{round(y)},{degrees},{max(round(float(np.hypot(*opening))), 1)})'


def token_weights(pieces: list[str], angle: int) -> list[float]:
    """Weights of an answer's tokens: leading digits and the angle count most, fixed text little.

    Args:
        pieces: text of each token: a word, or digits between brackets and commas.
        angle: which of the numbers is an angle; -1 when none.
    """
    if len(pieces) == 1:
        return [1.0]
    weights, number, place = [], 0, 0
    for piece in pieces:
        if piece.isdigit():
            weight = _DIGIT_WEIGHTS[min(place, 2)]
            place += 1
        else:
            number, place = number + piece.count(','), 0
            # The sign of an angle comes with the comma before it.
            weight = 1.0 if number == angle else 0.5
        weights.append(_ANGLE_WEIGHT * weight if number == angle else weight)
    return weights
