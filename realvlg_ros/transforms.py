"""Rigid transforms as 4x4 float64 arrays, named by what they do: camera2base.

Quaternions are (x, y, z, w) as in geometry_msgs.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from .arrays import FloatArray
from .errors import TransformError


def make_transform(rotation: npt.ArrayLike, translation: npt.ArrayLike) -> FloatArray:
    """Build a 4x4 transform from a 3x3 rotation and a translation (3,) in m."""
    transform = np.eye(4)
    transform[:3, :3] = rotation
    transform[:3, 3] = translation
    return transform


def moved_plane(plane: FloatArray, source2target: FloatArray) -> FloatArray:
    """A plane n . p + d = 0, given as (4,) n and d in m, in another frame, by a 4x4 transform."""
    normal = source2target[:3, :3] @ plane[:3]
    return np.append(normal, plane[3] - normal @ source2target[:3, 3])


def from_quaternion(translation: npt.ArrayLike, quaternion: npt.ArrayLike) -> FloatArray:
    """Build a 4x4 transform from a translation (3,) in m and a quaternion (x, y, z, w).

    Raises:
        TransformError: a value is not finite, or the quaternion is not of unit length.
    """
    translation = np.asarray(translation, np.float64)
    quaternion = np.asarray(quaternion, np.float64)
    norm = float(np.linalg.norm(quaternion))
    if not np.all(np.isfinite(translation)) or not abs(norm - 1) < 1e-2:
        raise TransformError(
            f'translation {translation} with quaternion {quaternion} (length {norm:.3g}) '
            'is not a rigid transform; quaternions are x, y, z, w of unit length'
        )
    return make_transform(Rotation.from_quat(quaternion).as_matrix(), translation)


def to_quaternion(transform: FloatArray) -> FloatArray:
    """The rotation of a 4x4 transform as (x, y, z, w) with w >= 0.

    The largest component is found first, so that none is divided by a small one (Shepperd,
    Quaternion from Rotation Matrix, 1978).
    """
    rows: list[list[float]] = transform[:3, :3].tolist()
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rows
    squares = (1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz, 1 + xx + yy + zz)
    products = (
        (squares[0], xy + yx, xz + zx, zy - yz),
        (xy + yx, squares[1], yz + zy, xz - zx),
        (xz + zx, yz + zy, squares[2], yx - xy),
        (zy - yz, xz - zx, yx - xy, squares[3]),
    )
    quaternion = np.array(products[squares.index(max(squares))])
    return quaternion / math.copysign(np.linalg.norm(quaternion), quaternion[3])


def invert(transform: FloatArray) -> FloatArray:
    """Invert a 4x4 rigid transform."""
    rotation = transform[:3, :3].T
    return make_transform(rotation, -rotation @ transform[:3, 3])


def transform_points(transform: FloatArray, points: npt.ArrayLike) -> FloatArray:
    """Apply a 4x4 transform to points (..., 3)."""
    return np.asarray(points, np.float64) @ transform[:3, :3].T + transform[:3, 3]


def transform_covariance(transform: FloatArray, covariance: FloatArray) -> FloatArray:
    """Express a pose's 6x6 covariance in another frame.

    The covariance is over (x, y, z, rotation x, y, z) with the perturbation on the left, in the
    axes of the pose's frame and about the pose's own origin, as in geometry_msgs: only the
    rotation of the transform matters.
    """
    block = np.zeros((6, 6))
    block[:3, :3] = block[3:, 3:] = transform[:3, :3]
    return block @ covariance @ block.T


def interpolate(start: FloatArray, end: FloatArray, fraction: float) -> FloatArray:
    """The transform at a fraction (0 to 1) between two: linear in translation, slerp in rotation.

    This is what tf2 does between two stamped transforms.

    Args:
        start: (4x4) m.
        end: (4x4) m.
        fraction: 0 gives start, 1 gives end.
    """
    delta = Rotation.from_matrix(start[:3, :3].T @ end[:3, :3]).as_rotvec()
    rotation = start[:3, :3] @ Rotation.from_rotvec(delta * fraction).as_matrix()
    return make_transform(rotation, start[:3, 3] + fraction * (end[:3, 3] - start[:3, 3]))


def rotation_angle(rotation: npt.ArrayLike) -> float:
    """The angle of a 3x3 rotation, rad, 0 to pi."""
    rows: list[list[float]] = np.asarray(rotation, np.float64)[:3, :3].tolist()
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rows
    # Of twice the sine and twice the cosine: exact at small angles, unlike the arc cosine.
    return math.atan2(math.hypot(zy - yz, xz - zx, yx - xy), xx + yy + zz - 1)
