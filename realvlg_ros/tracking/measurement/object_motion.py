"""Where an object is in a frame, measured against a view of it.

The view's image is warped to the predicted pose, so that patches correlate after turns and
changes of distance; pyramidal Lucas-Kanade finds the rest, a check back to the view rejects what
does not return (Kalal et al., Forward-Backward Error, 2010), depth lifts the points, RANSAC
rejects what does not move with the object. All measurements are against the view, so nothing
drifts from frame to frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array, FloatArray, IndexArray
from ...camera import Camera
from ...transforms import invert, transform_points
from ..memory.key_frames import KeyFrame
from ..settings import TrackerSettings
from .dense_alignment import Alignment, DenseAligner
from .object_view import ObjectView, surface_depth
from .rigid_fit import Observations, difference, ransac_pose, refine_pose
from .template import LEVELS

# Patches of optical flow as large as the object allows without seeing much of what is beside it:
# in px, and as a share of its extent. Chosen: 21 px is the default of OpenCV's optical flow.
_WINDOW_RANGE_PX = (9, 21)
_WINDOW_SHARE = 0.2
# Levels of the pyramid above the image. Chosen: with a patch of 9 px it reaches 36 px.
_LEVELS = 3
# Followed back, a feature ends nearer than this to its start, px. Chosen: flow is accurate to a
# fraction of a pixel.
_RETURN_PX = 0.7
# Alignment is local: what ends farther from its start than this, m and rad, has slipped. Chosen:
# the span over which patches and depth still overlap.
_BASIN_M, _BASIN_RAD = 0.05, 0.4
# Agreement from which no better pose needs to be looked for. Chosen: what is left is noise.
_SURE_SUPPORT = 0.95
# How far beyond the predicted outline features are looked for, px. Chosen: as far as the pyramid
# of optical flow reaches.
_REACH_PX = 40


@dataclass(frozen=True)
class Measurement:
    """A measured pose of an object.

    Attributes:
        object2camera: 4x4.
        covariance: 6x6, left perturbation, in the axes of the camera.
        view_covariance: 6x6 of the error that the view brings to every measurement.
        support: share of what should be in sight that agrees.
        hidden: share of its surface with something in front of it.
        features: how many features agree.
    """

    object2camera: FloatArray
    covariance: FloatArray
    view_covariance: FloatArray
    support: float
    hidden: float
    features: int


def measure_pose(
    view: ObjectView, key: KeyFrame, predicted: FloatArray, settings: TrackerSettings
) -> Measurement | None:
    """Measure an object's pose in a frame near a predicted one; None when it is not found.

    Features bridge large motions; dense alignment then uses everything the object shows. What
    features found is dropped again where the object does not look right.

    Args:
        view: of the object.
        key: the frame.
        predicted: object2camera, 4x4.
        settings: noise and bounds.
    """
    aligner = DenseAligner(view, key, predicted, settings)
    if aligner.ready:
        # Most frames bring next to no change: then the prediction is a start good enough.
        near = aligner.align(predicted)
        if near.support >= _SURE_SUPPORT:
            return to_measurement(near, 0)
    found = find_features(view, key, predicted, settings)
    if found is not None:
        start, features = found
        by_features = DenseAligner(view, key, start, settings)
        if by_features.ready:
            aligned = by_features.align(start, first_level=1)
            if _converged(aligned, start, settings):
                return to_measurement(aligned, features)
    if aligner.ready:
        aligned = aligner.align(predicted, first_level=LEVELS - 1)
        if _converged(aligned, predicted, settings):
            return to_measurement(aligned, 0)
    return None


def _converged(aligned: Alignment, start: FloatArray, settings: TrackerSettings) -> bool:
    """Whether an alignment ended near its start, on what looks like the object."""
    moved = difference(aligned.object2camera, start)
    near = np.linalg.norm(moved[:3]) < _BASIN_M and np.linalg.norm(moved[3:]) < _BASIN_RAD
    return bool(near) and aligned.support >= settings.min_support


def to_measurement(aligned: Alignment, features: int) -> Measurement:
    """An alignment as a measurement, with the number of features that led to it."""
    return Measurement(
        aligned.object2camera, aligned.covariance, aligned.view_covariance,
        aligned.support, aligned.visibility.hidden, features,
    )  # fmt: skip


def find_features(
    view: ObjectView, key: KeyFrame, predicted: FloatArray, settings: TrackerSettings
) -> tuple[FloatArray, int] | None:
    """The pose (4x4) that the view's features agree on, and how many do; None if too few.

    Args:
        view: what the object looks like.
        key: the frame to look in.
        predicted: (4x4) object2camera.
        settings: of the tracker.
    """
    if len(view.pixels) < settings.min_features:
        return None
    camera = key.camera
    expected = camera.project(transform_points(predicted, view.points))
    inside = np.all((expected >= 4) & (expected < (camera.width - 4, camera.height - 4)), axis=1)
    if inside.sum() < settings.min_features:
        return None
    indices, found = _follow(view, key, expected, np.flatnonzero(inside))
    if indices.size < settings.min_features:
        return None
    seen = _observe(view.points[indices], found, key, settings)
    pose, inliers = ransac_pose(seen, predicted, np.random.default_rng(indices.size))
    count = int(inliers.sum())
    if count < max(settings.min_features, settings.min_inlier_ratio * inside.sum()):
        return None
    return refine_pose(pose, seen.select(inliers))[0], count


def image_motion(view: ObjectView, camera: Camera, object2camera: FloatArray) -> FloatArray:
    """The affine map (2, 3) from the view's image to the image of a pose, fitted to its points.

    Args:
        view: what the object looks like.
        camera: intrinsics of the other image.
        object2camera: (4x4) pose in the other image.
    """
    source = view.camera.project(transform_points(invert(view.camera2object), view.surface))
    target = camera.project(transform_points(object2camera, view.surface))
    ok = np.isfinite(target).all(axis=1)
    if not ok.any():
        return np.array([[1.0, 0, 0], [0, 1.0, 0]])
    return _fit_affine(source[ok], target[ok])


def _follow(
    view: ObjectView,
    key: KeyFrame,
    expected: FloatArray,
    indices: IndexArray,
) -> tuple[IndexArray, FloatArray]:
    """Find the view's features near where they are expected; returns which, and where (px)."""
    affine = _fit_affine(view.pixels[indices], expected[indices])
    low = np.floor(expected[indices].min(axis=0)).astype(int) - _REACH_PX
    high = np.ceil(expected[indices].max(axis=0)).astype(int) + _REACH_PX
    low = np.maximum(low, 0)
    high = np.minimum(high, (key.camera.width, key.camera.height))
    size = high - low
    to_window = affine.copy()
    to_window[:, 2] += affine[:, :2] @ view.origin - low
    warped = cv2.warpAffine(
        view.image, to_window, (int(size[0]), int(size[1])), borderMode=cv2.BORDER_REPLICATE
    )
    window = np.ascontiguousarray(key.crop(low, high, view.contrast))
    start = view.pixels[indices] @ affine[:, :2].T + affine[:, 2] - low
    start32 = np.ascontiguousarray(start, np.float32).reshape(-1, 1, 2)
    extent = float(np.sqrt(view.mask.area * abs(np.linalg.det(affine[:, :2]))))
    patch = int(np.clip(_WINDOW_SHARE * extent, *_WINDOW_RANGE_PX)) | 1
    there, ok = _flow(warped, window, start32, patch)
    back, ok_back = _flow(window, warped, there, patch)
    returned = np.linalg.norm((back - start32).reshape(-1, 2), axis=1) < _RETURN_PX
    good = returned & ok & ok_back
    return indices[good], there.reshape(-1, 2)[good].astype(np.float64) + low


