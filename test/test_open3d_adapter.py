import builtins
from pathlib import Path

import numpy as np
import pytest

from benchmarks import point_clouds
from realvlg_ros import open3d_adapter
from realvlg_ros.camera import Camera
from realvlg_ros.errors import MissingDependencyError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.rectangle import ContactPair
from realvlg_ros.transforms import make_transform

PROFILE = Path(__file__).parents[1] / 'config' / 'grippers' / 'franka_hand.yaml'


@pytest.fixture
def open3d():
    return pytest.importorskip('open3d', exc_type=ImportError)


@pytest.fixture
def no_open3d(monkeypatch):
    real = builtins.__import__

    def blocked(name, *args, **kwargs):
        if name == 'open3d':
            raise ImportError('libusb-1.0.so.0: cannot open shared object file')
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', blocked)


def grasp_at(position):
    contacts = ContactPair(1, 2, 3, 4)
    return Grasp(
        make_transform(np.eye(3), position), np.eye(6), 0.04, 0.06, 0.1, np.array([0, 0, -1.0]),
        0.1, 0.9, GraspSource.GEOMETRY, contacts.to_rectangle(10), contacts, np.zeros((2, 3)),
        (9, 9), 0.01,
    )  # fmt: skip


def test_without_open3d_the_remedy_is_named(no_open3d):
    with pytest.raises(MissingDependencyError, match=r'libusb.*pip install open3d-cpu'):
        open3d_adapter.downsample(np.zeros((5, 3)), 0.01)


def test_benchmark_measures_the_image_even_without_open3d(no_open3d, capsys):
    case = next(c for c in point_clouds.lift_cases(1) if c.truth.width == 0.045)
    result = point_clouds.run(case, repeats=2)
    assert set(result['times']) == {'image'}
    assert 'pip install' in capsys.readouterr().out
    assert result['points'] > 500


def test_gripper_is_drawn_as_a_fork_at_the_grasp():
    gripper = Gripper.from_yaml(PROFILE)
    corners, edges = open3d_adapter.gripper_outline(grasp_at([0.1, 0.2, 0.5]), gripper)
    assert corners[0] == pytest.approx([0.1, 0.23, 0.5])
    assert corners[3] == pytest.approx([0.1, 0.17, 0.5])
    assert corners[:, 2].min() == pytest.approx(0.5 - 2 * 0.045)
    assert edges.max() < len(corners)


def test_normals_face_the_camera(open3d):
    columns, rows = np.meshgrid(np.linspace(-0.1, 0.1, 40), np.linspace(-0.1, 0.1, 40))
    plane = np.stack([columns, rows, 0.5 + 0.5 * columns], axis=-1).reshape(-1, 3)
    normals = open3d_adapter.estimate_normals(plane, 0.02)
    expected = np.array([0.5, 0, -1.0]) / np.sqrt(1.25)
    assert normals == pytest.approx(np.tile(expected, (len(plane), 1)), abs=1e-6)


def test_voxels_hold_the_mean_of_their_points(open3d):
    points = np.array([[0.001, 0, 0], [0.003, 0, 0], [0.5, 0.5, 0.5]])
    means = open3d_adapter.downsample(points, 0.01)
    assert len(means) == 2
    assert sorted(means[:, 0]) == pytest.approx([0.002, 0.5])


def test_scene_is_a_cloud_and_a_fork_for_each_grasp(open3d):
    camera = Camera(64, 48, 60.0, 60.0, 31.5, 23.5)
    depth = np.full((48, 64), 0.5, np.float32)
    depth[0] = 0
    frame = RgbdFrame.from_arrays(np.full((48, 64, 3), 51, np.uint8), depth, camera)
    cloud, fork = open3d_adapter.scene_geometries(frame, [grasp_at([0, 0, 0.5])])
    assert len(cloud.points) == 47 * 64
    assert np.asarray(cloud.colors)[0] == pytest.approx([0.2, 0.2, 0.2])
    assert len(fork.lines) == 5
