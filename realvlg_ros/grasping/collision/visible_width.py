"""How wide things look."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array

# A larger difference in depth between neighbours separates two obstacles, m. Chosen: far more than
# noise, less than the usual distance between things.
JUMP = 0.02
# Stride of rows and columns. Chosen: for time; these readings are 2 to 3 mm apart at 0.6 m.
_STRIDE = 2


def visible_width(
    solid: BoolArray, surface: Float32Array, focal: float, connectivity: int = 4
) -> Float32Array:
    """Diameter (height, width) of the largest circle inside each thing's visible surface, m.

    Args:
        solid: (height, width) where things are seen.
        surface: (height, width) their depth, m.
        focal: focal length, px.
        connectivity: 4, or 8 where pixels that touch at a corner are of one thing.
    """
    depth = surface[::_STRIDE, ::_STRIDE]
    part = solid[::_STRIDE, ::_STRIDE].astype(np.uint8)
    part[:, 1:][np.abs(np.diff(depth, axis=1)) > JUMP] = 0
    part[1:][np.abs(np.diff(depth, axis=0)) > JUMP] = 0
    # Where all is of one thing there is no border to be far from.
    radius = np.minimum(cv2.distanceTransform(part, cv2.DIST_L2, 3), max(part.shape))
    count, labels = cv2.connectedComponents(part, connectivity=connectivity)
    largest = np.zeros(count, np.float32)
    inner = np.flatnonzero(radius > 0)
    np.maximum.at(largest, labels.ravel()[inner], radius.ravel()[inner])
    widths = 2 * _STRIDE * largest[labels] * depth / np.float32(focal)
    height, width = solid.shape
    widths = np.where(part > 0, widths, 0).astype(np.float32)
    full = cv2.resize(widths, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.where(solid, full, np.float32(0))
