"""Poses as parameters: a position and a quaternion, or roll, pitch and yaw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from ...arrays import FloatArray
from ...errors import MissingDependencyError, ParameterError, TransformError
from ...optional import import_optional
from ...transforms import from_quaternion


def pose_from_parameter(name: str, values: Sequence[float]) -> FloatArray:
    """The 4x4 transform that a parameter gives.

    Args:
        name: of the parameter, for the error.
        values: x, y, z in m, then roll, pitch, yaw in rad or a quaternion x, y, z, w.

    Raises:
        ParameterError: neither 6 nor 7 numbers, or not a rigid transform.
    """
    if len(values) not in (6, 7):
        raise ParameterError(
            f'{name} has {len(values)} numbers; expected x, y, z and roll, pitch, yaw (6) '
            'or x, y, z and a quaternion x, y, z, w (7)'
        )
    rest = tuple(float(v) for v in values[3:])
    quaternion = quaternion_from_rpy(*rest) if len(rest) == 3 else np.array(rest)
    try:
        return from_quaternion(values[:3], quaternion)
    except TransformError as error:
        raise ParameterError(f'{name}: {error}') from error


def quaternion_from_rpy(roll: float, pitch: float, yaw: float) -> FloatArray:
    """Quaternion (x, y, z, w) of rotations about the fixed axes x, y, z in this order (REP 103).

    Computed by tf_transformations where it is installed, else by scipy; both give the same.

    Args:
        roll: angle about x, rad.
        pitch: angle about y, rad.
        yaw: angle about z, rad.
    """
    try:
        tf_transformations = import_optional(
            'tf_transformations',
            'scipy takes its place',
            'install ros-<distro>-tf-transformations',
        )
    except MissingDependencyError:
        return np.asarray(Rotation.from_euler('xyz', [roll, pitch, yaw]).as_quat(), np.float64)
    return np.asarray(tf_transformations.quaternion_from_euler(roll, pitch, yaw), np.float64)
