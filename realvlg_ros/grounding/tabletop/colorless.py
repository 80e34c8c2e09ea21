"""Images without colour, as of an infrared camera: no colour that is asked for can be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays import ByteArray
from .grammar import Phrase

# Channels that differ by no more show no colour, and so many pixels that do are noise: a share.
# Chosen: more than what jpeg does to a grey image, less than the palest coloured light; the
# smallest thing that is told from others has more pixels.
_GREY_LEVELS = 3
_COLORED_SHARE = 0.0003
# Every so many rows and columns tell it. Chosen: 1 of 16 pixels.
_STRIDE = 4
# Names that brightness alone decides.
NEUTRAL = frozenset({'black', 'grey', 'white'})


def is_colorless(color: ByteArray) -> bool:
    """Whether an image (height, width, 3) RGB shows nothing but grey."""
    red, green, blue = np.moveaxis(color[::_STRIDE, ::_STRIDE].astype(np.int16), -1, 0)
    colored = (np.abs(red - green) > _GREY_LEVELS) | (np.abs(green - blue) > _GREY_LEVELS)
    return bool(colored.mean() < _COLORED_SHARE)


def without_colors(phrase: Phrase) -> Phrase:
    """The phrase as far as an image without colour can answer it; what is left out is listed."""
    landmark = None if phrase.landmark is None else without_colors(phrase.landmark)
    asked = (*phrase.colors, *phrase.excluded_colors)
    lost = tuple(name for name in asked if name not in NEUTRAL)
    return replace(
        phrase,
        colors=tuple(name for name in phrase.colors if name in NEUTRAL),
        excluded_colors=tuple(name for name in phrase.excluded_colors if name in NEUTRAL),
        landmark=landmark,
        colorless=True,
        lost_colors=lost + (landmark.lost_colors if landmark else ()),
    )
