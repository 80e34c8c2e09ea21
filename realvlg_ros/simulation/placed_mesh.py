"""The triangles of an object where it stands, as the judge on the true mesh takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import FloatArray, IntArray
from .sim_object import SimObject


@dataclass(frozen=True)
class PlacedMesh:
    """A mesh in the world: corners (n, 3) in m and faces (m, 3)."""

    vertices: FloatArray
    faces: IntArray

    @classmethod
    def of(cls, item: SimObject) -> PlacedMesh:
        """An object's mesh where it stands."""
        return cls(item.world_vertices(), np.asarray(item.mesh.faces))
