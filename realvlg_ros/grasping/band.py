"""The strip of an image between the jaws of a grasp rectangle, sampled along the opening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .rectangle import GraspRectangle
from .scene import Scene
from .vectors import cross, unit

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_LINES = 13
# The middle part of the jaws is looked at, away from the rectangle's border.
_JAW_SHARE = 0.6
# A rectangle drawn tight ends on the object's edge: look a little beyond.
_STRETCH = 1.25
_MAX_SAMPLES = 200
# Noise of readings is alike over so many pixels in every direction.
_ALIKE_PX = 2.3


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
    def jaw_px(self) -> float:
        """Extent of the lines across the jaws, px."""
        return self.rectangle.height * _JAW_SHARE

    @property
    def alike(self) -> float:
        """How many neighbouring samples have noise that is as good as one reading's."""
        spacing = self.jaw_px / (len(self.depth) - 1)
        return max(_ALIKE_PX / self.step, 1.0) * max(_ALIKE_PX / spacing, 1.0)

    @property
    def support_ratio(self) -> float:
        """Share of the object's pixels that have a reading."""
        return float(self.valid.sum() / max(int(self.on.sum()), 1))

    @property
    def view_normal(self) -> FloatArray:
        """Unit normal (3,) of the plane through the camera and the opening axis in the image."""
        return unit(cross(self.center_ray, self.pixel_rays[0]))
