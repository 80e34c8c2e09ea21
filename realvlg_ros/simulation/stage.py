"""A world's triangles, paint and normals in arrays, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from ..transforms import FloatArray, invert, transform_points
from .colors import Rgb
from .mesh_primitives import cuboid
from .ray_caster import Float32Array, Hits, Int32Array, RayCaster, corner_normals
from .texture import solid_noise, surface_texture
from .world import Table, World

if TYPE_CHECKING:
    from trimesh import Trimesh

_WALL_DISTANCE = 1.9  # m behind the table's middle
_ROOM = 4.0  # half extent of floor and wall, m
_FLOOR_COLOR = (150, 147, 142)
_WALL_COLOR = (208, 206, 198)
_TABLE_EDGE_COLOR = (122, 86, 54)
_GAMMA = 2.2


@dataclass(frozen=True)
class Surface:
    """The surface that each of N rays meets.

    Attributes:
        hits: where.
        points: (N, 3) m in the world; zero where nothing is met.
        normals: (N, 3) unit, toward the ray's origin.
        albedo: (N, 3) linear RGB.
        glossy: (N,) True on objects.
    """

    hits: Hits
    points: Float32Array
    normals: Float32Array
    albedo: Float32Array
    glossy: npt.NDArray[np.bool_]


class Stage:
    """Bodies to cast rays against: the world's objects in order, then table, floor and wall."""

    def __init__(self, world: World) -> None:
        self._count = len(world.objects)
        self._table = world.table
        meshes = [item.mesh for item in world.objects]
        paints = [item.face_colors for item in world.objects]
        for mesh, color in _room(world.table):
            meshes.append(mesh)
            paints.append(np.tile(np.array(color, np.uint8), (len(mesh.faces), 1)))
        self._triangles = [np.asarray(mesh.triangles, np.float32) for mesh in meshes]
        self._corner_normals = [corner_normals(mesh) for mesh in meshes]
        counts = [len(triangles) for triangles in self._triangles]
        self._first_face = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self._paint = _linear(np.concatenate(paints) / 255)
        self._poses: tuple[FloatArray, ...] = ()

    def set_poses(self, poses: list[FloatArray]) -> None:
        """Move the objects to their poses (4x4 each, object to world)."""
        if self._poses and all(map(np.array_equal, poses, self._poses)):
            return
        everything = [*poses, *[np.eye(4)] * (len(self._triangles) - self._count)]
        pairs = list(zip(everything, self._triangles, self._corner_normals, strict=True))
        self.rays = RayCaster([transform_points(p, t).astype(np.float32) for p, t, _ in pairs])
        self._normals = np.concatenate(
            [n @ np.asarray(p[:3, :3].T, np.float32) for p, _, n in pairs]
        )
        self._world2body = np.array([invert(p) for p in everything], np.float32)
        self._poses = tuple(poses)

    def instance_ids(self, body: Int32Array) -> Int32Array:
        """Ids of the objects from 1, and 0 for all else, of the bodies met."""
        return np.where(body < self._count, body + 1, 0).astype(np.int32)

    def surface(self, origins: Float32Array, directions: Float32Array) -> Surface:
        """Cast N rays and look up what they meet."""
        hits = self.rays.first_hits(origins, directions)
        met = hits.body >= 0
        face = self._first_face[hits.body] + hits.face
        face[~met] = 0
        weights = np.column_stack([1 - hits.uv.sum(axis=1), hits.uv])
        normals = np.einsum('nc,nci->ni', weights, self._normals[face])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        away = np.einsum('ni,ni->n', normals, directions) > 0
        normals[away] *= -1
        reach = np.where(met, hits.distance, np.float32(0))[:, None]
        points = np.asarray(origins + reach * directions, np.float32)
        albedo = self._paint[face]
        glossy = met & (hits.body < self._count)
        self._paint_table(hits.body, points, albedo)
        self._mottle(hits.body, glossy, points, albedo)
        return Surface(hits, points, normals.astype(np.float32), albedo, glossy)

    @cached_property
    def _texture(self) -> Float32Array:
        return _linear(surface_texture(self._table.texture, self._table.size, self._table.seed))

    def _paint_table(self, body: Int32Array, points: Float32Array, albedo: Float32Array) -> None:
        """Look up the table's texture on its top."""
        top = np.flatnonzero((body == self._count) & (points[:, 2] > -1e-3))
        if top.size == 0:
            return
        # OpenCV's remap takes at most 32767 columns, so the list of points becomes a block.
        padded = np.resize(top, (-(-top.size // 1024), 1024))
        x = points[padded, 0] * 1000 + self._table.size[0] * 500 - 0.5
        y = points[padded, 1] * 1000 + self._table.size[1] * 500 - 0.5
        colors = cv2.remap(self._texture, y, x, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        albedo[top] = colors.reshape(-1, 3)[: top.size]

    def _mottle(
        self,
        body: Int32Array,
        glossy: npt.NDArray[np.bool_],
        points: Float32Array,
        albedo: Float32Array,
    ) -> None:
        """Give objects a faint texture that moves with them."""
        index = np.flatnonzero(glossy)
        if index.size == 0:
            return
        inverse = self._world2body[body[index]]
        local = np.einsum('nij,nj->ni', inverse[:, :3, :3], points[index]) + inverse[:, :3, 3]
        value = 1 + 0.07 * solid_noise(local, 0.011) + 0.05 * solid_noise(local, 0.0035)
        albedo[index] *= value[:, None]


def _room(table: Table) -> list[tuple[Trimesh, Rgb]]:
    """Table, floor and wall as meshes with a colour."""
    top = cuboid((*table.size, table.thickness))
    top.apply_translation([0, 0, -table.thickness])
    floor = cuboid((2 * _ROOM, 2 * _ROOM, 0.1))
    floor.apply_translation([0, 0, -table.height - 0.1])
    wall = cuboid((0.1, 2 * _ROOM, _ROOM))
    wall.apply_translation([_WALL_DISTANCE, 0, -table.height])
    return [(top, _TABLE_EDGE_COLOR), (floor, _FLOOR_COLOR), (wall, _WALL_COLOR)]


def _linear(srgb: npt.NDArray[np.floating]) -> Float32Array:
    return np.asarray(srgb**_GAMMA, np.float32)
