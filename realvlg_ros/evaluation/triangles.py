"""Exact cuts of triangles (m, 3, 3) with axis-aligned boxes."""

from __future__ import annotations

import numpy as np

from ..arrays import BoolArray, FloatArray, IndexArray


def clip(
    triangles: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, IndexArray]:
    """Cut triangles (m, 3, 3) to a box.

    Args:
        triangles: (m, 3, 3) corners, m.
        lower: (3,) corner of the box, m.
        upper: (3,) opposite corner, m.

    Returns:
        The pieces inside (k, 3, 3), with their winding, and the triangle (k,) each came from.
    """
    near = (triangles.min(axis=1) < upper) & (triangles.max(axis=1) > lower)
    origin = np.flatnonzero(near.all(axis=1))
    pieces = triangles[origin]
    for axis in range(3):
        for sign, bound in ((1.0, lower[axis]), (-1.0, upper[axis])):
            pieces, kept = _cut(pieces, sign * (pieces[..., axis] - bound))
            origin = origin[kept]
    return pieces, origin


def _cut(triangles: FloatArray, height: FloatArray) -> tuple[FloatArray, IndexArray]:
    """Keep what lies at height (m, 3) above zero; also the index of each piece's triangle."""
    above = height > 0
    count = above.sum(axis=1)
    whole = np.flatnonzero(count == 3)
    tip, odd = _lead(triangles, height, above, np.flatnonzero(count == 1))
    left, right = _crossings(tip, odd)
    tips = np.stack([tip[:, 0], left, right], axis=1)
    base, odd = _lead(triangles, height, ~above, np.flatnonzero(count == 2))
    left, right = _crossings(base, odd)
    lower_half = np.stack([left, base[:, 1], base[:, 2]], axis=1)
    upper_half = np.stack([left, base[:, 2], right], axis=1)
    two = np.flatnonzero(count == 2)
    return (
        np.concatenate([triangles[whole], tips, lower_half, upper_half]),
        np.concatenate([whole, np.flatnonzero(count == 1), two, two]),
    )


def _lead(
    triangles: FloatArray,
    height: FloatArray,
    chosen: BoolArray,
    index: IndexArray,
) -> tuple[FloatArray, FloatArray]:
    """Turn triangles so that their only chosen corner comes first; the winding stays."""
    order = (chosen[index].argmax(axis=1)[:, None] + np.arange(3)) % 3
    rows = index[:, None]
    return triangles[rows, order], height[rows, order]


def _crossings(triangles: FloatArray, height: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where the edges from the first corner to the second and third cross height zero."""
    points = []
    for other in (1, 2):
        fraction = height[:, 0] / (height[:, 0] - height[:, other])
        edge = triangles[:, other] - triangles[:, 0]
        points.append(triangles[:, 0] + fraction[:, None] * edge)
    return points[0], points[1]


def encloses(triangles: FloatArray, point: FloatArray) -> bool:
    """Whether a closed mesh encloses a point: its solid angles add up to a full sphere.

    The solid angle of a triangle is that of van Oosterom and Strackee (1983).
    """
    if (triangles.max(axis=(0, 1)) < point).any() or (triangles.min(axis=(0, 1)) > point).any():
        return False
    a, b, c = np.moveaxis(triangles - point, 1, 0)
    la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
    triple = np.einsum('ij,ij->i', a, np.cross(b, c))
    ab, bc, ca = ((u * v).sum(axis=1) for u, v in ((a, b), (b, c), (c, a)))
    denominator = la * lb * lc + ab * lc + bc * la + ca * lb
    return bool(np.arctan2(triple, denominator).sum() > np.pi)
