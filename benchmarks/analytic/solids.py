"""Where rays first meet simple solids, in closed form.

A solid stands on z = 0 of its own frame, z up. It maps a ray's origin (3,) and directions (n, 3)
to the distance (n,) in lengths of the direction, infinite where the ray misses.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from realvlg_ros.arrays import FloatArray

Solid = Callable[[FloatArray, FloatArray], FloatArray]


def sheet(width: float = math.inf, length: float = math.inf) -> Solid:
    """The plane z = 0, or a sheet of it: width along x and length along y, m."""

    def first_hit(origin: FloatArray, directions: FloatArray) -> FloatArray:
        with np.errstate(divide='ignore', invalid='ignore'):
            t = -origin[2] / directions[:, 2]
            x, y = (origin[k] + t * directions[:, k] for k in (0, 1))
        inside = (np.abs(x) < width / 2) & (np.abs(y) < length / 2)
        return np.where((t > 0) & inside, t, np.inf)

    return first_hit


def box(width: float, length: float, height: float) -> Solid:
    """A box, width along x and length along y, m."""
    low = np.array([-width / 2, -length / 2, 0.0])
    high = np.array([width / 2, length / 2, height])

    def first_hit(origin: FloatArray, directions: FloatArray) -> FloatArray:
        with np.errstate(divide='ignore', invalid='ignore'):
            slabs = np.stack([(low - origin) / directions, (high - origin) / directions])
        enter = np.nanmax(slabs.min(axis=0), axis=1)
        leave = np.nanmin(slabs.max(axis=0), axis=1)
        return np.where((enter <= leave) & (enter > 0), enter, np.inf)

    return first_hit


def cylinder(radius: float, length: float, lying: bool = False) -> Solid:
    """A cylinder, standing, or lying along y, m."""

    def first_hit(origin: FloatArray, directions: FloatArray) -> FloatArray:
        if lying:
            # Its own axis becomes z, and the middle of its length the origin.
            origin = np.array([origin[0], radius - origin[2], origin[1] + length / 2])
            directions = np.stack([directions[:, 0], -directions[:, 2], directions[:, 1]], axis=1)
        return np.minimum.reduce(
            [
                _side(origin, directions, radius, 0.0, length),
                _disk(origin, directions, 0.0, 0.0, radius),
                _disk(origin, directions, length, 0.0, radius),
            ]
        )

    return first_hit


def sphere(radius: float) -> Solid:
    """A ball, m."""

    def first_hit(origin: FloatArray, directions: FloatArray) -> FloatArray:
        return _shell(origin, directions, radius, radius, 2 * radius)

    return first_hit


def mug(radius: float, height: float, wall: float) -> Solid:
    """A mug without a handle, m."""
    inner = radius - wall

    def first_hit(origin: FloatArray, directions: FloatArray) -> FloatArray:
        return np.minimum.reduce(
            [
                _side(origin, directions, radius, 0.0, height),
                _side(origin, directions, inner, wall, height),
                _disk(origin, directions, height, inner, radius),
                _disk(origin, directions, wall, 0.0, inner),
            ]
        )

    return first_hit


def bowl(radius: float, wall: float) -> Solid:
    """Half a hollow ball, open to the top, m."""
    inner = radius - wall

    def first_hit(origin: FloatArray, directions: FloatArray) -> FloatArray:
        return np.minimum.reduce(
            [
                _shell(origin, directions, radius, radius, radius),
                _shell(origin, directions, inner, radius, radius),
                _disk(origin, directions, radius, inner, radius),
            ]
        )

    return first_hit


def _disk(origin: FloatArray, v: FloatArray, z: float, inner: float, outer: float) -> FloatArray:
    """The ring at height z between two radii about the z axis."""
    with np.errstate(divide='ignore', invalid='ignore'):
        t = (z - origin[2]) / v[:, 2]
        r = np.hypot(origin[0] + t * v[:, 0], origin[1] + t * v[:, 1])
    return np.where((t > 0) & (r >= inner) & (r <= outer), t, np.inf)


def _side(origin: FloatArray, v: FloatArray, radius: float, low: float, high: float) -> FloatArray:
    """The side of an upright cylinder between two heights, from either side."""
    a = v[:, 0] ** 2 + v[:, 1] ** 2
    b = v[:, 0] * origin[0] + v[:, 1] * origin[1]
    c = origin[0] ** 2 + origin[1] ** 2 - radius**2
    return _roots(origin, v, a, b, c, low, high)


def _shell(
    origin: FloatArray, v: FloatArray, radius: float, middle: float, top: float
) -> FloatArray:
    """A sphere about (0, 0, middle) below a height, from either side."""
    relative = origin - np.array([0.0, 0.0, middle])
    a = (v**2).sum(axis=1)
    return _roots(origin, v, a, v @ relative, float(relative @ relative) - radius**2, -1.0, top)


def _roots(
    origin: FloatArray,
    v: FloatArray,
    a: FloatArray,
    b: FloatArray,
    c: float,
    low: float,
    high: float,
) -> FloatArray:
    """The nearest root of a t^2 + 2 b t + c whose point lies between two heights."""
    with np.errstate(divide='ignore', invalid='ignore'):
        root = np.sqrt(b * b - a * c)
        hits = np.stack([(-b - root) / a, (-b + root) / a])
        z = origin[2] + hits * v[:, 2]
        hits = np.where((hits > 0) & (z >= low) & (z <= high), hits, np.inf)
    return np.asarray(hits.min(axis=0))
