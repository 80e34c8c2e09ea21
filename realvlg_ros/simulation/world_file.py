"""Read a world from YAML; every error names the key and what it may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from scipy.spatial.transform import Rotation

from ..arrays import FloatArray
from ..boundary import Boundary
from ..documents import read_yaml
from ..errors import WorldError
from ..fields import is_number
from ..limits import MAX_WORLD_OBJECTS
from ..quoting import cut, quoted
from ..transforms import make_transform
from .colors import parse_color
from .sim_object import Motion, SimObject
from .trajectory import LinearSweep, Orbit, StaticView, Trajectory
from .world import DEFAULT_AREA, Light, Table, World, scatter, upright_pose

_WORLD_KEYS = ('name', 'seed', 'area_m', 'gap_m', 'table', 'light', 'camera', 'objects')
_OBJECT_KEYS = (
    'shape', 'mesh', 'scale', 'dimensions_m', 'color', 'name', 'label', 'position_m', 'yaw_rad',
    'rpy_rad', 'pose_m_xyzw', 'motion',
)  # fmt: skip
# Keys that say the same as a whole pose, or less.
_PLACE_KEYS = ('position_m', 'yaw_rad', 'rpy_rad')
# Lengths of quaternions differ from 1 by at most this, unitless. Chosen: six digits suffice.
_UNIT_TOLERANCE = 1e-5
_TRAJECTORIES: Mapping[str, type] = {'static': StaticView, 'orbit': Orbit, 'sweep': LinearSweep}

_Made = TypeVar('_Made')


def read_world(path: Path) -> World:
    """Read a world of config/worlds; paths of meshes are relative to the file.

    Raises:
        WorldError: the file is missing, or a key is missing, unknown or invalid.
    """
    boundary = Boundary(f'world {path}', WorldError)
    values = read_yaml(path, boundary)
    with boundary.guard():
        return parse_world(values, path.parent, path.stem)


def parse_world(values: Any, folder: Path, name: str = 'world') -> World:
    """Build a world from what its YAML holds.

    Args:
        values: the mapping.
        folder: to which paths of meshes are relative.
        name: of the world if it does not name itself.

    Raises:
        WorldError: a key is missing, unknown or invalid.
    """
    values = _mapping(values, 'the file', _WORLD_KEYS)
    entries = values.get('objects', [])
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise WorldError(f'objects is {quoted(entries)}; expected a list')
    if len(entries) > MAX_WORLD_OBJECTS:
        raise WorldError(f'{len(entries)} objects; at most {MAX_WORLD_OBJECTS} are taken')
    seed = _integer(values.get('seed', 0), 'seed')
    items = [_read_object(entry, f'objects[{i}]', folder) for i, entry in enumerate(entries)]
    fixed = [item for item, is_placed in items if is_placed]
    loose = [item for item, is_placed in items if not is_placed]
    area = _numbers(values.get('area_m', DEFAULT_AREA), 'area_m', 4)
    gap = _number(values.get('gap_m', 0.02), 'gap_m')
    rng = np.random.default_rng(seed)
    placed = iter(scatter(loose, fixed, (area[0], area[1], area[2], area[3]), gap, rng))
    return World(
        tuple(item if is_placed else next(placed) for item, is_placed in items),
        _build(
            Table,
            values.get('table', {}),
            'table',
            {'size': 'size_m', 'thickness': 'thickness_m', 'height': 'height_m'},
        ),
        _build(Light, values.get('light', {}), 'light', {'distance': 'distance_m'}),
        _read_trajectory(values.get('camera', {})),
        str(values.get('name', name)),
    )


def _read_object(entry: Any, where: str, folder: Path) -> tuple[SimObject, bool]:
    """An object, and whether its place is given."""
    entry = _mapping(entry, where, _OBJECT_KEYS)
    if ('shape' in entry) == ('mesh' in entry):
        raise WorldError(f'{where}: give either shape or mesh')
    kind = str(entry['shape']) if 'shape' in entry else Path(str(entry['mesh'])).stem
    color_name = entry.get('color', 'gray')
    try:
        color = parse_color(color_name)
        motion = _read_motion(entry['motion'], where) if 'motion' in entry else None
        label = f'{color_name} {kind}' if isinstance(color_name, str) else kind
        label = str(entry.get('label', label))
        name = str(entry.get('name', label.replace(' ', '_')))
        item = _make_object(entry, folder, color, name, label, motion)
    except WorldError as error:
        raise WorldError(f'{where}: {error}') from error
    if 'pose_m_xyzw' in entry:
        return replace(item, pose=_whole_pose(entry, where)), True
    item = replace(item, pose=_resting_pose(item, entry, where))
    if 'position_m' not in entry:
        return item, False
    x, y = _numbers(entry['position_m'], f'{where}.position_m', 2)
    yaw = _number(entry.get('yaw_rad', 0.0), f'{where}.yaw_rad')
    return replace(item, pose=upright_pose(x, y, yaw) @ item.pose), True


def _make_object(
    entry: Mapping[str, Any],
    folder: Path,
    color: tuple[int, int, int],
    name: str,
    label: str,
    motion: Motion | None,
) -> SimObject:
    if 'shape' in entry:
        dimensions = _mapping(entry.get('dimensions_m', {}), 'dimensions_m')
        return SimObject.from_shape(
            str(entry['shape']), color, name=name, label=label, dimensions=dimensions,
            motion=motion,
        )  # fmt: skip
    scale = _number(entry.get('scale', 1.0), 'scale')
    path = folder / str(entry['mesh'])
    return SimObject.from_mesh_file(
        path, color, name=name, label=label, scale=scale, motion=motion,
        keep_origin='pose_m_xyzw' in entry,
    )  # fmt: skip


def _resting_pose(item: SimObject, entry: Mapping[str, Any], where: str) -> FloatArray:
    """The attitude asked for, lowered or raised until the lowest point touches the table."""
    angles = _numbers(entry.get('rpy_rad', (0.0, 0.0, 0.0)), f'{where}.rpy_rad', 3)
    pose = make_transform(Rotation.from_euler('xyz', angles).as_matrix(), (0.0, 0.0, 0.0))
    pose[2, 3] = -(np.asarray(item.mesh.vertices) @ pose[2, :3]).min()
    return pose


def _whole_pose(entry: Mapping[str, Any], where: str) -> FloatArray:
    """A pose in space, of the origin of the shape or of the mesh's file."""
    others = [key for key in _PLACE_KEYS if key in entry]
    if others:
        raise WorldError(f'{where}: give either pose_m_xyzw or {", ".join(others)}')
    values = np.array(_numbers(entry['pose_m_xyzw'], f'{where}.pose_m_xyzw', 7))
    length = float(np.linalg.norm(values[3:]))
    if abs(length - 1) > _UNIT_TOLERANCE:
        raise WorldError(
            f'{where}.pose_m_xyzw: the quaternion has the length {length:.4f}; expected 1'
        )
    return make_transform(Rotation.from_quat(values[3:]).as_matrix(), values[:3])


