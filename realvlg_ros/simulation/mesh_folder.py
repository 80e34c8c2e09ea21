"""Objects from a folder of meshes, with their size and which way is up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..boundary import Boundary
from ..documents import read_yaml
from ..errors import WorldError
from ..fields import is_number
from ..mesh_files import read_mesh
from ..quoting import quoted
from .colors import COLORS
from .sim_object import SimObject

if TYPE_CHECKING:
    from trimesh import Trimesh

LISTING = 'objects.yaml'
_ENDINGS = frozenset({'.obj', '.ply', '.stl'})
# A turn that brings each axis up, as rows: of z nothing, y by 90 degrees about x, x about y. From
# geometry.
_UP = {
    'x': np.array([[0.0, 0, -1], [0, 1, 0], [1, 0, 0]]),
    'y': np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    'z': np.eye(3),
}
# Sizes that an object may have, m. Chosen: a grain of rice, a chair; else a unit is wrong.
_SIZES = (0.002, 2.0)
_ENTRY = '{file: mug.obj, size: [0.08, 0.11, 0.09], label: mug, up_axis: z}'


def read_mesh_folder(folder: Path) -> list[SimObject]:
    """One object for each mesh of a folder, upright at the origin.

    The file objects.yaml says of each its file, and optionally its size (extents along x, y and
    up, m), its label and the axis of the file that is up. Without it every OBJ, PLY and STL file
    is taken, in metres with z up.

    Args:
        folder: with meshes.

    Raises:
        WorldError: there is none, an entry is wrong, or a mesh cannot be read.
        MissingDependencyError: trimesh is not installed.
    """
    listing = folder / LISTING
    if listing.is_file():
        entries, up = _read_listing(listing)
    else:
        entries, up = _list_files(folder), 'z'
    colors = list(COLORS.values())
    return [
        _read_object(folder, name, entry, up, colors[index % len(colors)])
        for index, (name, entry) in enumerate(sorted(entries.items()))
    ]


def _list_files(folder: Path) -> dict[str, dict[str, Any]]:
    paths = sorted(p for p in folder.glob('*') if p.suffix.lower() in _ENDINGS)
    if not paths:
        raise WorldError(
            f'{folder} holds no mesh ({", ".join(sorted(_ENDINGS))}) and no {LISTING}'
        )
    stems = [path.stem for path in paths]
    twice = sorted({stem for stem in stems if stems.count(stem) > 1})
    if twice:
        raise WorldError(f'{folder} holds two meshes called {twice[0]}; rename one')
    return {path.stem: {'file': path.name} for path in paths}


def _read_listing(path: Path) -> tuple[dict[str, dict[str, Any]], str]:
    values = read_yaml(path, Boundary(str(path), WorldError))
    objects = values.get('objects') if isinstance(values, dict) else None
    if not isinstance(objects, dict) or not objects:
        raise WorldError(f'{path} names no objects; expected objects: {{mug: {_ENTRY}}}')
    for name, entry in objects.items():
        if not isinstance(entry, dict) or not isinstance(entry.get('file'), str):
            raise WorldError(
                f'{path}: object {quoted(name)} is {quoted(entry)}; expected {_ENTRY}'
            )
    return {str(name): entry for name, entry in objects.items()}, str(values.get('up_axis', 'z'))


def _read_object(
    folder: Path, name: str, entry: dict[str, Any], up: str, color: tuple[int, int, int]
) -> SimObject:
    axis = str(entry.get('up_axis', up))
    if axis not in _UP:
        raise WorldError(f'object {quoted(name)}: up_axis {quoted(axis)} is not x, y or z')
    mesh = _read_mesh(folder / entry['file'])
    turn = np.eye(4)
    turn[:3, :3] = _UP[axis]
    mesh.apply_transform(turn)
    if 'size' in entry:
        mesh.apply_transform(np.diag([*(_size(name, entry['size']) / mesh.extents), 1.0]))
    low, high = mesh.bounds
    longest = float((high - low).max())
    if not _SIZES[0] <= longest <= _SIZES[1]:
        raise WorldError(
            f'object {quoted(name)} is {longest:.4g} m long, and {_SIZES[0]} to {_SIZES[1]} m are '
            f'allowed; give its size in metres in {LISTING}'
        )
    mesh.apply_translation([-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]])
    paint = np.tile(np.array(color, np.uint8), (len(mesh.faces), 1))
    label = str(entry.get('label') or name.replace('_', ' '))
    return SimObject(name, label, Path(entry['file']).stem, color, mesh, paint, np.eye(4))


def _size(name: str, value: Any) -> Any:
    """Three positive lengths, m."""
    holds = isinstance(value, list | tuple) and len(value) == 3 and all(map(is_number, value))
    size = np.array(value if holds else (), np.float64)
    if not holds or not (size > 0).all():
        raise WorldError(
            f'object {quoted(name)}: size {quoted(value)} must be three positive lengths in m'
        )
    return size


def _read_mesh(path: Path) -> Trimesh:
    boundary = Boundary(f'mesh {path}', WorldError)
    mesh = read_mesh(path, boundary)
    if not (mesh.extents > 0).all():
        raise boundary.refusal('holds no triangles that span a volume')
    return mesh
