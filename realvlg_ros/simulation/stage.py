"""A world's triangles, paint and normals in arrays, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from ..arrays import BoolArray, ByteArray, Float32Array, FloatArray, IndexArray, Int32Array
from ..transforms import invert, transform_points
from .colors import Rgb
from .mesh_primitives import cuboid
from .ray_caster import Hits, RayCaster, corner_normals
from .texture import solid_noise, surface_texture
from .world import Table, World

if TYPE_CHECKING:
    from trimesh import Trimesh

# Distance of the wall behind the middle of the table and half extent of floor and wall, m;
# colours, RGB. Chosen: a plain room.
_WALL_DISTANCE = 1.9  # m behind the table's middle
_ROOM = 4.0  # half extent of floor and wall, m
_FLOOR_COLOR = (150, 147, 142)
_WALL_COLOR = (208, 206, 198)
_TABLE_EDGE_COLOR = (122, 86, 54)
# Exponent of the display, and side of a cell of the shade on the table, m. From sRGB,
# approximately; chosen: finer than shades.
_GAMMA = 2.2
_CELL = 0.01  # m

# How far an object darkens what is beside it, m. Chosen: about its own height.
SHADE_REACH = 0.05


@dataclass(frozen=True)
class Surface:
    """The surface that each of N rays meets.

    Attributes:
        hits: where.
        points: (N, 3) m in the world; zero where nothing is met.
        normals: (N, 3) unit, toward the ray's origin.
        albedo: (N, 3) linear RGB; the wall's where nothing is met.
        glossy: (N,) True on objects.
    """

    hits: Hits
    points: Float32Array
    normals: Float32Array
    albedo: Float32Array
    glossy: BoolArray


class Stage:
    """Bodies to cast rays against: the world's objects in order, then table, floor and wall."""

    def __init__(self, world: World) -> None:
        self._count = len(world.objects)
        self._table = world.table
        self._light = world.light
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
        self._nothing = _linear(np.array(_WALL_COLOR) / 255)
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
        self._shadow_cells, self._beside_cells = self._mark_cells()

    def instance_ids(self, body: Int32Array) -> Int32Array:
        """Ids of the objects from 1, and 0 for all else, of the bodies met."""
        return np.where(body < self._count, body + 1, 0).astype(np.int32)

    def surface(self, origins: Float32Array, directions: Float32Array) -> Surface:
        """Cast N rays and look up what they meet."""
        hits = self.rays.first_hits(origins, directions)
        met = hits.body >= 0
        face = self._first_face[hits.body] + hits.face
        face[~met] = 0
        glossy = met & (hits.body < self._count)
        normals = np.take(self._normals[:, 0], face, axis=0)
        curved = np.flatnonzero(glossy)
        weights = np.column_stack([1 - hits.uv[curved].sum(axis=1), hits.uv[curved]])
        smooth = np.einsum('nc,nci->ni', weights, self._normals[face[curved]])
        smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-9)
        away = np.einsum('ni,ni->n', smooth, directions[curved]) > 0
        smooth[away] *= -1
        normals[curved] = smooth
        reach = np.where(met, hits.distance, np.float32(0))[:, None]
        points = np.asarray(origins + reach * directions, np.float32)
        albedo = np.take(self._paint, face, axis=0)
        albedo[~met] = self._nothing
        self._paint_table(hits.body, points, albedo)
        self._mottle(hits.body, curved, points, albedo)
        return Surface(hits, points, normals, albedo, glossy)

    def near_objects(self, surface: Surface) -> tuple[IndexArray, IndexArray]:
        """Indices of the points that may lie in a lamp's shadow, and of those beside an object.

        Only there are rays toward the light worth casting.
        """
        rows, columns = self._shadow_cells.shape
        top = np.flatnonzero(surface.hits.body == self._count)
        x, y = surface.points[top, 0] / _CELL, surface.points[top, 1] / _CELL
        row = np.clip((x + rows / 2).astype(np.int32), 0, rows - 1)
        cell = row * columns + np.clip((y + columns / 2).astype(np.int32), 0, columns - 1)
        own = np.flatnonzero(surface.glossy)
        shadow, beside = self._shadow_cells.ravel()[cell], self._beside_cells.ravel()[cell]
        return np.concatenate([own, top[shadow]]), np.concatenate([own, top[beside]])

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

    def _mark_cells(self) -> tuple[BoolArray, BoolArray]:
        """The table's cells, rows along x, that may be in shadow, and those beside an object."""
        shape = [int(np.ceil(length / _CELL)) for length in self._table.size]
        shadow, beside = np.zeros((2, *shape), np.uint8)
        slant = np.array(self._light.direction[:2]) / self._light.direction[2]
        for pose, triangles in zip(self._poses, self._triangles, strict=False):
            vertices = transform_points(pose, triangles.reshape(-1, 3))
            foot, height = vertices[:, :2], vertices[:, 2:]
            penumbra = (self._light.softness * (1 + slant @ slant) * height.max()) / _CELL
            _fill_hull(beside, foot / _CELL, SHADE_REACH / _CELL)
            _fill_hull(shadow, np.concatenate([foot, foot - slant * height]) / _CELL, penumbra)
        return shadow > 0, beside > 0

    def _mottle(
        self, body: Int32Array, index: IndexArray, points: Float32Array, albedo: Float32Array
    ) -> None:
        """Give the objects' points, at indices, a faint texture that moves with them."""
        if index.size == 0:
            return
        inverse = self._world2body[body[index]]
        local = np.einsum('nij,nj->ni', inverse[:, :3, :3], points[index]) + inverse[:, :3, 3]
        albedo[index] *= solid_noise(local)[:, None]


def _room(table: Table) -> list[tuple[Trimesh, Rgb]]:
    """Table, floor and wall as meshes with a colour."""
    top = cuboid((*table.size, table.thickness))
    top.apply_translation([0, 0, -table.thickness])
    floor = cuboid((2 * _ROOM, 2 * _ROOM, 0.1))
    floor.apply_translation([0, 0, -table.height - 0.1])
    wall = cuboid((0.1, 2 * _ROOM, _ROOM))
    wall.apply_translation([_WALL_DISTANCE, 0, -table.height])
    return [(top, _TABLE_EDGE_COLOR), (floor, _FLOOR_COLOR), (wall, _WALL_COLOR)]


def _fill_hull(cells: ByteArray, places: FloatArray, margin: float) -> None:
    """Mark the convex hull of places (N, 2) counted from the middle, and a margin around it."""
    centred = places + np.array(cells.shape) / 2
    hull = np.round(cv2.convexHull(centred[:, ::-1].astype(np.float32))).astype(np.int32)
    cv2.fillConvexPoly(cells, hull, 1)
    cv2.polylines(cells, [hull], True, 1, 2 * int(np.ceil(margin)) + 3)


def _linear(srgb: npt.NDArray[np.floating]) -> Float32Array:
    return np.asarray(srgb**_GAMMA, np.float32)
