"""The strip of an image between the jaws of a grasp rectangle, sampled along the opening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .rectangle import GraspRectangle
from .scene import Scene

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_LINES = 13
# The middle part of the jaws is looked at, away from the rectangle's border.
_JAW_SHARE = 0.6
# A rectangle drawn tight ends on the object's edge: look a little beyond.
_STRETCH = 1.25
_MAX_SAMPLES = 200


@dataclass(frozen=True)
class Band:
    """Samples on lines along the opening axis; index 0 is across, index 1 along.

    Attributes:
        rectangle: that they were taken in.
        rays: (m, k, 3) rays of unit depth.
        depth: (m, k) m, 0 without a reading.
        on: (m, k) the object's pixels.
        valid: (m, k) the object's pixels with a reading.
        step: distance between samples along a line, px.
        pixel_rays: (2, 3) change of the ray over a pixel along the opening and across it.
        center_ray: (3,) of the rectangle's centre.
    """

    rectangle: GraspRectangle
    rays: FloatArray
    depth: FloatArray
    on: BoolArray
    valid: BoolArray
    step: float
    pixel_rays: FloatArray
    center_ray: FloatArray

    @classmethod
    def sample(cls, rectangle: GraspRectangle, scene: Scene) -> Band:
        """Take the samples of a rectangle whose centre lies inside the image."""
        u = rectangle.opening_axis
        n = np.array([-u[1], u[0]])
        half = rectangle.width * _STRETCH / 2 + 2
        count = int(np.clip(2 * half + 1, 9, _MAX_SAMPLES))
        along = np.linspace(-half, half, count)
        across = np.linspace(-0.5, 0.5, _LINES) * rectangle.height * _JAW_SHARE
        x = np.rint(rectangle.x + across[:, None] * n[0] + along * u[0]).astype(np.intp)
        y = np.rint(rectangle.y + across[:, None] * n[1] + along * u[1]).astype(np.intp)
        height, width = scene.frame.depth.shape
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        index = np.where(inside, y * width + x, 0)
        depth = scene.frame.depth.ravel()[index].astype(np.float64)
        on = inside & scene.mask.ravel()[index]
        camera = scene.frame.camera
        rays = np.ones((*index.shape, 3))
        rays[..., :2] = camera.rays.reshape(-1, 2)[index]
        points = rectangle.center + np.array([[0, 0], u, -u, n, -n])
        center, *ends = camera.normalize(points)
        pixel_rays = np.zeros((2, 3))
        pixel_rays[:, :2] = (ends[0] - ends[1]) / 2, (ends[2] - ends[3]) / 2
        return cls(
            rectangle, rays, depth, on, on & (depth > 0), 2 * half / (count - 1),
            pixel_rays, np.append(center, 1.0),
        )  # fmt: skip

    @property
    def support_ratio(self) -> float:
        """Share of the object's pixels that have a reading."""
        return float(self.valid.sum() / max(int(self.on.sum()), 1))

    @property
    def view_normal(self) -> FloatArray:
        """Unit normal (3,) of the plane through the camera and the opening axis in the image."""
        normal = np.cross(self.center_ray, self.pixel_rays[0])
        return np.asarray(normal / np.linalg.norm(normal))

    def roughness(self) -> float:
        """Standard deviation of the readings from their neighbours along the opening, m."""
        depth, valid = self.depth, self.valid
        three = valid[:, :-2] & valid[:, 1:-1] & valid[:, 2:]
        bend = np.abs(depth[:, :-2] - 2 * depth[:, 1:-1] + depth[:, 2:])[three]
        return float(np.median(bend)) * 1.48 / np.sqrt(6) if len(bend) else 0.0
