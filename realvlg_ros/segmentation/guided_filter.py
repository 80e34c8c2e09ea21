"""The guided filter: smoothing that keeps to the edges of a colour image.

He, Sun and Tang, "Guided Image Filtering" (2010): in every window the result is an affine function
of the guide's colours, so that it changes where they do.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..arrays import ByteArray, Float32Array

# Regularisation, in squares of colours from 0 to 1. Chosen: a difference of 8 in 255 is texture,
# one of 30 an edge.
_EPSILON = 1e-3


def guided_filter(values: Float32Array, guide: ByteArray, radius: int) -> Float32Array:
    """Smooth values (h, w) between the edges of an image.

    Args:
        values: (h, w).
        guide: (h, w, 3) uint8.
        radius: of the square windows, px.
    """
    size = (2 * radius + 1,) * 2

    def mean(image: npt.NDArray[np.floating]) -> Float32Array:
        blurred = cv2.boxFilter(image, -1, size, borderType=cv2.BORDER_REFLECT)
        return np.asarray(blurred, np.float32)

    image = np.asarray(guide, np.float32) / np.float32(255)
    middle, level = mean(image), mean(values)
    with_values = mean(image * values[..., None]) - middle * level[..., None]
    r, g, b = np.moveaxis(image, -1, 0)
    rr, rg, rb, gg, gb, bb = (
        mean(one * other) - middle[..., i] * middle[..., j]
        for one, other, i, j in (
            (r, r, 0, 0), (r, g, 0, 1), (r, b, 0, 2), (g, g, 1, 1), (g, b, 1, 2), (b, b, 2, 2),
        )
    )  # fmt: skip
    rr, gg, bb = rr + _EPSILON, gg + _EPSILON, bb + _EPSILON
    # The inverse of each symmetric 3x3 covariance by its cofactors.
    cofactors = (
        gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg,
        rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg,
    )  # fmt: skip
    c_rr, c_rg, c_rb, c_gg, c_gb, c_bb = cofactors
    determinant = rr * c_rr + rg * c_rg + rb * c_rb
    x, y, z = np.moveaxis(with_values, -1, 0)
    slope = np.stack(
        [
            c_rr * x + c_rg * y + c_rb * z,
            c_rg * x + c_gg * y + c_gb * z,
            c_rb * x + c_gb * y + c_bb * z,
        ],
        axis=-1,
    )
    slope /= determinant[..., None]
    shift = level - (slope * middle).sum(axis=-1)
    return np.asarray((mean(slope) * image).sum(axis=-1) + mean(shift), np.float32)
