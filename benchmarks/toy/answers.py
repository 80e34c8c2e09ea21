"""Weights of the tokens of the toy model's answers."""

from __future__ import annotations

_DIGIT_WEIGHTS = (1.0, 0.6, 0.2)
_ANGLE_WEIGHT = 1.5


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
