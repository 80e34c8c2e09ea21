"""What tells one object from another: its colours and its size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import ByteArray, FloatArray
from ...image_region import RegionMask

# Bins of the histogram of colour. Chosen: hue tells objects apart, light changes saturation and
# value.
_HUES, _SATURATIONS, _VALUES = 12, 3, 4


@dataclass(frozen=True)
class Appearance:
    """Colour histogram (hue, saturation, value) that sums to 1, and extent in m."""

    histogram: FloatArray
    extent: float

    def similarity(self, other: Appearance) -> float:
        """0 to 1: histogram overlap times the ratio of the extents."""
        overlap = float(np.minimum(self.histogram, other.histogram).sum())
        small, large = sorted((self.extent, other.extent))
        return overlap * small / max(large, 1e-6)


def describe(color: ByteArray, mask: RegionMask, surface: FloatArray) -> Appearance:
    """Describe an object from the colour of its frame, its mask and surface points (m, 3).

    Args:
        color: (height, width, 3) RGB.
        mask: the object's pixels.
        surface: (m, 3) points of it, m.
    """
    rows, columns = np.nonzero(mask.data)
    pixels = color[rows + mask.y_offset, columns + mask.x_offset].reshape(-1, 1, 3)
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    bins = [_HUES, _SATURATIONS, _VALUES]
    histogram = cv2.calcHist([hsv], [0, 1, 2], None, bins, [0, 180, 0, 256, 0, 256]).ravel()
    spread = surface - np.median(surface, axis=0)
    extent = 2 * float(np.percentile(np.linalg.norm(spread, axis=1), 90))
    return Appearance(histogram.astype(np.float64) / max(len(pixels), 1), extent)
