"""Which missing readings of an object are no sign that the others are wrong."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray
from .scene import Scene

# A hole is small where at least half of a window of this size around its pixels has readings, px.
# Chosen: of 38 objects of real frames with few readings this raises the share of ten sparse or
# speckled ones above 0.75, and that of five clear bottles, whose readings are wrong, by 0.01.
_WINDOW_PX = 7
# Luminance, 0 to 255, below which a surface gives an active depth camera little light. Measured
# by real frames: loss begins at 60, and half of it is reached at about 45. In a dark image a share
# of its median: there, little light is no sign of a dark surface.
_DARK, _DARK_SHARE = 45.0, 0.5
# Every so many rows and columns tell how light an image is. Chosen: thousands of pixels do.
_SPARSE = 8


def accounted_share(scene: Scene, region: tuple[slice, slice], valid: BoolArray) -> float:
    """Share of an object's pixels with a usable reading, in small holes among them, or dark.

    A transparent or shiny thing has large holes that are not dark, and what is read beside them
    is often behind it. A dark thing has holes of any size, and what is read of it is true.

    Args:
        scene: the frame and the object's mask.
        region: rows and columns that are looked at.
        valid: (h, w) usable readings of the object in it.
    """
    mask = scene.mask[region]
    window = (_WINDOW_PX, _WINDOW_PX)
    read = cv2.blur(valid.astype(np.float32), window)
    own = cv2.blur(mask.astype(np.float32), window)
    color = scene.frame.color
    usual = float(np.median(_luminance(color[::_SPARSE, ::_SPARSE])))
    dark = _luminance(color[region]) < min(_DARK, _DARK_SHARE * usual)
    accounted = valid | (2 * read >= own) | dark
    return float(accounted[mask].mean())


def _luminance(color: ByteArray) -> ByteArray:
    """Luminance (h, w), 0 to 255, of an RGB image (h, w, 3)."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(color), cv2.COLOR_RGB2GRAY), np.uint8)
