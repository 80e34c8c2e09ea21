"""Rays against a world's triangles, through Embree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import BoolArray, Float32Array, Int32Array
from ..optional import import_optional

if TYPE_CHECKING:
    from trimesh import Trimesh


@dataclass(frozen=True)
class Hits:
    """Where N rays first meet a surface.

    Attributes:
        distance: (N,) in lengths of the ray's direction; infinite where nothing is met.
        body: (N,) index of the mesh that is met, -1 for none.
        face: (N,) index of its triangle.
        uv: (N, 2) weights of the triangle's second and third corner.
    """

    distance: Float32Array
    body: Int32Array
    face: Int32Array
    uv: Float32Array


class RayCaster:
    """Meshes in one frame, against which rays are cast in batches."""

    def __init__(self, triangles: list[Float32Array]) -> None:
        """Build from the triangles (F, 3, 3) of each body, m.

        Raises:
            MissingDependencyError: embreex is not installed.
        """
        meshes, scenes = (
            import_optional(
                f'embreex.{name}',
                'the simulation needs embreex and trimesh',
                'pip install "realvlg_ros[simulation]"',
            )
            for name in ('mesh_construction', 'rtcore_scene')
        )
        self._scene = scenes.EmbreeScene()
        for body in triangles:
            meshes.TriangleMesh(self._scene, np.ascontiguousarray(body, np.float32))

    def first_hits(self, origins: Float32Array, directions: Float32Array) -> Hits:
        """The first hit of each ray; origins and directions are (N, 3)."""
        found = self._scene.run(origins, directions, query='INTERSECT', output=1)
        body = found['geomID']
        distance = np.where(body >= 0, found['tfar'], np.float32(np.inf))
        return Hits(distance, body, found['primID'], np.stack([found['u'], found['v']], axis=1))

    def is_blocked(
        self, origins: Float32Array, directions: Float32Array, reach: float = 1e30
    ) -> BoolArray:
        """(N,) whether anything lies on each ray within `reach` lengths of its direction.

        Args:
            origins: (N, 3) m.
            directions: (N, 3) m.
            reach: in lengths of the direction.
        """
        limits = np.full(len(origins), reach, np.float32)
        blocked: BoolArray = self._scene.run(origins, directions, limits, query='OCCLUDED') >= 0
        return blocked


def corner_normals(mesh: Trimesh, crease_angle: float = 0.7) -> Float32Array:
    """(F, 3, 3) unit normals of each triangle's corners, smooth except across creases.

    A corner's normal is the area-weighted mean of the faces that share its vertex and meet its
    own face at less than the crease angle (rad).
    """
    normals = np.asarray(mesh.face_normals)
    # A fan's hub has many neighbours, which lie nearly in a plane: some of them suffice.
    neighbours = np.asarray(mesh.vertex_faces)[:, :32][np.asarray(mesh.faces)]
    weights = np.asarray(mesh.area_faces)[neighbours] * (neighbours >= 0)
    smooth_across = np.einsum('fi,fcni->fcn', normals, normals[neighbours]) > np.cos(crease_angle)
    total = np.einsum('fcn,fcni->fci', weights * smooth_across, normals[neighbours])
    length = np.linalg.norm(total, axis=-1, keepdims=True)
    averaged = np.where(length > 1e-15, total / np.maximum(length, 1e-15), normals[:, None])
    return np.asarray(averaged, np.float32)