def _flow(
    source: ByteArray,
    target: ByteArray,
    points: Float32Array,
    patch: int,
) -> tuple[Float32Array, BoolArray]:
    """Pyramidal Lucas-Kanade (Bouguet, 2000): points (n, 1, 2) and whether each was found."""
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        source, target, points, points.copy(), winSize=(patch, patch), maxLevel=_LEVELS
    )
    return np.asarray(found, np.float32), np.asarray(status.ravel() == 1)


def _fit_affine(source: FloatArray, target: FloatArray) -> FloatArray:
    """The affine map (2, 3) that best takes pixels to pixels, pulled weakly to the identity."""
    center, aim = source.mean(axis=0), target.mean(axis=0)
    design = np.concatenate([source - center, np.eye(2)])
    goal = np.concatenate([target - aim, np.eye(2)])
    linear = np.linalg.lstsq(design, goal, rcond=None)[0].T
    return np.column_stack([linear, aim - linear @ center])


def _observe(
    points: FloatArray, pixels: FloatArray, key: KeyFrame, settings: TrackerSettings
) -> Observations:
    camera = key.camera
    z = surface_depth(key.depth, pixels)
    # Twice the variance: the view's own points carry the same noise.
    std = np.sqrt(2) * key.noise.sigma(z)
    ray_std = settings.pixel_noise_px / (0.5 * (camera.fx + camera.fy))
    return Observations(points, camera.normalize(pixels), z, ray_std, std)
