"""How often colours occur in a region of an image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ..arrays import ByteArray, Float32Array, FloatArray

# Cells of a histogram along each axis of CIELAB, and the blur of its counts, cells. Chosen: the
# cells of a colour and its shades touch.
_CELLS = 16
_BLUR = 0.8


def lab_image(color: ByteArray) -> ByteArray:
    """An image (h, w, 3) uint8 RGB in 8-bit CIELAB."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(color), cv2.COLOR_RGB2LAB), np.uint8)


@dataclass(frozen=True)
class ColorModel:
    """Shares of the colours of a region.

    Attributes:
        shares: (16, 16, 16) over the cells of CIELAB; their sum is 1, or 0 without a pixel.
    """

    shares: FloatArray

    @classmethod
    def of(cls, lab: ByteArray, weight: npt.NDArray[np.generic]) -> ColorModel:
        """The colours of an image (h, w, 3) where its pixels count, by weights (h, w)."""
        counts = np.bincount(_cell(lab).ravel(), weight.ravel(), _CELLS**3)
        blurred = ndimage.gaussian_filter(counts.reshape((_CELLS,) * 3), _BLUR)
        return cls(blurred / max(float(blurred.sum()), 1e-9))

    def share(self, lab: ByteArray) -> Float32Array:
        """Share (h, w) of pixels that have about the colour of each pixel of an image."""
        return np.asarray(self.shares.ravel()[_cell(lab)], np.float32)

    def overlap(self, other: ColorModel) -> float:
        """Bhattacharyya coefficient of two models: 0 without a common colour, 1 if equal.

        Of a model of nothing no colour is known: 1.
        """
        if not (self.shares.any() and other.shares.any()):
            return 1.0
        return float(np.sqrt(self.shares * other.shares).sum())


def _cell(lab: ByteArray) -> npt.NDArray[np.intp]:
    level = (lab.astype(np.intp) * _CELLS) >> 8
    return (level[..., 0] * _CELLS + level[..., 1]) * _CELLS + level[..., 2]
