"""Find free places for objects on a table."""

from __future__ import annotations

import numpy as np

from ..arrays import FloatArray

Polygon = FloatArray


def footprint(vertices: FloatArray) -> Polygon:
    """(N, 2) convex hull, seen from above, of vertices (V, 3)."""
    from scipy.spatial import ConvexHull

    points = vertices[:, :2]
    return np.asarray(points[ConvexHull(points).vertices])


def clearance(first: Polygon, second: Polygon) -> float:
    """A lower bound of the distance between two convex polygons, m; negative if they overlap.

    It is the widest gap along an edge's normal of either (separating axes).
    """
    gaps = []
    for one, other in ((first, second), (second, first)):
        edges = np.roll(one, -1, axis=0) - one
        normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        own = (one @ normals.T).max(axis=0)
        gaps.append(((other @ normals.T).min(axis=0) - own).max())
    return float(max(gaps))


def find_place(
    shape: Polygon,
    taken: list[Polygon],
    area: tuple[float, float, float, float],
    gap: float,
    rng: np.random.Generator,
    attempts: int = 2000,
) -> tuple[float, float, float] | None:
    """A free x, y (m) and yaw (rad) for a footprint, or None if none was found.

    Args:
        shape: (N, 2) footprint at the origin, m.
        taken: footprints that are already there.
        area: x_min, y_min, x_max, y_max in which the whole footprint must lie, m.
        gap: least distance to the others, m.
        rng: source of the places that are tried.
        attempts: how many places are tried.
    """
    for _ in range(attempts):
        x, y = rng.uniform(area[:2], area[2:])
        yaw = float(rng.uniform(-np.pi, np.pi))
        cos, sin = np.cos(yaw), np.sin(yaw)
        placed = shape @ np.array([[cos, sin], [-sin, cos]]) + (x, y)
        inside = np.all(placed.min(axis=0) >= area[:2]) and np.all(placed.max(axis=0) <= area[2:])
        if inside and all(clearance(placed, other) >= gap for other in taken):
            return float(x), float(y), yaw
    return None
