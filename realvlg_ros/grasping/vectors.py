"""Operations on small vectors, without the overhead of numpy's general functions."""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg.lapack import dposv

from ..arrays import FloatArray


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """The cross product of two vectors (3,)."""
    ax, ay, az = a.tolist()
    bx, by, bz = b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def length(a: FloatArray) -> float:
    """The length of a vector (n,)."""
    return math.sqrt(float(a @ a))


def unit(a: FloatArray) -> FloatArray:
    """A vector (n,) scaled to length 1."""
    return a / length(a)


def mean(a: FloatArray) -> float:
    """The mean of a vector (n,)."""
    return float(np.add.reduce(a)) / len(a)


def median(a: FloatArray) -> float:
    """The median of a vector (n,); for even n the upper of the two middle values."""
    return float(np.partition(a, len(a) // 2)[len(a) // 2])


def solve_positive(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solve a small symmetric, positive definite system (n, n) for (n,) or (n, k).

    Raises:
        numpy.linalg.LinAlgError: the matrix is not positive definite.
    """
    _, solution, info = dposv(matrix, right)
    if info:
        raise np.linalg.LinAlgError('the matrix is not positive definite')
    return np.asarray(solution)
