"""The depth image as knowledge of free, occupied and unseen space around one object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import BoolArray, Float32Array, FloatArray, IndexArray
from ...frame import RgbdFrame
from ...support_plane import SupportPlane
from ...transforms import invert, make_transform

# What rises less above the support than this, and than its readings' noise, may belong to it, m: a
# cloth, a fold, the bend of a calibrated depth. Chosen: fingers cannot hold what is as low.
SUPPORT_RELIEF = 0.008


@dataclass(frozen=True)
class Scene:
    """A frame, the object's mask and the support, with a frame of reference on the support.

    The support frame has z up, x horizontal toward the camera, and its origin on the support
    below the object's centre.

    Attributes:
        frame: colour and depth.
        mask: (height, width) the object's pixels.
        plane: what the object stands on, or None.
        camera2support: 4x4.
    """

    frame: RgbdFrame
    mask: BoolArray
    plane: SupportPlane | None
    camera2support: FloatArray

    @classmethod
    def around(
        cls, frame: RgbdFrame, mask: BoolArray, plane: SupportPlane | None, up: FloatArray | None
    ) -> Scene:
        """Place the support frame under the object's pixels.

        Without plane and up, the direction to the camera is taken as up and nothing as support.
        """
        points = frame.points[mask & frame.valid].astype(np.float64)
        center = np.median(points, axis=0)
        z = plane.normal if plane is not None else up
        if z is None:
            z = -center
        z = np.asarray(z, np.float64) / np.linalg.norm(z)
        x = -center - (-center @ z) * z
        if np.linalg.norm(x) < 1e-3 * np.linalg.norm(center):
            x = np.cross(z, (1.0, 0.0, 0.0))
        x /= np.linalg.norm(x)
        rotation = np.stack([x, np.cross(z, x), z])
        if plane is not None:
            origin = center - float(plane.height(center)) * z
        else:
            heights = points @ z
            origin = center + (np.percentile(heights, 1) - center @ z) * z
        return cls(frame, mask, plane, make_transform(rotation, -rotation @ origin))

    @cached_property
    def support2camera(self) -> FloatArray:
        """4x4."""
        return invert(self.camera2support)

    @cached_property
    def camera_position(self) -> FloatArray:
        """(3,) in the support frame, m."""
        return self.camera2support[:3, 3]

    @cached_property
    def heights(self) -> FloatArray:
        """(height, width) above the support, m; NaN where there is no reading."""
        points = self.frame.points
        heights = points @ self.camera2support[2, :3].astype(np.float32)
        return np.where(self.frame.valid, heights + self.camera2support[2, 3], np.nan)

    def pixels_of(
        self, points: npt.NDArray[np.floating]
    ) -> tuple[IndexArray, Float32Array, BoolArray]:
        """Where points (..., 3) of the support frame are seen.

        Returns:
            Flat pixel index (...), 0 outside the image; z in the camera (...), m; whether the
            point is inside the image (...).
        """
        rotation = self.support2camera[:3, :3].astype(np.float32)
        offset = self.support2camera[:3, 3].astype(np.float32)
        x, y, z = (
            row[0] * points[..., 0] + row[1] * points[..., 1] + row[2] * points[..., 2] + shift
            for row, shift in zip(rotation, offset, strict=True)
        )
        camera = self.frame.camera
        height, width = self.frame.depth.shape
        with np.errstate(divide='ignore', invalid='ignore'):
            if any(camera.distortion):
                u, v = np.moveaxis(camera.project(np.stack([x, y, z], axis=-1)), -1, 0)
            else:
                u = np.float32(camera.fx) * x / z + np.float32(camera.cx)
                v = np.float32(camera.fy) * y / z + np.float32(camera.cy)
            inside = (z > 0) & (u >= -0.5) & (u < width - 0.5) & (v >= -0.5) & (v < height - 0.5)
        # In float32: a ten-thousandth of a pixel.
        row_column = [np.where(inside, w + 0.5, 0).astype(np.int32) for w in (v, u)]
        index = row_column[0] * np.int32(width) + row_column[1]
        return index.astype(np.intp), np.asarray(z, np.float32), np.asarray(inside)

    @cached_property
    def near_depth(self) -> Float32Array:
        """(height, width) nearest reading within 2 px, m; 0 where one of them is missing."""
        return np.asarray(cv2.erode(self.frame.depth, np.ones((5, 5), np.uint8)))

    def depth_behind(self, points: npt.NDArray[np.floating]) -> FloatArray:
        """How far points (..., 3) lie behind the visible surface along z, m; NaN if unknown.

        Negative means in front of all that is seen within 2 px: observed to be free.
        """
        index, z, inside = self.pixels_of(points)
        surface = self.near_depth.ravel()[index]
        return np.where(inside & (surface > 0), z - surface, np.nan)
