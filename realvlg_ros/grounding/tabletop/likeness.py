"""Whether two surfaces may be of one paint, in two lights."""

from __future__ import annotations

import math

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array

# Colours are those of one surface in another light when their chroma by their lightness differs
# by less, and one is no more than so many times lighter. Chosen: the faces of a box in one lamp's
# light differ by 0.3, a red and a brown thing by 1.2.
_SAME_CHROMA, _SAME_LIGHT = 0.5, 2.6
# Darker surfaces count as so light, since the colour of the dark is noise. Chosen.
_LEAST_LIGHTNESS = 14.0
# A few hundred pixels tell a colour. Chosen: for time.
_SAMPLE = 400


def lab_of(color: ByteArray) -> Float32Array:
    """CIELAB (n, 3) of pixels (n, 3) RGB."""
    pixels = np.ascontiguousarray(color).reshape(-1, 1, 3).astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).reshape(-1, 3))


def median_lab(color: ByteArray, mask: BoolArray) -> Float32Array:
    """Median colour (3,) of a mask (rows, columns) of at least a pixel, CIELAB."""
    index = np.flatnonzero(mask)
    some = index[:: len(index) // _SAMPLE + 1]
    return np.asarray(np.median(lab_of(color.reshape(-1, 3)[some]), axis=0), np.float32)


def chroma_apart(one: Float32Array, other: Float32Array) -> float:
    """How far the chroma by the lightness of two colours (3,), CIELAB, differs."""
    (light, a, b), (dark, c, d) = one.tolist(), other.tolist()
    light, dark = max(light, _LEAST_LIGHTNESS), max(dark, _LEAST_LIGHTNESS)
    return math.hypot(a / light - c / dark, b / light - d / dark)


def is_same_paint(one: Float32Array, other: Float32Array) -> bool:
    """Whether two colours (3,), CIELAB, may be of one paint in two lights."""
    light, dark = (max(float(lab[0]), _LEAST_LIGHTNESS) for lab in (one, other))
    if max(light, dark) >= _SAME_LIGHT * min(light, dark):
        return False
    return chroma_apart(one, other) < _SAME_CHROMA
