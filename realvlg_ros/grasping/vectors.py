"""Small vectors, without the overhead of numpy's general functions."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


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
