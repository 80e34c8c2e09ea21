"""Remove the robot itself from depth images, before anything else looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import BoolArray, Float32Array, FloatArray
from ..camera import Camera
from ..errors import ParameterError, RobotModelError
from ..frame import RgbdFrame
from ..transform_buffer import TransformBuffer
from ..transforms import invert, transform_points
from .shapes import LinkShape, RobotShapes

# Corners nearer than this, m, cannot be projected; the shape may then be anywhere in the image.
# Chosen: nearer than any camera reads.
_NEAR = 0.02
# Corners of a box. From geometry.
_UNIT_CORNERS = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)


@dataclass(frozen=True)
class FilteredFrame:
    """A frame without the robot.

    Attributes:
        frame: depth is a hole where the robot was.
        removed: number of readings removed.
    """

    frame: RgbdFrame
    removed: int


class RobotFilter:
    """Turns depth readings on the robot into holes."""

    def __init__(self, shapes: RobotShapes, padding: float = 0.02) -> None:
        """Take the robot's shapes, grown by a padding in m for noise and inexact calibration.

        Raises:
            ParameterError: a padding that is not from 0 to 0.2 m.
        """
        if not 0 <= padding <= 0.2:
            raise ParameterError(f'padding {padding} m of the robot must be 0 to 0.2 m')
        self.shapes = shapes
        self.padding = padding
        self._camera: Camera | None = None
        self._rays: Float32Array = np.zeros((0, 2), np.float32)

    def look_up(
        self, transforms: TransformBuffer, camera_frame: str, stamp_ns: int
    ) -> dict[str, FloatArray]:
        """The 4x4 poses of all links in the camera's frame at a time.

        Args:
            transforms: what is known of tf.
            camera_frame: name of the optical frame.
            stamp_ns: time of the image, ns.

        Raises:
            TransformError: the pose of a link is not known then.
        """
        return {
            link: transforms.lookup(camera_frame, link, stamp_ns) for link in self.shapes.links
        }

    def remove(self, frame: RgbdFrame, link2camera: Mapping[str, FloatArray]) -> FilteredFrame:
        """Make holes of the readings that lie inside a shape or within the padding.

        Raises:
            RobotModelError: the pose of a link is missing.
        """
        missing = [link for link in self.shapes.links if link not in link2camera]
        if missing:
            raise RobotModelError(
                f'poses of links {", ".join(missing)} are missing; publish them on tf or leave '
                'them out of the shapes'
            )
        if frame.camera != self._camera:
            self._camera = frame.camera
            self._rays = frame.camera.rays.reshape(-1, 2).astype(np.float32)
        depth = frame.depth
        hit = np.zeros(depth.shape, bool)
        for shape in self.shapes.shapes:
            shape2camera = link2camera[shape.link] @ shape.shape2link
            self._mark(hit, depth, frame.camera, shape, shape2camera)
        removed = int(np.count_nonzero(hit))
        if removed == 0:
            return FilteredFrame(frame, 0)
        return FilteredFrame(replace(frame, depth=np.where(hit, np.float32(0), depth)), removed)

    def _mark(
        self,
        hit: BoolArray,
        depth: Float32Array,
        camera: Camera,
        shape: LinkShape,
        shape2camera: FloatArray,
    ) -> None:
        """Mark the readings of one shape: those in its region of the image and its depth first."""
        low, high = shape.shape.bounds(self.padding)
        corners = transform_points(shape2camera, low + _UNIT_CORNERS * (high - low))
        nearest, farthest = corners[:, 2].min(), corners[:, 2].max()
        region = _region(camera, corners)
        if farthest <= 0 or region is None:
            return
        part = depth[region]
        near = np.float32(max(nearest, 1e-6))
        rows, columns = np.nonzero((part >= near) & (part <= np.float32(farthest)))
        if rows.size == 0:
            return
        pixels = (rows + region[0].start) * depth.shape[1] + (columns + region[1].start)
        z = depth.reshape(-1)[pixels]
        rays = self._rays[pixels]
        # A point is z (x, y, 1): turn the ray's (x, y) first and scale it by z.
        to_shape = invert(shape2camera).astype(np.float32)
        local = rays @ to_shape[:3, :2].T
        local += to_shape[:3, 2]
        local *= z[:, None]
        local += to_shape[:3, 3]
        hit.reshape(-1)[pixels[shape.shape.contains(local, self.padding)]] = True


def _region(camera: Camera, corners: FloatArray) -> tuple[slice, slice] | None:
    """Rows and columns that may show what lies between corners (8, 3), if any."""
    if corners[:, 2].min() < _NEAR:
        return slice(0, camera.height), slice(0, camera.width)
    pixels = camera.project(corners)
    # Lens distortion bends the edges between the corners outward by little, a fisheye by more.
    bend = 0.25 if camera.fisheye else 0.05 if camera.distorted else 0.0
    margin = 2 + bend * float(np.ptp(pixels, axis=0).max())
    first = np.clip(np.floor(pixels.min(axis=0) - margin), 0, (camera.width, camera.height))
    last = np.clip(np.ceil(pixels.max(axis=0) + margin) + 1, 0, (camera.width, camera.height))
    if np.any(first >= last):
        return None
    (left, top), (right, bottom) = first.astype(int), last.astype(int)
    return slice(top, bottom), slice(left, right)
