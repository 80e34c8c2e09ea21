"""What the depth shows where an object's surface is expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array, FloatArray
from ...camera import Camera
from ...depth_noise import DepthNoise
from ...transforms import transform_points
from ..memory.key_frames import KeyFrame
from .object_view import ObjectView, surface_depth

# Share of a surface that must be in sight for a pose to be measured. Chosen: less fits in several
# ways.
_MIN_JUDGED = 0.3


@dataclass(frozen=True)
class Visibility:
    """Shares of a surface's points.

    Attributes:
        agreeing: the surface is there.
        hidden: something nearer is in front of it.
        vacated: one sees past where it should be.
        unread: no depth, or outside the image.
    """

    agreeing: float
    hidden: float
    vacated: float
    unread: float

    @classmethod
    def of(cls, apart: FloatArray, read: BoolArray, bound: FloatArray) -> Visibility:
        """From how much farther (n,) the depth is, where it was read, and what is the same.

        Args:
            apart: (n,) how much farther the depth is than the surface, m.
            read: (n,) where it was read.
            bound: (n,) difference up to which it is the surface, m.
        """
        count = max(len(apart), 1)
        return cls(
            np.count_nonzero(read & (np.abs(apart) <= bound)) / count,
            np.count_nonzero(read & (apart < -bound)) / count,
            np.count_nonzero(read & (apart > bound)) / count,
            np.count_nonzero(~read) / count,
        )

    @property
    def support(self) -> float:
        """Share of what can be judged that is there; 0 when too little can.

        A strip beside an occluder is no hold: its edge moves, and the object's is not seen.
        """
        judged = self.agreeing + self.vacated
        return self.agreeing / judged if judged >= _MIN_JUDGED else 0.0


def see_surface(view: ObjectView, key: KeyFrame, object2camera: FloatArray) -> Visibility:
    """Compare the depth of a frame with the surface of a view at a pose (4x4).

    Args:
        view: what the object looks like.
        key: the frame.
        object2camera: (4x4) pose in the frame.
    """
    points = transform_points(object2camera, view.surface)
    points = points[faces_camera(points, view.normals @ object2camera[:3, :3].T)]
    apart, read = depth_gaps(points, key.depth, key.camera)
    bound = same_surface_m(points[:, 2], key.noise)
    return Visibility.of(apart, read, bound)


def agreeing_colors(view: ObjectView, key: KeyFrame, object2camera: FloatArray) -> ByteArray:
    """Colours (n, 3), RGB, of a frame where its depth agrees with a view's surface at a pose.

    Args:
        view: what the object looks like.
        key: the frame.
        object2camera: (4x4) pose in the frame.
    """
    points = transform_points(object2camera, view.surface)
    apart, read = depth_gaps(points, key.depth, key.camera)
    points = points[read & (np.abs(apart) <= same_surface_m(points[:, 2], key.noise))]
    columns, rows = np.rint(key.camera.project(points)).astype(np.intp).T
    inside = (columns >= 0) & (columns < key.camera.width)
    inside &= (rows >= 0) & (rows < key.camera.height)
    return np.asarray(key.color[rows[inside], columns[inside]])


def faces_camera(points: FloatArray, normals: FloatArray) -> BoolArray:
    """Which points (n, 3) of the camera frame, with normals (n, 3), are on a side that is seen."""
    return np.asarray((points * normals).sum(axis=1) < 0)


def same_surface_m(z: FloatArray, noise: DepthNoise) -> FloatArray:
    """Largest gap between two readings of one surface at depth z, m: 4 deviations plus 4 mm."""
    return 0.004 + 4 * noise.sigma(z)


def depth_gaps(
    points: FloatArray, depth: Float32Array, camera: Camera
) -> tuple[FloatArray, BoolArray]:
    """How much farther than points (n, 3) of the camera frame the depth is, m, and where read.

    Args:
        points: (n, 3) m.
        depth: (height, width) m, 0 without a reading.
        camera: intrinsics.
    """
    pixels = camera.project(points)
    pixels = np.where(np.isfinite(pixels), pixels, -1e6)
    z = surface_depth(depth, pixels, radius=1)
    return z - points[:, 2], z > 0
