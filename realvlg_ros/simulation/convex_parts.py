"""Convex parts of a mesh, by CoACD, kept on disk: what a physics engine can let collide."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..arrays import FloatArray, IntArray
from ..boundary import Boundary
from ..errors import WorldError
from ..files import read_arrays
from ..optional import import_optional
from .mesh_primitives import load_trimesh

if TYPE_CHECKING:
    from trimesh import Trimesh

# A mesh that fills this share of its convex hull is its own hull. Chosen: 2 % of a 6 cm box is
# 0.2 mm on each side.
_CONVEX_SHARE = 0.98
# Concavity at which CoACD stops to cut, share of the size; parts at most; corners of a part at
# most. Chosen: a mesh is cut in 5 to 20 s, a mug into 20 to 30 parts, and a step of physics stays
# under 1 ms.
_COACD = {
    'threshold': 0.05,
    'max_convex_hull': 32,
    'preprocess_resolution': 40,
    'resolution': 1000,
    'mcts_nodes': 10,
    'mcts_iterations': 60,
    'mcts_max_depth': 2,
    'decimate': True,
    'max_ch_vertex': 64,
    'seed': 0,
}
# A part of less is an artefact of the cuts, m³. Chosen: a cube of 1 mm.
_LEAST_VOLUME = 1e-9


@dataclass(frozen=True, eq=False)
class ConvexPart:
    """A convex solid.

    Attributes:
        vertices: (V, 3) in the frame of the mesh, m.
        faces: (F, 3) indices; they wind outward.
    """

    vertices: FloatArray
    faces: IntArray

    @classmethod
    def checked(cls, vertices: npt.NDArray[Any], faces: npt.NDArray[Any]) -> ConvexPart:
        """A part from arrays that come from a file.

        Raises:
            WorldError: other shapes, a corner that is not finite, or a face of other corners.
        """
        points, corners = np.asarray(vertices, np.float64), np.asarray(faces)
        shaped = points.shape[1:] == corners.shape[1:] == (3,) and len(points) and len(corners)
        if not shaped or corners.dtype.kind not in 'iu' or not np.isfinite(points).all():
            raise WorldError(f'corners {points.shape} and faces {corners.shape} are of no solid')
        if corners.min() < 0 or corners.max() >= len(points):
            raise WorldError(f'a face names a corner that is none of {len(points)}')
        return cls(points, corners.astype(np.int64))


def default_cache() -> Path:
    """The folder in which parts are kept: realvlg_ros/convex_parts under the user's cache."""
    base = os.environ.get('XDG_CACHE_HOME') or str(Path.home() / '.cache')
    return Path(base) / 'realvlg_ros' / 'convex_parts'


def convex_parts(mesh: Trimesh, cache: Path | None = None) -> tuple[ConvexPart, ...]:
    """Cut a mesh into convex parts; equal meshes give equal parts.

    Args:
        mesh: of one object, m; it need not be closed.
        cache: folder of parts that were found before; None for the default one.

    Raises:
        WorldError: the mesh has no volume.
        MissingDependencyError: trimesh, or coacd where it is needed, is not installed.
    """
    hull = mesh.convex_hull
    if not hull.volume > _LEAST_VOLUME:
        raise WorldError('the mesh is flat: it has no volume that a hand could hold')
    if mesh.is_volume and mesh.volume >= _CONVEX_SHARE * hull.volume:
        return (_part(hull),)
    folder = default_cache() if cache is None else cache
    path = folder / f'{_digest(mesh)}.npz'
    found = _read(path)
    if found is None:
        found = _decompose(mesh)
        _write(path, found)
    return found


def _decompose(mesh: Trimesh) -> tuple[ConvexPart, ...]:
    coacd = import_optional(
        'coacd', 'objects with hollows need coacd', 'pip install "realvlg_ros[simulation]"'
    )
    coacd.set_log_level('error')
    scale = 1.0 / float(mesh.extents.max())
    cut = coacd.run_coacd(
        coacd.Mesh(np.asarray(mesh.vertices) * scale, np.asarray(mesh.faces)), **_COACD
    )
    trimesh = load_trimesh()
    parts = [
        _part(trimesh.convex.convex_hull(np.asarray(vertices) / scale)) for vertices, _ in cut
    ]
    kept = tuple(part for part in parts if _volume(part) > _LEAST_VOLUME)
    if not kept:
        raise WorldError('no convex part of the mesh has a volume; is it closed?')
    return kept


def _part(hull: Any) -> ConvexPart:
    return ConvexPart(np.asarray(hull.vertices, np.float64), np.asarray(hull.faces, np.int64))


def _volume(part: ConvexPart) -> float:
    corners = part.vertices[part.faces]
    return float(np.linalg.det(corners).sum() / 6)


def _digest(mesh: Trimesh) -> str:
    """Names a mesh and the way it is cut."""
    digest = hashlib.sha256(repr(sorted(_COACD.items())).encode())
    digest.update(np.ascontiguousarray(mesh.vertices, '<f8').tobytes())
    digest.update(np.ascontiguousarray(mesh.faces, '<i8').tobytes())
    return digest.hexdigest()[:32]


def _read(path: Path) -> tuple[ConvexPart, ...] | None:
    """Parts from a file; None where there is none, or where it was cut off."""
    boundary = Boundary(f'parts {path}', WorldError)
    try:
        stored = read_arrays(path, boundary)
        with boundary.guard():
            return tuple(
                ConvexPart.checked(stored[f'vertices_{i}'], stored[f'faces_{i}'])
                for i in range(int(stored['count']))
            )
    except WorldError:
        return None


def _write(path: Path, parts: tuple[ConvexPart, ...]) -> None:
    """Keep parts; what cannot be written is cut again the next time."""
    arrays: dict[str, Any] = {'count': np.array(len(parts))}
    for i, part in enumerate(parts):
        arrays[f'vertices_{i}'], arrays[f'faces_{i}'] = part.vertices, part.faces
    beside = path.with_suffix(f'.{os.getpid()}.npz')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(beside, **arrays)
        beside.replace(path)
    except OSError:
        return