def _read_motion(values: Any, where: str) -> Motion:
    names = {'displacement': 'displacement_m', 'rotation': 'rotation_rad'}
    return _build(Motion, values, f'{where}.motion', names)


def _read_trajectory(values: Any) -> Trajectory:
    values = dict(_mapping(values, 'camera'))
    kind = str(values.pop('trajectory', 'static'))
    if kind not in _TRAJECTORIES:
        raise WorldError(
            f'camera.trajectory {quoted(kind)} is not known; choose one of '
            + ', '.join(_TRAJECTORIES)
        )
    names = {
        'eye': 'eye_m', 'target': 'target_m', 'start': 'start_m', 'end': 'end_m',
        'radius': 'radius_m', 'height': 'height_m', 'start_angle': 'start_angle_rad',
        'rate': 'rate_rad_s', 'sweep': 'sweep_rad', 'speed': 'speed_m_s',
    }  # fmt: skip
    made: Trajectory = _build(_TRAJECTORIES[kind], values, 'camera', names)
    return made


def _build(make: Callable[..., _Made], values: Any, where: str, names: Mapping[str, str]) -> _Made:
    """Make a dataclass of numbers and tuples from a mapping whose keys carry units."""
    types = {names.get(f.name, f.name): f for f in fields(make)}  # type: ignore[arg-type]
    values = _mapping(values, where, tuple(types))
    arguments: dict[str, Any] = {}
    for key, value in values.items():
        default, place = types[key].default, f'{where}.{key}'
        if isinstance(default, tuple):
            arguments[types[key].name] = _numbers(value, place, len(default))
        elif isinstance(default, str):
            arguments[types[key].name] = str(value)
        elif isinstance(default, int):
            arguments[types[key].name] = _integer(value, place)
        else:
            arguments[types[key].name] = _number(value, place)
    return make(**arguments)


def _mapping(values: Any, where: str, known: Sequence[str] | None = None) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise WorldError(f'{where} is {quoted(values)}; expected keys with values')
    unknown = [str(key) for key in values if known is not None and key not in known]
    if unknown:
        raise WorldError(
            f'{where}: unknown key {cut(", ".join(unknown))}; known are {", ".join(known or ())}'
        )
    return values


def _number(value: Any, where: str) -> float:
    if not is_number(value):
        raise WorldError(f'{where} is {quoted(value)}; expected a finite number')
    return float(value)


def _integer(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise WorldError(f'{where} is {quoted(value)}; expected a whole number, at least 0')
    return value


def _numbers(values: Any, where: str, count: int) -> tuple[float, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != count:
        raise WorldError(f'{where} is {quoted(values)}; expected {count} numbers')
    return tuple(_number(value, where) for value in values)
