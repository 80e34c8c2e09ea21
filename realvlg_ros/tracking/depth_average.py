"""The mean depth of frames between which nothing moved: plans on it are nearer to the truth."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from .settings import TrackerSettings
from .visibility import same_surface_m


def mean_depth(
    depth: npt.NDArray[np.float32],
    others: Sequence[npt.NDArray[np.float32]],
    settings: TrackerSettings,
) -> npt.NDArray[np.float32]:
    """The mean of the readings (h, w) of a pixel, m; 0 where fewer than half of the frames read.

    A pixel that shows another surface than before keeps its newest reading.
    """
    total, count = np.zeros((2, *depth.shape), np.float32)
    for image in (depth, *others):
        read = (image > 0).view(np.uint8)
        cv2.accumulate(image, total)
        cv2.accumulate(read, count)
    mean = total / np.maximum(count, 1)
    changed = (depth > 0) & (np.abs(depth - mean) > same_surface_m(mean, settings))
    enough = 2 * count >= 1 + len(others)
    return np.where(changed, depth, np.where(enough, mean, 0)).astype(np.float32)
