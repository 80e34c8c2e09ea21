"""Defects of depth images: near surfaces that are too wide, ramps at edges, blobs of loss.

Figures were measured on 39 frames of table tops and bins by ten kinds of cameras: between an
object and what lies behind it readings are missing over 4 to 20 px, 8 as a rule, with stereo and
structured light; with a time-of-flight camera and a smoothed image 1 px or more lies between both
surfaces at each edge; holes of at most 400 px cover 0.2 to 3 % of an image, half of them are 1 to
5 px large and the largest tenth 20 to 110; of pixels darker than 35 of 255 a third has no reading,
with single cameras nearly all, and of others 6 to 15 %.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from scipy.special import ndtri

from ..arrays import BoolArray, ByteArray, Float32Array

# Luminance at which readings begin to be lost, and at which the whole share is. Measured by the
# frames above: loss begins below 60 of 255.
_DARK, _BLACK = 60.0, 25.0
# Standard deviation of the blur that makes blobs of a diameter, as a share of it. Chosen: a
# Gaussian falls to half at 1.18 deviations.
_BLOB = 0.42


def fattened(depth: Float32Array, width: int, jump: float) -> Float32Array:
    """Depth in which near surfaces reach over their edges, as matching by windows makes them.

    Args:
        depth: (height, width) m, 0 without a reading.
        width: by which they do, px.
        jump: least step that is an edge, as a share of the depth.
    """
    if width < 1:
        return depth
    near = _nearest(depth, 1)
    edge = (depth > 0) & (depth - near > jump * near)
    around = cv2.dilate(edge.astype(np.uint8), _disc(width)) > 0
    over = _nearest(depth, width)
    far = around & (depth > 0) & (depth - over > jump * over)
    return np.where(far, over, depth)


def smeared(depth: Float32Array, width: int, jump: float) -> Float32Array:
    """Depth that goes over from one surface to the next in a ramp, as interpolation makes it.

    Args:
        depth: (height, width) m, 0 without a reading.
        width: of the ramp, px.
        jump: least step that is an edge, as a share of the depth.
    """
    if width < 2:
        return depth
    near = _nearest(depth, 1)
    edge = (depth > 0) & (depth - near > jump * near)
    around = (cv2.dilate(edge.astype(np.uint8), _disc(width // 2)) > 0) & (depth > 0)
    weight = cv2.blur((depth > 0).astype(np.float32), (width, width))
    mean = cv2.blur(depth, (width, width)) / np.maximum(weight, np.float32(1e-6))
    return np.where(around, mean, depth).astype(np.float32)


def darkness(color: ByteArray) -> Float32Array:
    """How dark (height, width) an image (height, width, 3) is for a depth camera, 0 to 1."""
    luminance = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.clip((np.float32(_DARK) - luminance) / np.float32(_DARK - _BLACK), 0, 1)


def blobs(share: Float32Array, diameter: float, rng: np.random.Generator) -> BoolArray:
    """Blobs (height, width) that cover a share of each pixel's surroundings.

    Args:
        share: (height, width) 0 to 1.
        diameter: of most blobs, px.
        rng: draws them.
    """
    sigma = max(_BLOB * diameter, 0.3)
    size = 2 * math.ceil(3 * sigma) + 1
    noise = rng.standard_normal(share.shape, dtype=np.float32)
    noise = cv2.GaussianBlur(noise, (size, size), sigma)
    deviation = float((cv2.getGaussianKernel(size, sigma) ** 2).sum())
    threshold = deviation * ndtri(1 - share)
    return np.asarray((noise > threshold) & (share > 0))


def _nearest(depth: Float32Array, radius: int) -> Float32Array:
    """Nearest reading within a radius, px; the depth itself where there is none."""
    far = np.where(depth > 0, depth, np.float32(np.inf))
    nearest = cv2.erode(far, _disc(radius))
    return np.where(np.isfinite(nearest), nearest, depth)


def _disc(radius: int) -> ByteArray:
    size = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
