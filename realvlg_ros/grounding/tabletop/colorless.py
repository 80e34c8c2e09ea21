"""Images without colour, as of an infrared camera: no colour that is asked for can be told."""

from __future__ import annotations

import numpy as np

from ...arrays import ByteArray

# Channels that differ by no more show no colour, and so many pixels that do are noise: a share.
# Chosen: more than what jpeg does to a grey image, less than the palest coloured light; the
# smallest thing that is told from others has more pixels.
_GREY_LEVELS = 3
_COLORED_SHARE = 0.0003
# Every so many rows and columns tell it. Chosen: 1 of 16 pixels.
_STRIDE = 4


def is_colorless(color: ByteArray) -> bool:
    """Whether an image (height, width, 3) RGB shows nothing but grey."""
    red, green, blue = np.moveaxis(color[::_STRIDE, ::_STRIDE].astype(np.int16), -1, 0)
    colored = (np.abs(red - green) > _GREY_LEVELS) | (np.abs(green - blue) > _GREY_LEVELS)
    return bool(colored.mean() < _COLORED_SHARE)
