"""The mean depth of frames between which nothing moved: plans on it are nearer to the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from ..transforms import FloatArray, rotation_angle
from .key_frames import KeyFrame, SteppingStone
from .settings import TrackerSettings
from .target_track import TargetTrack
from .visibility import same_surface_m

# An object that moved less than this against the camera has not moved: m and rad.
_STILL_M, _STILL_RAD = 0.0007, 0.003


def steadied(
    track: TargetTrack,
    key: KeyFrame,
    object2camera: FloatArray,
    neighbours: Iterable[KeyFrame | SteppingStone],
) -> tuple[KeyFrame, int]:
    """A frame with its depth averaged over neighbours in which the target is in the same place.

    Returns that frame, and how many were averaged.

    Args:
        track: the target.
        key: the frame.
        object2camera: 4x4 pose of the target in it.
        neighbours: other frames, nearest first; from the first that differs on, none is used.
    """
    still: list[npt.NDArray[np.float32]] = []
    for other in neighbours:
        if len(still) >= track.settings.averaged_frames - 1 or isinstance(other, SteppingStone):
            break
        place = track.past_place(other)
        if place is None or not _same_place(place, object2camera):
            break
        still.append(other.depth)
    if not still:
        return key, 1
    depth = mean_depth(key.depth, still, track.settings)
    return replace(key, depth=depth), 1 + len(still)


def mean_depth(
    depth: npt.NDArray[np.float32],
    others: list[npt.NDArray[np.float32]],
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


def _same_place(pose: FloatArray, other: FloatArray) -> bool:
    if np.abs(pose[:3, 3] - other[:3, 3]).max() > _STILL_M:
        return False
    return rotation_angle(pose[:3, :3].T @ other[:3, :3]) < _STILL_RAD
