"""The mean depth of frames between which nothing moved: plans on it are nearer to the truth."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...arrays import Float32Array
from ...depth_noise import DepthNoise
from ..measurement.visibility import same_surface_m

# A surface that so many newest frames in a row show is there now. Chosen: flicker seldom repeats
# three times.
_CERTAIN_FRAMES = 3
# Readings of a steady pixel agree with its newest in this share at least. Chosen: a quarter may be
# holes and outliers.
_STEADY = 0.75
# So often the mean of the readings around a point takes its place, from their median on. Chosen:
# the mean moves little after a few.
_MEAN_SHIFTS = 3
# Beyond all readings, m. Chosen: no camera reads so far.
_FAR_M = 1e3


def mean_depth(
    depth: Float32Array, others: Sequence[Float32Array], noise: DepthNoise
) -> Float32Array:
    """The mean (h, w) of the readings of a pixel that agree with its newest, m.

    On the border of an object readings jump between two surfaces, and their mean would lie on
    neither, their median at the edge of one: such a pixel takes the mean of those around their
    median. One whose newest readings agree takes their mean even if older ones differ, as where
    something came in. Where fewer than half of the frames read there is 0.

    Args:
        depth: the newest frame.
        others: older ones of the same size, newest first.
        noise: of the depth, which says what agrees.
    """
    bound = same_surface_m(depth.astype(np.float64), noise).astype(np.float32)
    newest = (depth > 0).view(np.uint8)
    total, agreed, read = np.zeros((3, *depth.shape), np.float32)
    recent = newest.copy()
    for index, image in enumerate((depth, *others)):
        is_read = (image > 0).view(np.uint8)
        agrees = cv2.compare(cv2.absdiff(image, depth), bound, cv2.CMP_LT) & is_read & newest
        cv2.accumulate(image, total, mask=agrees)
        cv2.accumulate(agrees, agreed)
        cv2.accumulate(is_read, read)
        if index < _CERTAIN_FRAMES:
            recent &= agrees
    mean = np.where(agreed > 0, total / np.maximum(agreed, 1), 0)
    steady = (agreed >= _STEADY * read) | (recent > 0)
    enough = 2 * read >= 1 + len(others)
    rows, columns = np.nonzero(enough & ~steady)
    stack = np.stack([image[rows, columns] for image in (depth, *others)])
    mean[rows, columns] = _mode(stack, noise)
    return np.where(enough, mean, 0).astype(np.float32)


def _mode(readings: Float32Array, noise: DepthNoise) -> Float32Array:
    """Where the readings (frames, n) of pixels are densest around their median, m; 0 is none."""
    # Of an even number the nearer of the two in the middle: between them there may be nothing.
    ordered = np.sort(np.where(readings > 0, readings, np.float32(_FAR_M)), axis=0)
    middle = (np.count_nonzero(readings, axis=0) - 1) // 2
    center = np.take_along_axis(ordered, np.maximum(middle, 0)[None], axis=0)[0]
    bound = same_surface_m(center.astype(np.float64), noise)
    for _ in range(_MEAN_SHIFTS):
        near = np.abs(readings - center) < bound
        center = np.where(near, readings, 0).sum(axis=0) / np.maximum(near.sum(axis=0), 1)
    return np.asarray(center, np.float32)
