"""Whether an object can be grasped at all, found on its true mesh."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import FloatArray
from ..grasping.gripper import Gripper
from ..transforms import make_transform
from .mesh_judge import TriangleMesh, judge_grasp


def find_valid_grasp(
    target: TriangleMesh,
    others: Mapping[str, TriangleMesh],
    gripper: Gripper,
    seed: int,
    trials: int = 2000,
) -> tuple[FloatArray, float] | None:
    """Try random antipodal grasps on the true mesh with the judge until one holds.

    Args:
        target: mesh of the object in the world, m.
        others: the other objects' meshes by name, in the world.
        gripper: its shape.
        seed: of what is tried.
        trials: so many poses are judged at most, approximately.

    Returns:
        The TCP's 4x4 pose in the world and the opening, m; None if none was found.
    """
    rng = np.random.default_rng(seed)
    points, normals = _sample_surface(target, 3000, rng)
    tried = 0
    for _ in range(600):
        first = int(rng.integers(len(points)))
        line = points - points[first]
        width = np.linalg.norm(line, axis=1)
        with np.errstate(invalid='ignore', divide='ignore'):
            cosine = np.minimum(
                -line @ normals[first] / width, np.einsum('ij,ij->i', line, normals) / width
            )
        fits = np.flatnonzero((cosine > 0.95) & (width < gripper.max_opening - 0.004))
        for second in fits[np.argsort(-cosine[fits])][:2]:
            axis = line[second] / width[second]
            middle = points[first] + line[second] / 2
            for pose in _poses(middle, axis, rng):
                tried += 1
                opening = min(width[second] + rng.uniform(0.006, 0.03), gripper.max_opening)
                if judge_grasp(pose, opening, gripper, target, others).valid:
                    return pose, opening
        if tried > trials:
            break
    return None


def _poses(middle: FloatArray, axis: FloatArray, rng: np.random.Generator) -> list[FloatArray]:
    """TCP poses about a closing line, from above to horizontal, at two depths."""
    down = np.array([0.0, 0, -1]) - axis * -axis[2]
    if np.linalg.norm(down) < 0.3:
        return []
    down /= np.linalg.norm(down)
    across = np.cross(axis, down)
    poses = []
    for angle in (0.0, *rng.uniform(-np.pi / 2, np.pi / 2, 2)):
        approach = np.cos(angle) * down + np.sin(angle) * across
        rotation = np.stack([np.cross(axis, approach), axis, approach], axis=1)
        poses += [make_transform(rotation, middle + depth * approach) for depth in (0.004, 0.015)]
    return poses


def _sample_surface(
    mesh: TriangleMesh, count: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Points (count, 3) drawn evenly from a mesh's surface, and outward normals."""
    corners = np.asarray(mesh.vertices)[np.asarray(mesh.faces)]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.linalg.norm(cross, axis=1)
    face = rng.choice(len(area), count, p=area / area.sum())
    u, v = rng.random((2, count, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    a, b, c = np.moveaxis(corners[face], 1, 0)
    return a + u * (b - a) + v * (c - a), cross[face] / area[face, None]
