"""Look for an object that was out of sight around the place where it should be by now."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import ByteArray, Float32Array, FloatArray, IntArray
from ...transforms import transform_points
from ..memory.key_frames import KeyFrame
from ..settings import TrackerSettings
from .dense_alignment import DenseAligner
from .object_motion import Measurement, image_motion, to_measurement
from .object_view import ObjectView, surface_depth

# Length to which the object is reduced for matching, px. Chosen: small turns do not change it, and
# the search stays cheap.
_MATCH_PX = 24
# The search reaches so many deviations of the predicted place, within bounds in m. Chosen: beyond,
# the object has left the scene or another one is found.
_REACH_SIGMAS = 4.0
_REACH_RANGE_M = (0.04, 0.30)
# Correlation of a peak, and how many peaks are looked at. Chosen: the pose is verified afterwards.
_MIN_SCORE = 0.5
_PEAKS = 3
# Agreement asked of a find. Chosen: more than of an object that was in sight all the time.
_FOUND_SUPPORT = 0.8


def search_pose(
    view: ObjectView,
    key: KeyFrame,
    predicted: FloatArray,
    position_std: float,
    settings: TrackerSettings,
) -> Measurement | None:
    """Find an object of unchanged attitude near a predicted pose; None if it is not there.

    Normalised correlation of the view's image gives places, their depth the distance, and dense
    alignment decides.

    Args:
        view: of the object.
        key: the frame, whole.
        predicted: object2camera, 4x4.
        position_std: of the prediction, m; four of these are searched.
        settings: of the measurement.
    """
    best: Measurement | None = None
    for start in _places(view, key, predicted, position_std):
        aligner = DenseAligner(view, key, start, settings)
        if not aligner.ready:
            continue
        aligned = aligner.align(start, first_level=2)
        better = best is None or aligned.support > best.support
        if better and aligned.support >= max(_FOUND_SUPPORT, settings.min_support):
            best = to_measurement(aligned, 0)
    return best


def _places(
    view: ObjectView, key: KeyFrame, predicted: FloatArray, position_std: float
) -> list[FloatArray]:
    """Poses (4x4) at the peaks of the correlation, at the distance that the depth says."""
    camera = key.camera
    middle = transform_points(predicted, view.center)
    if middle[2] <= 0.05:
        return []
    affine = image_motion(view, camera, predicted)
    template, mask, low = _seen_from(view, affine)
    reach = float(np.clip(_REACH_SIGMAS * position_std, *_REACH_RANGE_M)) * camera.fx / middle[2]
    first = np.maximum(low - int(reach), 0)
    last = np.minimum(
        low + np.array(template.shape[::-1]) + int(reach), (camera.width, camera.height)
    )
    if np.any(last - first < template.shape[::-1]):
        return []
    scale = min(1.0, _MATCH_PX / min(template.shape))
    window = cv2.resize(key.crop(first, last, view.contrast), None, fx=scale, fy=scale)
    small = cv2.resize(template, None, fx=scale, fy=scale)
    small_mask = cv2.resize(mask, (small.shape[1], small.shape[0]))
    score = cv2.matchTemplate(window, small, cv2.TM_CCOEFF_NORMED, mask=small_mask)
    score = np.where(np.isfinite(score), score, -1)
    starts = []
    for _ in range(_PEAKS):
        row, column = np.unravel_index(int(np.argmax(score)), score.shape)
        if score[row, column] < _MIN_SCORE:
            break
        shift = first + np.array([column, row]) / scale - low
        starts.append(_moved(predicted, middle, shift, key))
        near = _MATCH_PX // 3
        score[max(row - near, 0) : row + near + 1, max(column - near, 0) : column + near + 1] = -1
    return starts


def _seen_from(view: ObjectView, affine: FloatArray) -> tuple[ByteArray, Float32Array, IntArray]:
    """Image and mask (0 or 1) of a view moved by an affine map, and their first pixel."""
    rows, columns = view.mask.data.shape
    corners = np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]], np.float64)
    corners += (view.mask.x_offset, view.mask.y_offset)
    moved = corners @ affine[:, :2].T + affine[:, 2]
    low = np.floor(moved.min(axis=0)).astype(int)
    width, height = (np.ceil(moved.max(axis=0)).astype(int) - low + 1).tolist()
    to_patch = affine.copy()
    to_patch[:, 2] += affine[:, :2] @ view.origin - low
    image = cv2.warpAffine(view.image, to_patch, (width, height), borderMode=cv2.BORDER_REPLICATE)
    region = np.zeros(view.image.shape, np.uint8)
    x, y = view.mask.x_offset - view.origin[0], view.mask.y_offset - view.origin[1]
    region[y : y + rows, x : x + columns] = view.mask.data
    mask = cv2.warpAffine(region, to_patch, (width, height)).astype(np.float32)
    return np.asarray(image, np.uint8), mask, low


def _moved(
    predicted: FloatArray, middle: FloatArray, shift: FloatArray, key: KeyFrame
) -> FloatArray:
    """The predicted pose with its middle shifted in the image (px) and at the depth read there."""
    pixel = key.camera.project(middle) + shift
    z = float(surface_depth(key.depth, pixel[None])[0]) or float(middle[2])
    pose = predicted.copy()
    pose[:3, 3] += key.camera.deproject(pixel, z) - middle
    return pose
