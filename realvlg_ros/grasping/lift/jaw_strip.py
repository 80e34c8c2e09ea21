"""The strip of an image between the jaws of a grasp rectangle, sampled along the opening."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...arrays import BoolArray, FloatArray
from ...depth_noise import CORRELATION_PX
from ...rectangle import GraspRectangle
from ..observation.scene import Scene
from ..vectors import cross, unit

# Least and largest number of lines, spread across the jaws; between these limits they are a pixel
# apart. Chosen: twice the unknowns of a parabola across them; the limit for time.
_LINES = (6, 11)
# Middle share of the jaws' height that is sampled. Chosen: the rectangle's border may lie beside
# the part that the jaws are to hold.
_JAW_SHARE = 0.6
# Length of the lines relative to the rectangle's width, since a tight rectangle ends on the
# object's edge. Chosen: an eighth of the width beyond either end.
_STRETCH = 1.25
# Most samples on a line. Chosen: for time; the samples of wider strips are farther apart.
_MAX_SAMPLES = 200


@dataclass(frozen=True)
class JawStrip:
    """Samples on lines along the opening axis; index 0 is across, index 1 along.

    Attributes:
        rectangle: in which the samples were taken, px and rad.
        rays: (m, k, 3) rays (x/z, y/z, 1) in the optical frame.
        depth: (m, k) m, 0 without a reading.
        on: (m, k) the object's pixels.
        valid: (m, k) the object's pixels with a reading.
        step: distance between samples along a line, px.
        pixel_rays: (2, 3) change of the ray per pixel along the opening and across it.
        center_ray: (3,) ray of the rectangle's centre.
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
    def sample(cls, rectangle: GraspRectangle, scene: Scene) -> JawStrip:
        """Take the samples of a rectangle whose centre lies inside the image."""
        cos, sin = math.cos(rectangle.angle), math.sin(rectangle.angle)
        half = rectangle.width * _STRETCH / 2 + 2
        count = min(max(int(2 * half + 1), 9), _MAX_SAMPLES)
        step = 2 * half / (count - 1)
        jaw = rectangle.height * _JAW_SHARE
        lines = min(max(int(jaw) + 1, _LINES[0]), _LINES[1])
        along = np.arange(count) * step - half
        across = (np.arange(lines) * (jaw / (lines - 1)) - jaw / 2)[:, None]
        x = np.rint(rectangle.x - across * sin + along * cos).astype(np.intp)
        y = np.rint(rectangle.y + across * cos + along * sin).astype(np.intp)
        height, width = scene.frame.depth.shape
        index = y * width + x
        outside = (x < 0) | (x >= width) | (y < 0) | (y >= height)
        index[outside] = 0
        depth = scene.frame.depth.ravel()[index].astype(np.float64)
        on = scene.mask.ravel()[index] & ~outside
        camera = scene.frame.camera
        rays = np.ones((lines, count, 3))
        if camera.distorted:
            rays[..., :2] = camera.rays.reshape(-1, 2)[index]
        else:
            # Faster than a lookup in the table of rays.
            rays[..., 0] = (x - camera.cx) / camera.fx
            rays[..., 1] = (y - camera.cy) / camera.fy
        places = np.ones((3, 3))
        places[:, :2] = camera.normalize(
            np.array([[0.0, 0.0], [cos, sin], [-sin, cos]]) + (rectangle.x, rectangle.y)
        )
        center = places[0]
        pixel_rays = places[1:] - center
        return cls(rectangle, rays, depth, on, on & (depth > 0), step, pixel_rays, center)

    @property
    def jaw_px(self) -> float:
        """Extent of the lines across the jaws, px."""
        return self.rectangle.height * _JAW_SHARE

    @cached_property
    def correlated_samples(self) -> float:
        """Number of neighbouring samples that share their noise, at least 1."""
        spacing = self.jaw_px / (len(self.depth) - 1)
        return max(CORRELATION_PX / self.step, 1.0) * max(CORRELATION_PX / spacing, 1.0)

    @property
    def support_ratio(self) -> float:
        """Share of the samples on the object that have a reading."""
        return int(np.count_nonzero(self.valid)) / max(int(np.count_nonzero(self.on)), 1)

    @cached_property
    def ray(self) -> FloatArray:
        """Unit vector (3,) from the camera to the rectangle's centre."""
        return unit(self.center_ray)

    @cached_property
    def view_normal(self) -> FloatArray:
        """Unit normal (3,) of the plane through the camera and the opening axis in the image."""
        return unit(cross(self.center_ray, self.pixel_rays[0]))
