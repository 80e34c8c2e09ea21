"""A scene as a folder: the world that a camera sees, and the solids that a hand meets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.spatial.transform import Rotation

from ..errors import WorldError
from ..simulation.physics.solid_file import SOLIDS_FILE, write_solids
from ..simulation.sim_object import SimObject
from ..simulation.trajectory import look_at
from ..simulation.world import Light, Table
from .scenes import EpisodeScene

WORLD_FILE = 'world.yaml'
# A camera that is turned from where it looks by more than this cannot be told by a point that it
# looks at, unitless. Chosen: far below a pixel.
_ROLL = 1e-9


def write_world(folder: Path, scene: EpisodeScene) -> Path:
    """Write world.yaml, the meshes that it names and the convex parts; returns its path.

    Args:
        folder: is made where it is missing.
        scene: objects of one colour each, and a camera whose upper edge is toward the world's z.

    Raises:
        WorldError: the scene cannot be told by such a file, or the file cannot be written.
    """
    values = {
        'name': scene.world.name,
        'table': _table(scene.world.table),
        'light': _light(scene.world.light),
        'camera': _camera(scene),
        'objects': [_object(item) for item in scene.world.objects],
    }
    path = folder / WORLD_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for item in scene.world.objects:
            item.mesh.export(folder / f'{item.name}.ply')
        path.write_text(yaml.safe_dump(values, sort_keys=False), encoding='utf-8')
    except OSError as error:
        raise WorldError(f'world {path} cannot be written: {error.strerror}') from error
    write_solids(folder / SOLIDS_FILE, scene.solids)
    return path


def _object(item: SimObject) -> dict[str, Any]:
    paint = np.asarray(item.face_colors)
    if (paint != paint[0]).any() or item.motion is not None:
        raise WorldError(f'{item.name}: only what has one colour and stands still can be written')
    quaternion = Rotation.from_matrix(item.pose[:3, :3]).as_quat()
    return {
        'mesh': f'{item.name}.ply',
        'name': item.name,
        'label': item.label,
        'color': paint[0].tolist(),
        'pose_m_xyzw': [*item.pose[:3, 3].tolist(), *quaternion.tolist()],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        'size_m': list(table.size),
        'thickness_m': table.thickness,
        'height_m': table.height,
        'texture': table.texture,
        'seed': table.seed,
    }


def _light(light: Light) -> dict[str, Any]:
    values = {
        'direction': list(light.direction),
        'intensity': light.intensity,
        'ambient': light.ambient,
        'softness': light.softness,
    }
    # Light from infinitely far is the default.
    return values if np.isinf(light.distance) else {**values, 'distance_m': light.distance}


def _camera(scene: EpisodeScene) -> dict[str, Any]:
    pose = scene.camera2world
    eye, target = pose[:3, 3], pose[:3, 3] + pose[:3, 2]
    if np.abs(look_at(eye, target) - pose).max() > _ROLL:
        raise WorldError('the camera is rolled about its axis; only an upright one can be written')
    return {'trajectory': 'static', 'eye_m': eye.tolist(), 'target_m': target.tolist()}
