"""Meshes from elsewhere: read from their bytes alone, so that they can name no other file."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np

from .boundary import Boundary
from .files import read_bytes
from .limits import MAX_MESH_BYTES
from .optional import import_optional

# Formats whose files hold all of a mesh.
FORMATS = ('obj', 'ply', 'stl', 'dae', 'glb', 'off')
# What the header of a PLY says of its elements, and where the header of one ends. Each element
# takes a byte at least.
_PLY_COUNT, _PLY_HEADER_END = re.compile(rb'element\s+\w+\s+(\d+)'), b'end_header'


def read_mesh(path: Path, boundary: Boundary) -> Any:
    """The mesh of a file as a trimesh.Trimesh with at least one face; without its materials.

    Args:
        path: of the file; its suffix tells the format.
        boundary: of the file.

    Raises:
        RealvlgError: of the boundary: it is missing, of another format, damaged, or larger than
            MAX_MESH_BYTES, or a vertex is not finite.
        MissingDependencyError: trimesh is not installed.
    """
    trimesh = import_optional('trimesh', f'the mesh {path} needs trimesh', 'pip install trimesh')
    kind = path.suffix.lower().removeprefix('.')
    if kind not in FORMATS:
        raise boundary.failure(
            'cannot be read', f'the suffix {path.suffix!r} is none of {", ".join(FORMATS)}'
        )
    data = read_bytes(path, boundary, MAX_MESH_BYTES)
    with boundary.guard('cannot be read'):
        _check_counts(data, kind)
        mesh = trimesh.load(io.BytesIO(data), file_type=kind, force='mesh', skip_materials=True)
        vertices, faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces)
        if not len(faces) or vertices.shape[1:] != (3,) or not np.isfinite(vertices).all():
            raise boundary.refusal('holds no triangles, or corners that are not finite')
        if faces.min() < 0 or faces.max() >= len(vertices):
            raise boundary.refusal('names a corner that it does not have')
    return mesh


def _check_counts(data: bytes, kind: str) -> None:
    """Refuse a header that says more than the file can hold."""
    if kind == 'ply':
        counts = _PLY_COUNT.findall(data[: data.find(_PLY_HEADER_END) + 1])
    elif kind == 'off':
        counts = re.findall(rb'\d+', data[:200].partition(b'OFF')[2])[:3]
    else:
        return
    most = max((int(text) if len(text) < 20 else len(data) + 1 for text in counts), default=0)
    if most > len(data):
        raise ValueError(f'its header says more elements than its {len(data)} bytes can hold')
