"""Readings inside an object's mask that are of something in front of it.

Depth is blurred and moved by a pixel or two at edges, so that along the border of a mask lie
readings of what occludes the object. They look like a rim of it.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from ...image_region import nearest_pixel
from .truncation import COVER_PX

# Readings farther from the inner part of the mask are not judged, px: of thin parts nothing is
# inner. Chosen: three times the band along the border.
_NEAR_PX = 3.0 * COVER_PX


def foreign_readings(
    depth: FloatArray, mask: BoolArray, nearest: FloatArray, jump: FloatArray
) -> BoolArray:
    """Readings (h, w) at the mask's border that continue what is in front of the object.

    They are as near as that, and nearer than the object's readings farther inside.

    Args:
        depth: (h, w) m, 0 without a reading.
        mask: (h, w) the object's pixels.
        nearest: (h, w) depth of the nearest other thing beside, m; infinite where none is.
        jump: (h, w) least difference of depth between two surfaces, m.
    """
    read = mask & (depth > 0)
    kernel = np.ones((2 * COVER_PX + 1,) * 2, np.uint8)
    inner = read & (cv2.erode(mask.astype(np.uint8), kernel) > 0)
    if not inner.any() or not np.isfinite(nearest).any():
        return np.zeros(mask.shape, bool)
    distance, index = nearest_pixel(inner)
    inside = depth.ravel()[index]
    border = read & ~inner & (distance <= _NEAR_PX)
    return np.asarray(border & (depth < inside - jump) & (np.abs(depth - nearest) < jump))
