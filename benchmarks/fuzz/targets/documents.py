"""YAML and JSON files of the package: profiles, options, worlds, goals, cameras, runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.fuzz.target import Target
from realvlg_ros.camera.camera_file import CameraFile
from realvlg_ros.closed_loop.record import Cause, Episode
from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.evaluation.formats.ocid_vlg import read_ocid_vlg
from realvlg_ros.evaluation.formats.realvlg import read_realvlg
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grounding.realvlg.prompts import PromptSet
from realvlg_ros.grounding.registry import make_grounder, read_options
from realvlg_ros.replay.session.goals import read_goals
from realvlg_ros.resources import share_folder
from realvlg_ros.robot.shapes import RobotShapes
from realvlg_ros.simulation.recording import read_camera2world
from realvlg_ros.simulation.world_file import read_world

_CAMERA = (
    b'{"width": 48, "height": 36, "fx": 40.0, "fy": 40, "cx": 23.5, "cy": 17.5,\n"cropped": false,'
    b'"distortion": [0.1, -0.2, 0.001, 0.002, 0.0], "distortion_model": "plumb_bob",\n'
    b'"frame_id": "camera", "depth_scale_m_per_unit": 0.001,\n'
    b'"depth_noise": {"floor": 0.001, "quadratic": 0.002}, "note": [1, {"a": null}]}'
)
_SHAPES = (
    b'links:\n  base: [{box: [0.1, 0.2, 0.3], position_m: [0, 0, 1]}]\n'
    b'  arm:\n    - {cylinder: [0.05, 0.4], quaternion_xyzw: [0, 0, 0, 1]}\n    - sphere: 0.1\n'
)
_GOALS = (
    b'- {instruction: pick up the red mug, at: 1.5, goal_id: a}\n'
    b'- instruction: the box\n  at: 2\n  min_quality: 0.5\n  wait_for_stable: true\n'
)
_LABELS = (
    b'[{"image_name": "a", "image_path": "b", "object_id": 1, "mask_path": "c",'
    b'"description": "d",'
    b'"label": "e", "bbox": [1, 2, 30, 40], "grasps": [[1, 2, 9, 2, 9, 8, 1, 8]],'
    b'"contact_points": [[1, 2, 3, 4]]}]'
)
_WORLD = (
    b'name: a\nseed: 3\ntable: {size_m: [0.8, 0.6]}\nlight: {distance_m: 2.0}\n'
    b'camera: {trajectory: orbit, radius_m: 0.5, target_m: [0, 0, 0]}\nobjects:\n'
    b'  - {shape: box, color: red, dimensions_m: {size_x: 0.1}, position_m: [0.1, 0],\n'
    b'     yaw_rad: 1}\n'
)
_EPISODE = Episode(
    'table', 1, 'tabletop', 'mug', 'the mug', 3, False, next(iter(Cause)), 'evidence', 'OK', 0.5,
    seconds={'plan': 0.1},
)  # fmt: skip
_POSE = b'{"camera2world": [[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]}'


def _config(pattern: str) -> Callable[[Path], Mapping[str, bytes]]:
    """Sound inputs from config/."""

    def seeds(_: Path) -> Mapping[str, bytes]:
        paths = sorted((share_folder() / 'config').glob(pattern))
        return {path.name: path.read_bytes() for path in paths}

    return seeds


def _one(name: str, data: bytes) -> Callable[[Path], Mapping[str, bytes]]:
    return lambda _: {name: data}


def _write(data: bytes, folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _read(read: Callable[[Path], object], name: str, data: bytes, folder: Path) -> object:
    return read(_write(data, folder, name))


def _options(data: bytes, folder: Path) -> object:
    options = read_options(str(_write(data, folder, 'options.yaml')))
    return make_grounder('server', options)


def _pose(data: bytes, folder: Path) -> object:
    _write(data, folder, 'labels.json')
    return read_camera2world(folder)


def _episode(data: bytes, _: Path) -> object:
    return Episode.from_line(data.decode('utf-8', 'surrogateescape'))


TARGETS = (
    Target(
        'gripper profile', _config('grippers/*.yaml'),
        partial(_read, Gripper.from_yaml, 'gripper.yaml'),
    ),
    Target(
        'depth noise profile', _config('depth_noise/*.yaml'),
        partial(_read, DepthNoise.from_yaml, 'noise.yaml'), weight=2,
    ),
    Target('prompts', _config('prompts/*.yaml'), partial(_read, PromptSet.from_yaml, 'p.yaml')),
    Target('backend options', _config('backends/server.yaml'), _options, weight=2),
    Target('world', _one('w.yaml', _WORLD), partial(_read, read_world, 'world.yaml')),
    Target(
        'robot shapes', _one('shapes.yaml', _SHAPES),
        partial(_read, RobotShapes.from_yaml, 'shapes.yaml'), weight=2,
    ),
    Target(
        'goals', _one('goals.yaml', _GOALS), partial(_read, read_goals, 'goals.yaml'), weight=2
    ),
    Target(
        'camera.json', _one('camera.json', _CAMERA),
        partial(_read, CameraFile.read, 'camera.json'), weight=8,
    ),
    Target('labels.json', _one('labels.json', _POSE), _pose, weight=4),
    Target(
        'labels of RealVLG', _one('m.json', _LABELS), partial(_read, read_realvlg, 'm.json'),
        weight=4,
    ),
    Target(
        'labels of OCID-VLG', _one('m.json', b'[[10, 20, 30, 8, 45.5, 3], [1, 2, 3, 4, 5, 6]]'),
        partial(_read, read_ocid_vlg, 'm.json'), weight=4,
    ),
    Target('line of an episode', _one('e.json', _EPISODE.line().encode()), _episode, weight=4),
)  # fmt: skip
