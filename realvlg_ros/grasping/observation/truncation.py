"""Truncation: where the view of an object ends though the object continues.

A visible surface ends where the object ends, where something nearer occludes the rest of it, or
at the image's border. Only the first is evidence of the object's size.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from ...image_region import nearest_pixel
from ...transforms import transform_points

# Radius around a reading in which occluders are searched, px. Chosen: readings beside a depth
# discontinuity are lost or displaced by a pixel or two.
COVER_PX = 3
# Least width of an occluder, px. Chosen: an object's own blurred border is narrower.
_THING_PX = 5
# A mask that ends this close to the image's border counts as cut by it, px. Chosen: masks and
# boxes are rounded to pixels.
_BORDER_PX = 2
# Length by which a surface cut by the border is continued, and the spacing of the added points, m.
# Chosen: the opening of common grippers, beyond which no finger reaches; half the cell size by
# which parts of a cloud are separated.
_GOES_ON = 0.08
_STEP = 0.006
# Least length, in the surface, of the unit direction to the border: where the surface's normal
# points to the border there is no direction to continue in. Chosen: the sine of 17 degrees, about
# twice the error of a fitted normal.
_MIN_ALONG = 0.3
# Points within this of a cut are beside it, m. Chosen: more than the spacing of cuts.
BESIDE_CUT = 0.008


@dataclass(frozen=True)
class Truncation:
    """Surface points beside which the view of the object is truncated.

    Attributes:
        points: (n, 3) m.
        normals: (n, 3) unit.
        outward: (n, 3) unit direction in which the surface continues beyond the image's border;
            zero where something nearer occludes it.
    """

    points: FloatArray
    normals: FloatArray
    outward: FloatArray

    @classmethod
    def none(cls) -> Truncation:
        """No truncation."""
        return cls(*(np.zeros((0, 3)),) * 3)

    @classmethod
    def of_region(
        cls,
        points: FloatArray,
        normals: FloatArray,
        good: BoolArray,
        nearer: BoolArray,
        border: FloatArray,
    ) -> Truncation:
        """The cuts of a depth region.

        Args:
            points: (h, w, 3) in the camera's frame, m.
            normals: (h, w, 3) unit, in the camera's frame.
            good: (h, w) the object's readings.
            nearer: (h, w) pixels beside something nearer.
            border: (h, w, 2) direction x, y to the image's border where it is near, else zero.
        """
        at_border = good & border.any(axis=-1)
        cut = at_border | (good & nearer)
        along = np.zeros((int(cut.sum()), 3))
        along[:, :2] = border[cut]
        normal = normals[cut]
        along -= (along * normal).sum(axis=1, keepdims=True) * normal
        length = np.linalg.norm(along, axis=1, keepdims=True)
        outward = np.where(length > _MIN_ALONG, along / np.maximum(length, 1e-9), 0)
        return cls(points[cut], normal, outward).spread()

    def spread(self) -> Truncation:
        """One cut per voxel of a few millimetres."""
        cells = np.floor(self.points / _STEP).astype(np.int64)
        _, first = np.unique(cells, axis=0, return_index=True)
        return Truncation(self.points[first], self.normals[first], self.outward[first])

    def moved(self, transform: FloatArray) -> Truncation:
        """The cuts in another frame, by a 4x4 transform."""
        turn = transform[:3, :3].T
        points = transform_points(transform, self.points) if len(self.points) else self.points
        return Truncation(points, self.normals @ turn, self.outward @ turn)

    def near(self, points: FloatArray, distance: float) -> BoolArray:
        """Which points (n, 3), m, lie within a distance, m, of a cut: (n,)."""
        if len(self.points) == 0:
            return np.zeros(len(points), bool)
        square = (points**2).sum(1)[:, None] + (self.points**2).sum(1)
        square -= 2 * points @ self.points.T
        return np.asarray(square.min(axis=1) < distance**2)

    def continued(self) -> tuple[FloatArray, FloatArray]:
        """Points and normals (n, 3) of the surface beyond the image's border."""
        beyond = np.flatnonzero(self.outward.any(axis=1))
        ahead = np.arange(1, int(_GOES_ON / _STEP) + 1)[:, None] * _STEP
        points = self.points[beyond, None] + ahead * self.outward[beyond, None]
        normals = np.broadcast_to(self.normals[beyond, None], points.shape)
        return points.reshape(-1, 3), normals.reshape(-1, 3)


def nearest_beside(
    depth: FloatArray, mask: BoolArray, support: BoolArray, shadow: int
) -> FloatArray:
    """Depth (h, w) of the nearest other thing beside every pixel, m; infinite where none is.

    With stereo or structured light a thing in front leaves a band without readings on what lies
    behind it. A pixel of such a hole takes the depth of the nearest reading.

    Args:
        depth: (h, w) m, 0 without a reading.
        mask: (h, w) the object's pixels.
        support: (h, w) readings of the support, which adjoins every foot.
        shadow: largest distance to that reading, px.
    """
    other = ~mask & (depth > 0)
    # Slivers beside the object belong to it, missed by the mask or blurred: closing drops them.
    things = np.where(other & ~support, depth, np.inf)
    closed = cv2.morphologyEx(things, cv2.MORPH_CLOSE, np.ones((_THING_PX,) * 2, np.uint8))
    far = np.maximum(things, closed)
    hole = cv2.dilate((depth == 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    hole &= ~other
    if other.any() and hole.any():
        distance, index = nearest_pixel(other)
        far = np.where(hole & (distance <= shadow), far.ravel()[index], far)
    kernel = np.ones((2 * COVER_PX + 1,) * 2, np.uint8)
    nearest = cv2.erode(far, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=np.inf)
    return np.asarray(nearest, np.float64)


def toward_border(shape: tuple[int, int], region: tuple[slice, slice]) -> FloatArray:
    """Direction x, y (h, w, 2) to the image's border at pixels beside it, zero elsewhere.

    Args:
        shape: height and width of the image.
        region: rows and columns of the result.
    """
    sides = []
    for size, part in zip(shape, region, strict=True):
        at = np.arange(size)[part]
        sides.append((at >= size - _BORDER_PX).astype(np.float64) - (at < _BORDER_PX))
    return np.stack(np.broadcast_arrays(sides[1], sides[0][:, None]), axis=-1)
