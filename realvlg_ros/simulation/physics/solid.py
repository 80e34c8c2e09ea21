"""A simulated object as physics takes it: convex parts, which are also what is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from ...arrays import ByteArray, FloatArray
from ..convex_parts import ConvexPart, convex_parts
from ..mesh_primitives import load_trimesh
from ..sim_object import SimObject

# Mass of a volume, kg/m³, and the masses that it is kept within, kg. Chosen: packages and crockery
# are light for their size, and a hand that holds 35 N lifts 0.5 kg.
_DENSITY = 500.0
_MASSES = (0.02, 0.5)


@dataclass(frozen=True, eq=False)
class Solid:
    """An object whose one shape is drawn, judged and collides.

    Attributes:
        item: the object; its mesh is that of the parts together.
        parts: convex, in the frame of the object.
        fixed: whether it is part of the room, such as a bin.
    """

    item: SimObject
    parts: tuple[ConvexPart, ...]
    fixed: bool = False

    @classmethod
    def of(cls, item: SimObject, cache: Path | None = None, *, fixed: bool = False) -> Solid:
        """Cut an object into convex parts and take them for its shape.

        Args:
            item: an object with a mesh.
            cache: folder of parts found before; None for the default one.
            fixed: whether it never moves.

        Raises:
            WorldError: its mesh has no volume.
            MissingDependencyError: coacd is needed and not installed.
        """
        return cls.from_parts(item, convex_parts(item.mesh, cache), fixed=fixed)

    @classmethod
    def from_parts(
        cls, item: SimObject, parts: tuple[ConvexPart, ...], *, fixed: bool = False
    ) -> Solid:
        """An object whose parts are known; its paint is that of the nearest face before.

        Args:
            item: an object with a mesh, which is left out.
            parts: convex, in the frame of the object, m.
            fixed: whether it never moves.
        """
        trimesh = load_trimesh()
        mesh = trimesh.util.concatenate(
            [trimesh.Trimesh(part.vertices, part.faces, process=False) for part in parts]
        )
        return cls(replace(item, mesh=mesh, face_colors=_paint(item, mesh)), parts, fixed)

    @property
    def name(self) -> str:
        """Unique in its world."""
        return self.item.name

    def at(self, pose: FloatArray) -> Solid:
        """The same in another pose (4x4, object to world)."""
        return replace(self, item=replace(self.item, pose=pose))

    @cached_property
    def mass(self) -> float:
        """Its mass, kg."""
        return float(np.clip(_DENSITY * self.item.mesh.volume, *_MASSES))

    @property
    def center_of_mass(self) -> FloatArray:
        """(3,) m in the frame of the object."""
        return np.asarray(self.item.mesh.center_mass)

    @cached_property
    def inertia(self) -> FloatArray:
        """(3, 3) about the centre of mass in the axes of the object, kg m²."""
        mesh = self.item.mesh
        inertia = np.asarray(mesh.moment_inertia) * (self.mass / mesh.volume)
        # Thin sheets: an engine refuses an axis without inertia.
        return inertia + 1e-7 * np.eye(3)


def _paint(item: SimObject, mesh: object) -> ByteArray:
    """(F, 3) the paint of a mesh from the faces of an object's own."""
    faces = len(mesh.faces)  # type: ignore[attr-defined]
    colors = np.asarray(item.face_colors)
    if (colors == colors[0]).all():
        return np.tile(colors[0], (faces, 1))
    tree = cKDTree(np.asarray(item.mesh.triangles_center))
    _, nearest = tree.query(np.asarray(mesh.triangles_center))  # type: ignore[attr-defined]
    return colors[nearest]
