"""Pinhole camera with distortion: pixels to rays and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .arrays import FloatArray
from .errors import CameraError

# Number of coefficients of each model of sensor_msgs/CameraInfo that is supported: plumb_bob is k1
# k2 p1 p2 k3, rational_polynomial adds k4 k5 k6. From OpenCV's calib3d, which has this order.
_COEFFICIENTS = {'plumb_bob': (0, 4, 5), 'rational_polynomial': (0, 8)}


@dataclass(frozen=True)
class Camera:
    """Intrinsics of one image stream.

    Attributes:
        width: columns, px.
        height: rows, px.
        fx, fy: focal lengths, px.
        cx, cy: principal point, px; pixel centres lie at integers.
        distortion: coefficients in OpenCV's order; empty for a rectified image.
        frame_id: the camera's optical frame (x right, y down, z forward; REP 103).
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()
    frame_id: str = 'camera_color_optical_frame'

    def __post_init__(self) -> None:
        if self.width <= 0 or self.height <= 0:
            raise CameraError(f'image size {self.width}x{self.height} is not positive')
        values = (self.fx, self.fy, self.cx, self.cy, *self.distortion)
        if not np.all(np.isfinite(values)):
            raise CameraError(f'intrinsics {values} are not all finite')
        if self.fx <= 0 or self.fy <= 0:
            raise CameraError(
                f'focal lengths fx={self.fx}, fy={self.fy} must be positive; '
                'the camera is not calibrated (all-zero K), publish a valid camera_info'
            )

    @classmethod
    def from_camera_info(
        cls,
        width: int,
        height: int,
        k: Sequence[float],
        d: Sequence[float],
        p: Sequence[float],
        distortion_model: str,
        frame_id: str,
        rectified: bool,
    ) -> Camera:
        """Build from the fields of sensor_msgs/CameraInfo.

        Args:
            width: columns, px.
            height: rows, px.
            k: 9 values, row-major 3x3, for raw images.
            d: distortion coefficients.
            p: 12 values, row-major 3x4, for rectified images.
            distortion_model: plumb_bob or rational_polynomial.
            frame_id: optical frame.
            rectified: whether the images are rectified; then P holds and D does not.

        Raises:
            CameraError: unusable intrinsics or an unknown distortion model.
        """
        if rectified and len(p) == 12 and p[0] > 0:
            return cls(width, height, p[0], p[5], p[2], p[6], (), frame_id)
        if len(k) != 9:
            raise CameraError(f'K has {len(k)} values instead of 9')
        distortion = () if rectified else check_distortion(distortion_model, d)
        return cls(width, height, k[0], k[4], k[2], k[5], distortion, frame_id)

    @classmethod
    def from_json(cls, path: Path) -> Camera:
        """Read a frame folder's camera.json.

        Raises:
            CameraError: the file is missing, is not JSON or lacks a key.
        """
        try:
            values: Mapping[str, Any] = json.loads(path.read_text())
            width, height = int(values['width']), int(values['height'])
            fx, fy, cx, cy = (float(values[key]) for key in ('fx', 'fy', 'cx', 'cy'))
        except FileNotFoundError as error:
            raise CameraError(f'{path} is missing; a frame folder needs camera.json') from error
        except (KeyError, TypeError, ValueError) as error:
            raise CameraError(
                f'{path}: {error!r}; it needs the numbers width, height, fx, fy, cx, cy'
            ) from error
        model = str(values.get('distortion_model', 'plumb_bob'))
        distortion = check_distortion(model, values.get('distortion', ()))
        frame_id = str(values.get('frame_id', cls.frame_id))
        return cls(width, height, fx, fy, cx, cy, distortion, frame_id)

    @property
    def matrix(self) -> FloatArray:
        """The 3x3 intrinsic matrix."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1.0]])

    @cached_property
    def rays(self) -> FloatArray:
        """(height, width, 2) x/z and y/z of every pixel's ray; treat as read-only."""
        columns, rows = np.meshgrid(np.arange(self.width), np.arange(self.height))
        rays = self.normalize(np.stack([columns, rows], axis=-1).astype(np.float64))
        rays.setflags(write=False)
        return rays

    def normalize(self, pixels: npt.ArrayLike) -> FloatArray:
        """Turn pixels (..., 2) into x/z and y/z (..., 2), with distortion removed."""
        pixels = np.asarray(pixels, np.float64)
        if any(self.distortion):
            flat = np.ascontiguousarray(pixels.reshape(-1, 1, 2))
            stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 200, 1e-12)
            rays = cv2.undistortPointsIter(
                flat, self.matrix, np.array(self.distortion), None, None, stop
            )
            return np.asarray(rays, np.float64).reshape(pixels.shape)
        return (pixels - (self.cx, self.cy)) / (self.fx, self.fy)

    def deproject(self, pixels: npt.ArrayLike, depth: npt.ArrayLike) -> FloatArray:
        """Turn pixels (..., 2) with depth (...) in m along z into points (..., 3) in m."""
        rays = self.normalize(pixels)
        z = np.asarray(depth, np.float64)[..., None]
        return np.concatenate([rays * z, np.broadcast_to(z, (*rays.shape[:-1], 1))], axis=-1)

    def project(self, points: npt.ArrayLike) -> FloatArray:
        """Turn points (..., 3) in m into pixels (..., 2); NaN where z <= 0."""
        points = np.asarray(points, np.float64)
        z = points[..., 2]
        with np.errstate(divide='ignore', invalid='ignore'):
            rays = np.where(z[..., None] > 0, points[..., :2] / z[..., None], np.nan)
        if any(self.distortion):
            rays = self._distort(rays)
        return rays * (self.fx, self.fy) + (self.cx, self.cy)

    def scaled(self, width: int, height: int) -> Camera:
        """The camera of the same image resized to width x height px."""
        sx, sy = width / self.width, height / self.height
        return replace(
            self,
            width=width,
            height=height,
            fx=self.fx * sx,
            fy=self.fy * sy,
            cx=(self.cx + 0.5) * sx - 0.5,
            cy=(self.cy + 0.5) * sy - 0.5,
        )

    def _distort(self, rays: FloatArray) -> FloatArray:
        """Apply OpenCV's radial-tangential (rational) model to x/z, y/z (..., 2)."""
        k1, k2, p1, p2, k3, k4, k5, k6 = (*self.distortion, *[0.0] * 8)[:8]
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


def check_distortion(model: str, coefficients: Sequence[float]) -> tuple[float, ...]:
    """Return the coefficients as a tuple if the model is supported.

    Raises:
        CameraError: unknown model, or a number of coefficients that is not the model's.
    """
    coefficients = tuple(float(c) for c in coefficients)
    if not any(coefficients):
        return ()
    if model not in _COEFFICIENTS:
        raise CameraError(
            f'distortion model {model!r} is not supported (only {", ".join(_COEFFICIENTS)}); '
            'rectify the images and set the parameter `rectified`'
        )
    if len(coefficients) not in _COEFFICIENTS[model]:
        raise CameraError(f'{model} with {len(coefficients)} coefficients is not valid')
    return coefficients
