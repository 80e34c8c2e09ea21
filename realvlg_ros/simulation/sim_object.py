"""An object of a simulated world: its mesh, its paint, where it stands and how it moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from ..arrays import ByteArray, FloatArray
from ..boundary import Boundary
from ..errors import WorldError
from ..mesh_files import read_mesh
from ..transforms import make_transform, transform_points
from .colors import Rgb
from .shapes import make_shape

if TYPE_CHECKING:
    from trimesh import Trimesh


@dataclass(frozen=True)
class Motion:
    """A push along the table: a displacement and a turn at constant speed.

    Attributes:
        displacement: (3,) m in the world frame.
        rotation: turn about the vertical through the object's origin, rad.
        start_s: when it begins.
        duration_s: how long it takes; afterwards the object stays.
    """

    displacement: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: float = 0.0
    start_s: float = 0.0
    duration_s: float = 1.0

    def __post_init__(self) -> None:
        values = (*self.displacement, self.rotation, self.start_s, self.duration_s)
        if not np.all(np.isfinite(values)) or self.duration_s <= 0:
            raise WorldError(f'motion {values}: values must be finite and duration_s positive')

    def apply(self, pose: FloatArray, time_s: float) -> FloatArray:
        """The pose (4x4) at a time, of an object that began at `pose`."""
        fraction = float(np.clip((time_s - self.start_s) / self.duration_s, 0, 1))
        turn = Rotation.from_rotvec([0, 0, self.rotation * fraction]).as_matrix()
        moved = pose[:3, 3] + fraction * np.asarray(self.displacement)
        return make_transform(turn @ pose[:3, :3], moved)


@dataclass(frozen=True, eq=False)
class SimObject:
    """One object; its id in a rendered image is its place in the world's list, from 1.

    Attributes:
        name: unique in its world, such as red_mug.
        label: what a person would call it, such as "red mug".
        shape: name of its shape, or the stem of its mesh's file.
        color: RGB of its paint.
        mesh: in the object frame, m.
        face_colors: (F, 3) uint8 RGB.
        pose: 4x4, object frame to world frame.
        motion: how it moves, if it does.
    """

    name: str
    label: str
    shape: str
    color: Rgb
    mesh: Trimesh
    face_colors: ByteArray
    pose: FloatArray
    motion: Motion | None = None

    @classmethod
    def from_shape(
        cls,
        shape: str,
        color: Rgb,
        *,
        name: str,
        label: str = '',
        dimensions: Mapping[str, float] | None = None,
        pose: FloatArray | None = None,
        motion: Motion | None = None,
    ) -> SimObject:
        """Make one of the procedural shapes.

        Args:
            shape: name of the shape.
            color: RGB, 0 to 255.
            name: unique in the world.
            label: what it is called; the name by default.
            dimensions: by name, m; the others are the defaults.
            pose: (4x4) object2world; None at the origin.
            motion: None for one that stands still.

        Raises:
            WorldError: an unknown shape or dimension.
        """
        made = make_shape(shape, dimensions)
        paint = np.where(made.accent[:, None], made.accent_color, color).astype(np.uint8)
        pose = np.eye(4) if pose is None else pose
        return cls(name, label or name, shape, color, made.mesh, paint, pose, motion)

    @classmethod
    def from_mesh_file(
        cls,
        path: Path,
        color: Rgb,
        *,
        name: str,
        label: str = '',
        scale: float = 1.0,
        pose: FloatArray | None = None,
        motion: Motion | None = None,
        keep_origin: bool = False,
    ) -> SimObject:
        """Read a mesh (see mesh_files); it is set down on z = 0, centred in x and y.

        Args:
            path: of the mesh.
            color: RGB, 0 to 255.
            name: unique in the world.
            label: what it is called; the name by default.
            scale: metres for one unit of the file.
            pose: (4x4) object2world; None at the origin.
            motion: None for one that stands still.
            keep_origin: leave the mesh where it is about the origin of its file.

        Raises:
            WorldError: the file is missing or holds no triangles.
        """
        mesh = read_mesh(path, Boundary(f'mesh {path}', WorldError))
        faces = len(mesh.faces)
        mesh.apply_scale(scale)
        if not keep_origin:
            low, high = mesh.bounds
            mesh.apply_translation([-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]])
        paint = np.tile(np.array(color, np.uint8), (faces, 1))
        pose = np.eye(4) if pose is None else pose
        return cls(name, label or name, path.stem, color, mesh, paint, pose, motion)

    def at(self, time_s: float) -> SimObject:
        """The object where it is at a time."""
        if self.motion is None:
            return self
        return replace(self, pose=self.motion.apply(self.pose, time_s), motion=None)

    def world_vertices(self) -> FloatArray:
        """(V, 3) vertices of the mesh in the world frame, m."""
        return transform_points(self.pose, np.asarray(self.mesh.vertices))
