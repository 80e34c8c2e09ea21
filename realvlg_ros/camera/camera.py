"""Pinhole camera with distortion: pixels to rays and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from ..arrays import FloatArray
from ..errors import CameraError
from .distortion import EQUIDISTANT, distort, read_distortion, undistort


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
        fisheye: whether the distortion is the equidistant model's, four coefficients.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()
    frame_id: str = 'camera_color_optical_frame'
    fisheye: bool = False

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
            distortion_model: plumb_bob, rational_polynomial or equidistant.
            frame_id: optical frame.
            rectified: whether the images are rectified; then P holds and D does not.

        Raises:
            CameraError: unusable intrinsics or an unknown distortion model.
        """
        has_p = len(p) == 12 and p[0] > 0
        if rectified and has_p:
            return cls(width, height, p[0], p[5], p[2], p[6], (), frame_id)
        _check_k(k, d, has_p, rectified)
        distortion, fisheye = ((), False) if rectified else read_distortion(distortion_model, d)
        return cls(width, height, k[0], k[4], k[2], k[5], distortion, frame_id, fisheye)

    @property
    def distorted(self) -> bool:
        """Whether straight lines are bent in the image."""
        return self.fisheye or any(self.distortion)

    @property
    def distortion_model(self) -> str:
        """The name of its distortion model in sensor_msgs/CameraInfo."""
        if self.fisheye:
            return EQUIDISTANT
        return 'plumb_bob' if len(self.distortion) <= 5 else 'rational_polynomial'

    @property
    def matrix(self) -> FloatArray:
        """The 3x3 intrinsic matrix."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1.0]])

    @cached_property
    def rays(self) -> FloatArray:
        """(height, width, 2) x/z and y/z of every pixel's ray; treat as read-only.

        Raises:
            CameraError: a distortion that no lens has.
        """
        return _rays(self)

    def normalize(self, pixels: npt.ArrayLike) -> FloatArray:
        """Turn pixels (..., 2) into x/z and y/z (..., 2), with distortion removed."""
        pixels = np.asarray(pixels, np.float64)
        rays = (pixels - (self.cx, self.cy)) / (self.fx, self.fy)
        if self.distorted:
            return undistort(rays, self.distortion, self.fisheye)
        return rays

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
        if self.distorted:
            rays = distort(rays, self.distortion, self.fisheye)
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


def _check_k(k: Sequence[float], d: Sequence[float], has_p: bool, rectified: bool) -> None:
    """Refuse a K that cannot be taken for the images.

    Args:
        k: of camera_info.
        d: of camera_info.
        has_p: whether its P is filled in.
        rectified: whether the images are rectified, which P describes and not K.

    Raises:
        CameraError: K is not there but P is, or the other way round.
    """
    if len(k) != 9:
        raise CameraError(f'K has {len(k)} values instead of 9')
    if has_p and not any(k):
        raise CameraError(
            'camera_info has no K, all zero, but a P: the images are rectified; set the parameter '
            'rectified to true, or publish K'
        )
    if rectified and any(k) and any(d):
        raise CameraError(
            f'camera_info has no P, all zero, but a K and the distortion {tuple(d[:14])}: that is '
            'of images that are not rectified; set the parameter rectified to false, or publish P'
        )


@lru_cache(maxsize=4)
def _rays(camera: Camera) -> FloatArray:
    """See Camera.rays; every image of a stream brings a camera, and they are equal."""
    rays = np.empty((camera.height, camera.width, 2))
    rays[..., 0] = (np.arange(camera.width) - camera.cx) / camera.fx
    rays[..., 1] = ((np.arange(camera.height) - camera.cy) / camera.fy)[:, None]
    if camera.distorted:
        rays = undistort(rays, camera.distortion, camera.fisheye)
        if not np.all(np.isfinite(rays)):
            raise CameraError(
                f'the distortion {camera.distortion} leaves pixels of the {camera.width}x'
                f'{camera.height} image without a ray: no lens bends so; calibrate the camera '
                'and correct D in camera_info'
            )
    rays.setflags(write=False)
    return rays
