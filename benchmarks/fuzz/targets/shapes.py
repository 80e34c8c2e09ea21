"""URDF, meshes and arrays of numpy."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.fuzz.target import Target
from realvlg_ros.boundary import Boundary
from realvlg_ros.errors import LabelError, WorldError
from realvlg_ros.evaluation.formats.cornell import read_cornell
from realvlg_ros.evaluation.formats.graspnet import read_graspnet
from realvlg_ros.evaluation.formats.jacquard import read_jacquard
from realvlg_ros.files import read_arrays, read_text
from realvlg_ros.mesh_files import read_mesh
from realvlg_ros.robot.shapes import RobotShapes

_URDF = (
    '<robot name="r"><link name="base"><collision><origin xyz="0 0 1" rpy="0 0.1 0"/>'
    '<geometry><box size="1 2 3"/></geometry></collision></link>\n'
    '<link name="arm"><collision><geometry><cylinder radius="0.1" length="0.5"/></geometry>'
    '</collision><collision><geometry><sphere radius="0.2"/></geometry></collision></link>\n'
    '<link name="hand"><collision><geometry><mesh filename="hand.stl" scale="1 1 1"/></geometry>'
    '</collision></link><joint name="j" type="fixed"><parent link="base"/></joint></robot>'
)


def _urdfs(_: Path) -> Mapping[str, bytes]:
    return {'robot.urdf': _URDF.encode()}


def _urdf(data: bytes, folder: Path) -> object:
    path = folder / 'robot.urdf'
    path.write_bytes(data)
    (folder / 'hand.stl').write_bytes(_meshes(folder)['binary.stl'])
    text = read_text(path, Boundary(str(path), WorldError))
    return RobotShapes.from_urdf(text, lambda name: folder / 'hand.stl')


def _meshes(_: Path) -> Mapping[str, bytes]:
    import trimesh

    mesh = trimesh.creation.box((0.1, 0.2, 0.3))
    made = {
        name: mesh.export(file_type=kind)
        for name, kind in (
            ('binary.stl', 'stl'), ('text.stl', 'stl_ascii'), ('mesh.obj', 'obj'),
            ('mesh.ply', 'ply'), ('mesh.off', 'off'), ('mesh.glb', 'glb'),
        )
    }  # fmt: skip
    return {name: x.encode() if isinstance(x, str) else bytes(x) for name, x in made.items()}


def _mesh(data: bytes, folder: Path) -> object:
    """Each format reads what is given; the first bytes tell which."""
    kind = 'ply' if data.startswith(b'ply') else 'glb' if data.startswith(b'glTF') else ''
    kind = kind or ('off' if data.startswith(b'OFF') else 'obj' if b'\nv ' in data else 'stl')
    path = folder / f'mesh.{kind}'
    path.write_bytes(data)
    return read_mesh(path, Boundary(str(path), WorldError))


def _arrays(_: Path) -> Mapping[str, bytes]:
    one, many = io.BytesIO(), io.BytesIO()
    np.save(one, np.array([[10.0, 20, 15, 20, 8, 0.5, 3], [1, 2, 3, 4, 5, 0.1, 1]]))
    np.savez_compressed(many, names=np.array(['a', 'b']), counts=np.arange(3))
    return {'rows.npy': one.getvalue(), 'rows.npz': many.getvalue()}


def _array(data: bytes, folder: Path) -> object:
    path = folder / 'rows'
    path.write_bytes(data)
    if data.startswith(b'PK'):
        return read_arrays(path, Boundary(str(path), LabelError))
    return read_graspnet(path)


def _lines(read: object, data: bytes, folder: Path) -> object:
    path = folder / 'labels.txt'
    path.write_bytes(data)
    return read(path)  # type: ignore[operator]


TARGETS = (
    Target('URDF', _urdfs, _urdf, weight=2),
    Target('mesh', _meshes, _mesh, weight=2),
    Target('array of numpy', _arrays, _array, weight=4),
    Target(
        'labels of Jacquard', lambda _: {'a.txt': b'10.5;20;30;40;5\n1;2;3;4;5\n'},
        partial(_lines, read_jacquard), weight=16,
    ),
    Target(
        'labels of Cornell', lambda _: {'a.txt': b'1 2\n9 2\n9 8\n1 8\nNaN 2\n9 2\n9 8\n1 8\n'},
        partial(_lines, read_cornell), weight=16,
    ),
)  # fmt: skip
