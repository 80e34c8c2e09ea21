"""Lens distortion: OpenCV's models of common lenses, and the equidistant one of fisheye lenses."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from ..arrays import FloatArray
from ..errors import CameraError
from ..quoting import quoted

# The distortion model of fisheye lenses in sensor_msgs/CameraInfo.
EQUIDISTANT = 'equidistant'
# Numbers of coefficients of OpenCV's model: k1 k2 p1 p2, k3, k4 to k6, the thin prism s1 to s4,
# and the tilt of the sensor. From OpenCV's calib3d, which has this order.
_COUNTS = (4, 5, 8, 12, 14)
_POLYNOMIAL = ('plumb_bob', 'rational_polynomial')
# Names of OpenCV's model elsewhere, and names for no distortion; of these all are zero.
_SYNONYMS = ('radtan', 'brown_conrady', 'thin_prism', 'tilted', 'opencv', 'opencv_full')
_UNDISTORTED = (
    '', 'none', 'pinhole', 'perspective', 'rectilinear', 'no_distortion', 'ideal',
    'modified_brown_conrady', 'inverse_brown_conrady',
)  # fmt: skip
_FISHEYE = (EQUIDISTANT, 'fisheye', 'kannala_brandt', 'kannala_brandt4')
# Steps of Newton's method from a distorted angle to the true one. Chosen: each doubles the digits;
# five suffice up to 85 degrees.
_STEPS = 10
# Farther from the axis a ray has no usable x/z. Chosen: tan is 57 there.
_MAX_ANGLE_RAD = math.radians(89)


def read_distortion(model: str, values: Sequence[float]) -> tuple[tuple[float, ...], bool]:
    """The coefficients of a distortion model, and whether it is that of a fisheye lens.

    As in image_geometry the number of coefficients tells which of OpenCV's terms are meant. Zeros
    behind the eighth say no more than eight; what is missing up to the next number is zero.

    Args:
        model: distortion_model of sensor_msgs/CameraInfo.
        values: its coefficients D.

    Raises:
        CameraError: unknown model, or a number of coefficients that is not the model's.
    """
    name = model.strip().lower()
    coefficients = tuple(float(value) for value in values)
    if name in _FISHEYE:
        if len(coefficients) != 4:
            raise CameraError(
                f'{model[:80]} with {len(coefficients)} coefficients is not valid; expected k1 '
                'to k4'
            )
        return coefficients, True
    known = name in (*_POLYNOMIAL, *_SYNONYMS)
    if not (known or (name in _UNDISTORTED and not any(coefficients))):
        raise CameraError(
            f'distortion model {quoted(model)} with D {quoted(coefficients)} is not supported '
            '(only '
            f'{", ".join((*_POLYNOMIAL, EQUIDISTANT))}); rectify the images (image_proc) and set '
            'the parameter rectified'
        )
    if not any(coefficients):
        return (), False
    if not _COUNTS[0] <= len(coefficients) <= _COUNTS[-1]:
        raise CameraError(
            f'{model[:80]} with {len(coefficients)} coefficients is not valid; expected '
            f'{", ".join(map(str, _COUNTS))}'
        )
    if not any(coefficients[8:]):
        coefficients = coefficients[:8]
    count = next(count for count in _COUNTS if count >= len(coefficients))
    return coefficients + (0.0,) * (count - len(coefficients)), False


def distort(rays: FloatArray, coefficients: tuple[float, ...], fisheye: bool) -> FloatArray:
    """Where the lens puts rays: x/z, y/z (..., 2) of the world to those of the image.

    Args:
        rays: (..., 2) x/z and y/z.
        coefficients: see read_distortion.
        fisheye: whether they are those of the equidistant model.
    """
    if rays.size == 0:
        return rays
    if fisheye:
        return _distort_equidistant(rays, coefficients)
    if len(coefficients) > 8:
        points = np.concatenate([rays, np.ones((*rays.shape[:-1], 1))], axis=-1).reshape(-1, 1, 3)
        seen = np.isfinite(points).all(axis=(1, 2))
        flat = np.full((len(points), 2), np.nan)
        if seen.any():
            pixels, _ = cv2.projectPoints(
                points[seen], np.zeros(3), np.zeros(3), np.eye(3), np.array(coefficients)
            )
            flat[seen] = pixels.reshape(-1, 2)
        return flat.reshape(rays.shape)
    k1, k2, p1, p2, k3, k4, k5, k6 = (*coefficients, *[0.0] * 8)[:8]
    x, y = rays[..., 0], rays[..., 1]
    r2 = x * x + y * y
    radial = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    return np.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
        ],
        axis=-1,
    )


def undistort(rays: FloatArray, coefficients: tuple[float, ...], fisheye: bool) -> FloatArray:
    """The inverse of distort, for rays (..., 2) of the image.

    Args:
        rays: (..., 2) x/z and y/z.
        coefficients: see read_distortion.
        fisheye: whether they are those of the equidistant model.
    """
    if rays.size == 0:
        return rays
    if fisheye:
        return _undistort_equidistant(rays, coefficients)
    flat = np.ascontiguousarray(rays.reshape(-1, 1, 2))
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 200, 1e-12)
    straight = cv2.undistortPointsIter(flat, np.eye(3), np.array(coefficients), None, None, stop)
    return np.asarray(straight, np.float64).reshape(rays.shape)


def _distort_equidistant(rays: FloatArray, coefficients: tuple[float, ...]) -> FloatArray:
    """By cv2.fisheye's model: the distance from the axis grows with the angle, not its tangent."""
    radius = np.linalg.norm(rays, axis=-1, keepdims=True)
    angle = np.arctan(radius)
    bent, _ = _bend(angle, coefficients)
    return np.asarray(rays * np.where(radius > 0, bent / np.maximum(radius, 1e-12), 1.0))


def _undistort_equidistant(rays: FloatArray, coefficients: tuple[float, ...]) -> FloatArray:
    bent = np.linalg.norm(rays, axis=-1, keepdims=True)
    angle = np.minimum(bent, _MAX_ANGLE_RAD)
    for _ in range(_STEPS):
        value, slope = _bend(angle, coefficients)
        angle = np.clip(angle - (value - bent) / np.maximum(slope, 0.1), 0.0, _MAX_ANGLE_RAD)
    return np.asarray(rays * np.where(bent > 0, np.tan(angle) / np.maximum(bent, 1e-12), 1.0))


def _bend(angle: FloatArray, coefficients: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """The distance from the axis of the image's ray for an angle, and its derivative."""
    k1, k2, k3, k4 = coefficients
    a2 = angle * angle
    value = angle * (1 + a2 * (k1 + a2 * (k2 + a2 * (k3 + a2 * k4))))
    slope = 1 + a2 * (3 * k1 + a2 * (5 * k2 + a2 * (7 * k3 + a2 * 9 * k4)))
    return value, slope
