"""Exact depth images of placed solids, and the solid that each pixel shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.analytic.solids import Solid
from realvlg_ros.arrays import FloatArray, IntArray
from realvlg_ros.camera import Camera
from realvlg_ros.transforms import invert, make_transform, transform_points


@dataclass(frozen=True, eq=False)
class Placed:
    """A solid at a pose.

    Attributes:
        solid: the surface in its own frame.
        solid2world: 4x4.
    """

    solid: Solid
    solid2world: FloatArray

    def first_hit(self, origin: FloatArray, directions: FloatArray) -> FloatArray:
        """Distances (n,) along rays from (3,) with directions (n, 3) of the world."""
        world2solid = invert(self.solid2world)
        local = directions @ world2solid[:3, :3].T
        return self.solid(transform_points(world2solid, origin), local)


def stand(solid: Solid, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Placed:
    """A solid whose base has its middle at a place (m), turned about the vertical (rad)."""
    c, s = np.cos(yaw), np.sin(yaw)
    return Placed(solid, make_transform(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]), (x, y, z)))


def cast(
    solids: Sequence[Placed], camera: Camera, camera2world: FloatArray
) -> tuple[FloatArray, IntArray]:
    """The nearest surface along every pixel's ray.

    Args:
        solids: those in the scene.
        camera: intrinsics.
        camera2world: 4x4.

    Returns:
        The depth (height, width), m, zero where the ray hits nothing, and the index of the solid
        that it hits, -1 for none; the first one where two are equally near.
    """
    shape = camera.height, camera.width
    rays = np.concatenate([camera.rays, np.ones((*shape, 1))], axis=-1).reshape(-1, 3)
    directions = rays @ camera2world[:3, :3].T
    depth, owner = np.full(len(rays), np.inf), np.full(len(rays), -1)
    for index, solid in enumerate(solids):
        hit = solid.first_hit(camera2world[:3, 3], directions)
        nearer = hit < depth
        depth[nearer], owner[nearer] = hit[nearer], index
    depth[owner < 0] = 0
    return depth.reshape(shape), owner.reshape(shape)
