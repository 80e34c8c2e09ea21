"""The single-channel image in which one object shows the most structure.

An orange box on a wooden table has next to no edge in grey, and a strong one in colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import ByteArray, FloatArray


@dataclass(frozen=True)
class Contrast:
    """A projection of RGB onto one axis: weights (3,) and offset, to 0..255."""

    weights: FloatArray
    offset: float

    def apply(self, color: ByteArray) -> ByteArray:
        """Project an RGB image (h, w, 3); values beyond 0..255 are clipped."""
        matrix = np.append(self.weights, self.offset)[None]
        return np.asarray(cv2.transform(color, matrix), np.uint8)


def strongest_contrast(color: ByteArray, region: ByteArray) -> Contrast:
    """The projection with the most gradient energy in a region (h, w), outline included.

    The leading eigenvector of the colour gradients' second moments (Di Zenzo, A note on the
    gradient of a multi-image, 1986).
    """
    smooth = cv2.GaussianBlur(color, (0, 0), 1.0)
    inside = cv2.dilate(region, np.ones((5, 5), np.uint8)) > 0
    slopes = [cv2.Sobel(smooth, cv2.CV_32F, *axis)[inside] for axis in ((1, 0), (0, 1))]
    gradients = np.concatenate(slopes).astype(np.float64)
    _, axes = np.linalg.eigh(gradients.T @ gradients)
    weights = axes[:, -1] * (1.0 if axes[:, -1].sum() >= 0 else -1.0)
    values = smooth[inside].astype(np.float64) @ weights
    low, high = np.percentile(values, (1, 99))
    # Room on both sides for other lighting.
    gain = min(1.0, 200.0 / max(float(high - low), 1.0))
    return Contrast(weights * gain, 127.5 - gain * float(low + high) / 2)
