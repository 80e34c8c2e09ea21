"""Refine an object's pose by all of its image and surface, not by corners alone.

Two errors are minimised together: grey values at structured points, outline included (direct
alignment as in Kerl et al., Robust Odometry Estimation for RGB-D Cameras, 2013), and distances
of the surface along its normals, with correspondences by projection (Chen and Medioni, 1992;
Blais and Levine, 1995). An object without texture is held by its outline and its shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, FloatArray
from ..memory.key_frames import KeyFrame
from ..settings import TrackerSettings
from .object_view import ObjectView
from .rigid_fit import huber_weights, perturbed
from .template import coarser, sample, smoothed
from .visibility import Visibility, faces_camera, same_surface_m

# Room around the predicted outline, px, and steps at the coarsest to the finest level. Chosen: the
# margin exceeds what features leave as error, and steps are cheap at the coarse levels.
_MARGIN_PX = 16
_ITERATIONS = (4, 4, 5)
# Steps smaller than this, m and rad, end the iteration at the finest level. Chosen: below the
# floor of the accuracy.
_SMALL_STEP = 5e-5
# A reading farther than this, m, from the predicted surface is of another one. Chosen: as far as
# an object moves between two frames.
_REACH_M = 0.03
# Grey values that differ by more than this are of different things, and the noise of one; of 255.
# Chosen: six times the noise.
_SAME_GREY = 25.0
_GREY_NOISE = 4.0
# So many neighbouring values, which share their noise, count as one. Chosen: stereo matches
# windows of several pixels.
_CORRELATED = 4.0
# Directions that nothing is known about keep this uncertainty: 50 mm and 0.5 rad. Chosen: the
# reach of alignment.
_FREE = np.diag([0.05**-2] * 3 + [0.5**-2] * 3)
# No alignment is better than this: 0.05 mm and 0.5 mrad. Chosen: below what a robot can use.
_FLOOR = np.diag([5e-5**2] * 3 + [5e-4**2] * 3)


@dataclass(frozen=True)
class Alignment:
    """A refined pose.

    Attributes:
        object2camera: 4x4.
        covariance: 6x6, left perturbation, in the axes of the camera.
        view_covariance: 6x6 of the error that the view itself brings, the same in every frame.
        looks: share of the points in sight whose grey values agree.
        visibility: what the depth shows there.
    """

    object2camera: FloatArray
    covariance: FloatArray
    view_covariance: FloatArray
    looks: float
    visibility: Visibility

    @property
    def support(self) -> float:
        """Share of the object in sight that agrees in grey and depth."""
        return min(self.looks, self.visibility.support)


@dataclass(frozen=True)
class _Placed:
    """All points of a view at a pose: structured ones first, then the surface.

    Attributes:
        arms: (n, 3) from the object's origin, in the axes of the camera.
        points: (n, 3) in the camera frame.
        pixels: (n, 2) in the image.
        inside: (n,) whether the window shows them.
        apart: (n,) how much farther the depth is, m.
        read: (n,) whether there is a depth reading.
    """

    arms: FloatArray
    points: FloatArray
    pixels: FloatArray
    inside: BoolArray
    apart: FloatArray
    read: BoolArray


class DenseAligner:
    """Aligns one view to one frame, in a window around a predicted pose."""

    def __init__(
        self, view: ObjectView, key: KeyFrame, predicted: FloatArray, settings: TrackerSettings
    ) -> None:
        """Cut the window; `ready` tells whether the object is in the image at all.

        Args:
            view: what the object looks like.
            key: the frame to align it to.
            predicted: (4x4) object2camera.
            settings: of the tracker.
        """
        self._view, self._key, self._settings = view, key, settings
        self._template = view.template
        self._points = np.concatenate([view.template.points, view.surface])
        self._count = len(view.template.points)
        self._smooth: list[Float32Array] = []
        self._levels: list[Float32Array] = []
        self._depth = np.zeros((0, 0), np.float32)
        self.ready = self._cut(predicted)

    def align(self, pose: FloatArray, first_level: int = 0) -> Alignment:
        """Refine a pose (object2camera), from a level (2: quarter scale) to the finest."""
        hessian = np.zeros((6, 6))
        for level in range(first_level, -1, -1):
            for _ in range(_ITERATIONS[level]):
                hessian, gradient = self._system(self._place(pose), pose, level)
                step = np.linalg.solve(hessian + _FREE, gradient)
                pose = perturbed(pose, step)
                if np.abs(step).max() < _SMALL_STEP * 2**level:
                    break
        covariance = np.asarray(np.linalg.inv(hessian + _FREE))
        # What is free is not an error of the view: leave it out.
        shared = 0.5 * (covariance - covariance @ _FREE @ covariance)
        placed = self._place(pose)
        return Alignment(
            pose,
            covariance + _FLOOR,
            shared + 0.5 * _FLOOR,
            self._looks(placed),
            self._see(placed, pose),
        )

    def _cut(self, pose: FloatArray) -> bool:
        """Take the window around a pose from the image and the depth."""
        camera = self._key.camera
        points = self._points @ pose[:3, :3].T + pose[:3, 3]
        pixels = camera.project(points)
        pixels = pixels[np.isfinite(pixels).all(axis=1)]
        if len(pixels) == 0:
            return False
        low = np.maximum(np.floor(pixels.min(axis=0)) - _MARGIN_PX, 0).astype(int)
        high = np.ceil(pixels.max(axis=0)) + _MARGIN_PX
        high = np.minimum(high, (camera.width, camera.height)).astype(int)
        if np.any(high - low < 16):
            return False
        self._low, self._size = low.astype(np.float64), high - low
        self._smooth = [smoothed(self._key.crop(low, high, self._view.contrast))]
        window = np.ascontiguousarray(self._key.depth[low[1] : high[1], low[0] : high[0]])
        self._depth = np.asarray(cv2.medianBlur(window, 3), np.float32)
        return True

    def _level(self, level: int) -> Float32Array:
        """The window at a level: grey and its slopes along x and y."""
        while len(self._levels) <= level:
            if len(self._smooth) == len(self._levels):
                self._smooth.append(coarser(self._smooth[-1]))
            image = self._smooth[len(self._levels)]
            self._levels.append(cv2.merge([image, _slope(image, 1, 0), _slope(image, 0, 1)]))
        return self._levels[level]

    def _place(self, pose: FloatArray) -> _Placed:
        """Put the points at a pose and look up the depth there."""
        camera = self._key.camera
        arms = self._points @ pose[:3, :3].T
        points = arms + pose[:3, 3]
        z = np.maximum(points[:, 2], 1e-3)
        if camera.distorted:
            pixels = np.nan_to_num(camera.project(points), nan=-1e6)
        else:
            pixels = points[:, :2] / z[:, None] * (camera.fx, camera.fy) + (camera.cx, camera.cy)
        local = pixels - self._low
        inside = ((local >= 1) & (local < self._size - 2)).all(axis=1)
        column, row = np.where(inside[:, None], local + 0.5, 0).astype(np.intp).T
        depth = self._depth[row, column]
        return _Placed(arms, points, pixels, inside, depth - points[:, 2], inside & (depth > 0))

    def _system(
        self, placed: _Placed, pose: FloatArray, level: int
    ) -> tuple[FloatArray, FloatArray]:
        """Normal equations (6, 6), (6,) of both errors."""
        jacobian, residual, weight = self._grey_errors(placed, level)
        weighted = jacobian * weight[:, None]
        hessian, gradient = weighted.T @ jacobian, weighted.T @ residual
        jacobian, residual, weight = self._depth_errors(placed, pose)
        weighted = jacobian * weight[:, None]
        return hessian + weighted.T @ jacobian, gradient + weighted.T @ residual

    def _grey_errors(
        self, placed: _Placed, level: int
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Whitened Jacobian, residual and weights of the grey values in sight."""
        keep = self._in_sight(placed)
        arms, points = placed.arms[: self._count][keep], placed.points[: self._count][keep]
        found = sample(
            self._level(level), placed.pixels[: self._count][keep] - self._low, level
        )  # fmt: skip
        residual = _same_lighting(self._template.values[level, keep], found[:, 0]) - found[:, 0]
        camera = self._key.camera
        # Slope along the ray's x and y, per unit of x/z and y/z, and by the point itself.
        by_x = found[:, 1] * (camera.fx / 2**level) / points[:, 2]
        by_y = found[:, 2] * (camera.fy / 2**level) / points[:, 2]
        by_z = -(by_x * points[:, 0] + by_y * points[:, 1]) / points[:, 2]
        noise = _GREY_NOISE
        if residual.size:
            noise = max(noise, 1.48 * float(np.median(np.abs(residual))))
        std = noise * np.sqrt(_CORRELATED)
        jacobian = _with_lever(arms, by_x, by_y, by_z) / std
        return jacobian, residual / std, huber_weights(residual / noise)

    def _depth_errors(
        self, placed: _Placed, pose: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Whitened Jacobian, residual and weights of the distances along the normals."""
        points, apart = placed.points[self._count :], placed.apart[self._count :]
        normals = self._view.normals @ pose[:3, :3].T
        z = np.maximum(points[:, 2], 1e-3)
        along = (normals * points).sum(axis=1) / z
        keep = placed.read[self._count :] & (np.abs(apart) < _REACH_M)
        # A surface seen at a grazing angle says little, and its reading may be of another one.
        keep &= np.abs(along) * z > 0.25 * np.sqrt((points * points).sum(axis=1))
        normals, along, apart = normals[keep], along[keep], apart[keep]
        std = self._key.noise.sigma(z[keep])
        std = np.sqrt(2) * std * np.maximum(np.abs(along), 0.3)
        jacobian = _with_lever(placed.arms[self._count :][keep], *normals.T) / std[:, None]
        residual = along * apart / std
        return jacobian, residual, huber_weights(residual)

    def _in_sight(self, placed: _Placed) -> BoolArray:
        """Which structured points are in the window with nothing in front of them."""
        apart, z = placed.apart[: self._count], placed.points[: self._count, 2]
        hidden = placed.read[: self._count] & (apart < -same_surface_m(z, self._key.noise))
        return placed.inside[: self._count] & ~hidden

    def _looks(self, placed: _Placed) -> float:
        keep = self._in_sight(placed)
        if keep.sum() < 10:
            return 0.0
        found = sample(self._level(0), placed.pixels[: self._count][keep] - self._low, 0)[:, 0]
        expected = _same_lighting(self._template.values[0, keep], found)
        return float((np.abs(expected - found) < _SAME_GREY).mean())

    def _see(self, placed: _Placed, pose: FloatArray) -> Visibility:
        here = np.arange(self._count, len(placed.points))
        # What has turned away is behind the object itself, not behind something else.
        here = here[faces_camera(placed.points[here], self._view.normals @ pose[:3, :3].T)]
        bound = same_surface_m(placed.points[here, 2], self._key.noise)
        return Visibility.of(placed.apart[here], placed.read[here], bound)


def _with_lever(arms: FloatArray, x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    """(n, 6) derivatives by position and by rotation, from those by the point (n,) each."""
    turn_x = arms[:, 1] * z - arms[:, 2] * y
    turn_y = arms[:, 2] * x - arms[:, 0] * z
    turn_z = arms[:, 0] * y - arms[:, 1] * x
    return np.stack([x, y, z, turn_x, turn_y, turn_z], axis=1)


def _slope(image: Float32Array, x: int, y: int) -> Float32Array:
    return np.asarray(cv2.Sobel(image, cv2.CV_32F, x, y, scale=1 / 8), np.float32)


def _same_lighting(expected: FloatArray, found: FloatArray) -> FloatArray:
    """Expected values with the gain and offset that fit the found ones best, kept near 1 and 0."""
    if expected.size == 0:
        return expected
    middle = expected.mean()
    shift = float(np.clip(np.median(found - expected), -40, 40))
    spread = expected - middle
    weight = 100.0 * expected.size
    gain = (spread @ (found - middle - shift) + weight) / (spread @ spread + weight)
    return np.clip(gain, 0.7, 1.4) * spread + (middle + shift)
