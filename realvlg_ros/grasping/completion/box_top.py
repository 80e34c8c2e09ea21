"""The rectangular level top of a box, fitted to its whole outline.

One view shows no wall on the far side of a box, but the edge of its top. The edge is located in
the image to a fraction of a pixel, and the height of the top follows from hundreds of readings:
together they locate the hidden wall more accurately than the few noisy readings at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from ..observation.target_cloud import TargetCloud

# Points within this of the highest ones are of the top, m. Chosen: about the depth noise at 1 m.
PLATEAU = 0.004
# Least vertical component of a top's normals. Chosen: 37 degrees.
_LEVEL = 0.8
# Least number of points of a top, and the least share of its bounding rectangle, and of the whole
# footprint, that it fills. Chosen: a disc fills 0.785 of its rectangle; noise and walls widen the
# footprint of a box.
_MIN_TOP = 30
_RECTANGULAR = 0.8
_AS_LARGE = 0.6
# Outline points within this height of the top belong to it, m. Chosen: a few times the depth noise
# at 1 m, since readings at an edge are noisy.
_AT_TOP = 0.010
# A wall below a side is measured by points down to this depth below the top, m, whose normals have
# at least this cosine to the side's. Chosen: about the depth of a finger, and 26 degrees.
_BELOW, _FACING = 0.030, 0.9
# Distance within which points belong to a side, for each refinement, m. Chosen: the error of the
# outermost readings first, that of edges last.
_TOLERANCES = 0.006, 0.004, 0.0025
# Middle share of a side that is used, since corners may be rounded, and the fewest points that
# measure it. Chosen: a rounding of a thirteenth of the side; a line has two unknowns.
_MIDDLE = 0.85
_MIN_SIDE = 5


@dataclass(frozen=True)
class BoxTop:
    """A level rectangle.

    Attributes:
        center: (2,) horizontal, m.
        axes: (2, 2) rows are horizontal unit vectors along the sides.
        half: (2,) half the extent along each, m.
        height: above the support, m.
        measured: (2,) whether both ends of each extent are measured.
    """

    center: FloatArray
    axes: FloatArray
    half: FloatArray
    height: float
    measured: BoolArray

    @classmethod
    def of(cls, cloud: TargetCloud, camera: FloatArray) -> BoxTop | None:
        """The top of a cloud; None where it is no rectangle or much smaller than the footprint.

        Args:
            cloud: observed points only.
            camera: (3,) optical centre in the cloud's frame, m.
        """
        z = cloud.points[:, 2]
        high = float(np.percentile(z, 97))
        level = (z > high - PLATEAU) & (cloud.normals[:, 2] > _LEVEL)
        if level.sum() < _MIN_TOP:
            return None
        flat = cloud.points[:, :2].astype(np.float32)
        rectangle = cv2.minAreaRect(flat[level])
        area = rectangle[1][0] * rectangle[1][1]
        hull = cv2.contourArea(cv2.convexHull(flat[level]))
        whole = cv2.contourArea(cv2.convexHull(flat))
        if hull < _RECTANGULAR * area or hull < _AS_LARGE * whole:
            return None
        height = float(np.median(z[level]))
        near = np.abs(z - height) < PLATEAU
        height = float(np.median(z[near & (cloud.normals[:, 2] > _LEVEL)]))
        angle = np.radians(rectangle[2])
        axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        half = np.array(rectangle[1], np.float64) / 2
        top = cls(np.array(rectangle[0], np.float64), axes, half, height, np.zeros(2, bool))
        edge = _on_level(cloud.outline, camera, height)
        for tolerance in _TOLERANCES:
            top = top._fitted(edge, cloud, camera, tolerance)
        return top

    def _fitted(
        self, edge: FloatArray, cloud: TargetCloud, camera: FloatArray, tolerance: float
    ) -> BoxTop:
        """The rectangle refitted to the points near each side.

        Args:
            edge: (k, 2) outline at the top's height, m.
            cloud: observed points only.
            camera: (3,) optical centre, m.
            tolerance: distance within which points belong to a side, m.
        """
        below = np.abs(cloud.points[:, 2] - self.height + _BELOW / 2) < _BELOW / 2 - PLATEAU
        ends, measured = np.stack([-self.half, self.half]), np.zeros((2, 2), bool)
        turns = np.zeros(2)
        for axis in (0, 1):
            for end, sign in enumerate((-1.0, 1.0)):
                outward = sign * self.axes[axis]
                points = edge
                if outward @ (camera[:2] - self.center) > self.half[axis]:
                    wall = below & (cloud.normals[:, :2] @ outward > _FACING)
                    points = cloud.points[wall, :2]
                local = (points - self.center) @ self.axes.T
                along = local[:, 1 - axis]
                own = np.abs(sign * local[:, axis] - self.half[axis]) < tolerance
                own &= np.abs(along) < _MIDDLE * self.half[1 - axis]
                if own.sum() < _MIN_SIDE:
                    continue
                measured[end, axis] = True
                # An outline in pixels is a staircase: its median would be the level of one step.
                ends[end, axis] = local[own, axis].mean()
                spread = along[own] - along[own].mean()
                # A rotation changes the slopes of the two axes with opposite signs.
                turn = (1 - 2 * axis) * -(spread @ local[own, axis])
                turns += turn, spread @ spread
        angle = turns[0] / max(turns[1], 1e-9)
        axes = self.axes + angle * np.stack([self.axes[1], -self.axes[0]])
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        center = self.center + ends.mean(axis=0) @ self.axes
        return BoxTop(
            center, axes, np.ptp(ends, axis=0) / 2, self.height, np.asarray(measured.all(axis=0))
        )

    def centered(self, middle: FloatArray) -> FloatArray:
        """A point (2,), m, moved to the centre along the extents with both ends measured."""
        offset = self.axes @ (middle - self.center)
        return np.asarray(self.center + np.where(self.measured, 0.0, offset) @ self.axes)

    def walls(self, step: float) -> tuple[FloatArray, FloatArray]:
        """Points and normals (n, 3) of vertical walls below the sides, sampled at a step, m."""
        points, normals = [], []
        heights = np.arange(step / 2, self.height, step)
        for axis in (0, 1):
            length = 2 * self.half[1 - axis]
            along = (np.arange(int(length / step)) + 0.5) * step - length / 2
            for sign in (-1.0, 1.0):
                outward = sign * self.axes[axis]
                line = self.center + self.half[axis] * outward
                line = line + along[:, None] * self.axes[1 - axis]
                wall = [np.column_stack([line, np.full(len(line), z)]) for z in heights]
                points.append(np.concatenate([np.zeros((0, 3)), *wall]))
                normals.append(np.broadcast_to(np.append(outward, 0.0), points[-1].shape))
        return np.concatenate(points), np.concatenate(normals)


def _on_level(outline: FloatArray, camera: FloatArray, height: float) -> FloatArray:
    """Intersections (k, 2), m, of the rays to outline points near a height with that level.

    Args:
        outline: (n, 3) m.
        camera: (3,) optical centre, m.
        height: of the level, m.
    """
    near = outline[np.abs(outline[:, 2] - height) < _AT_TOP]
    ray = near - camera
    if camera[2] - height < _AT_TOP:
        return near[:0, :2]
    share = (height - camera[2]) / ray[:, 2]
    return np.asarray(camera[:2] + share[:, None] * ray[:, :2])
