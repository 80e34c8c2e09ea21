"""Watertight meshes made by turning a profile and by sweeping a circle along a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..arrays import FloatArray, IntArray
from ..errors import WorldError
from ..optional import import_optional

if TYPE_CHECKING:
    from trimesh import Trimesh


def lathe(profile: npt.ArrayLike, segments: int = 64) -> Trimesh:
    """Turn a profile about z.

    Args:
        profile: (N, 2) radius and height in m, from the axis at the bottom, outward and up, back
            to the axis; a hollow body's profile comes back down its inside.
        segments: number of steps around the axis.

    Raises:
        WorldError: a radius is negative.
    """
    profile = np.asarray(profile, np.float64)
    if profile[:, 0].min() < 0:
        raise WorldError(
            f'a radius of {profile[:, 0].min():.4f} m crosses the axis; make the body wider'
        )
    angles = np.arange(segments) * (2 * np.pi / segments)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    vertices, rings = [], []
    count = 0
    for radius, height in profile:
        ring = circle * radius if radius > 0 else np.zeros((1, 2))
        vertices.append(np.column_stack([ring, np.full(len(ring), height)]))
        rings.append(np.arange(count, count + len(ring)))
        count += len(ring)
    faces = [_bridge(lower, upper) for lower, upper in zip(rings[:-1], rings[1:], strict=True)]
    return make_mesh(np.concatenate(vertices), np.concatenate(faces))


def tube(
    path: npt.ArrayLike,
    radii: npt.ArrayLike,
    binormal: npt.ArrayLike,
    segments: int = 24,
    flattening: float = 1.0,
) -> Trimesh:
    """Sweep an ellipse along a planar path and close both ends.

    Args:
        path: (N, 3) m, in a plane.
        radii: (N,) or one, half axis in the plane of the path, m.
        binormal: (3,) unit normal of the path's plane.
        segments: number of steps around the path.
        flattening: half axis along the binormal over the one in the plane.
    """
    path = np.asarray(path, np.float64)
    binormal = np.asarray(binormal, np.float64)
    tangents = np.gradient(path, axis=0)
    normals = np.cross(binormal, tangents)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    radii = np.broadcast_to(np.asarray(radii, np.float64), len(path))[:, None, None]
    angles = np.arange(segments) * (2 * np.pi / segments)
    ellipse = (
        np.cos(angles)[None, :, None] * normals[:, None]
        + flattening * np.sin(angles)[None, :, None] * binormal
    )
    ring_vertices = (path[:, None] + radii * ellipse).reshape(-1, 3)
    vertices = np.concatenate([path[:1], ring_vertices, path[-1:]])
    first = 1 + np.arange(segments)
    rings = [np.array([0]), *(first + segments * i for i in range(len(path)))]
    rings.append(np.array([len(vertices) - 1]))
    faces = [_bridge(lower, upper) for lower, upper in zip(rings[:-1], rings[1:], strict=True)]
    return make_mesh(vertices, np.concatenate(faces))


def cuboid(extents: npt.ArrayLike) -> Trimesh:
    """A box of extents (3,) m that stands on z = 0, centred in x and y."""
    extents = np.asarray(extents, np.float64)
    mesh = load_trimesh().creation.box(extents)
    mesh.apply_translation([0.0, 0.0, extents[2] / 2])
    return mesh


def sphere(radius: float, subdivisions: int = 5) -> Trimesh:
    """A ball that stands on z = 0; its flat faces lie at most 0.03 % of the radius inside it."""
    mesh = load_trimesh().creation.icosphere(subdivisions=subdivisions, radius=radius)
    mesh.apply_translation([0.0, 0.0, radius])
    return mesh


def make_mesh(vertices: FloatArray, faces: IntArray) -> Trimesh:
    """A mesh whose faces look outward."""
    mesh = load_trimesh().Trimesh(vertices, faces, process=False)
    if mesh.volume < 0:
        mesh.invert()
    return mesh


def concatenate(meshes: list[Trimesh]) -> Trimesh:
    """One mesh of several closed ones, which may reach into each other.

    Faces inside another body are not seen by a ray; its volume counts overlaps twice.
    """
    return load_trimesh().util.concatenate(meshes)


def load_trimesh() -> Any:
    """The trimesh module.

    Raises:
        MissingDependencyError: it is not installed.
    """
    return import_optional(
        'trimesh',
        'the simulation needs trimesh and embreex',
        'pip install "realvlg_ros[simulation]"',
    )


def _bridge(lower: IntArray, upper: IntArray) -> IntArray:
    """Triangles between two rings of equal length, of which one may be a single point."""
    if len(lower) == 1 and len(upper) == 1:
        return np.empty((0, 3), np.int64)
    lower_next, upper_next = np.roll(lower, -1), np.roll(upper, -1)
    if len(lower) == 1:
        return np.stack([np.broadcast_to(lower, len(upper)), upper_next, upper], axis=1)
    if len(upper) == 1:
        return np.stack([lower, lower_next, np.broadcast_to(upper, len(lower))], axis=1)
    first = np.stack([lower, lower_next, upper_next], axis=1)
    return np.concatenate([first, np.stack([lower, upper_next, upper], axis=1)])
