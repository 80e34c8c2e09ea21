import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from solids import Cylinder, look

from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.completion import revolution_axis
from realvlg_ros.grasping.completion.revolution_axis import axis_of_revolution
from realvlg_ros.grasping.observation.normals import GRAZING_COSINE
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.transforms import invert, transform_points

AXIS = np.array([0.3, -0.1])
CAMERA = np.array([-0.2, -0.1, 0.4])


def wall(radius, slope=0.0, out=1, arc=70.0, count=400, seed=0):
    """Points and normals of a wall whose near (out=1) or far side the camera sees."""
    rng = np.random.default_rng(seed)
    angle = np.radians(180 + rng.uniform(-arc, arc, count)) + (0 if out > 0 else np.pi)
    z = rng.uniform(0.01, 0.09, count)
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.column_stack([AXIS + (radius + slope * z)[:, None] * around, z])
    normals = out * np.column_stack([around, np.full(count, -slope)])
    return points, normals / np.linalg.norm(normals, axis=1, keepdims=True)


def found(*walls, noise=0.0005, tilt=0.0, seed=0):
    """The axis found in walls with noise (m) of points and of normals (rad)."""
    rng = np.random.default_rng(seed)
    points, normals = (np.concatenate(parts) for parts in zip(*walls, strict=True))
    normals = Rotation.from_rotvec(rng.normal(0, tilt, normals.shape)).apply(normals)
    points = points + rng.normal(0, noise, points.shape)
    cloud = TargetCloud(points, normals, np.ones(len(points), bool), len(points))
    return axis_of_revolution(cloud, CAMERA)


def off(axis):
    return np.linalg.norm(axis - AXIS)


def test_points_tell_the_axis_where_normals_are_noisy():
    errors = [off(found(wall(0.04), tilt=0.08, seed=seed)) for seed in range(5)]
    # Normals alone are 0.64 mm off here.
    assert np.mean(errors) < 0.00025


@pytest.mark.parametrize('slope', [-0.3, 0.4])
def test_radius_may_change_with_height(slope):
    assert off(found(wall(0.04, slope), tilt=0.05)) < 0.0003


def test_inner_and_outer_wall_have_circles_of_their_own():
    both = wall(0.041), wall(0.037, out=-1, seed=1)
    assert off(found(*both, tilt=0.05)) < 0.0002


def test_a_handle_does_not_count():
    x, z = np.meshgrid(np.linspace(0.045, 0.07, 8), np.linspace(0.02, 0.07, 8))
    handle = np.column_stack([AXIS[0] - 0.5 * x.ravel(), AXIS[1] - x.ravel(), z.ravel()])
    normals = np.tile((-0.9, 0.436, 0.0), (64, 1))
    assert off(found(wall(0.041), (handle, normals), tilt=0.05)) < 0.0004


def test_a_flat_face_has_no_axis():
    y, z = np.meshgrid(np.linspace(-0.05, 0.05, 20), np.linspace(0.01, 0.09, 20))
    face = np.column_stack([np.full(400, 0.2), y.ravel(), z.ravel()])
    assert found((face, np.tile((-1.0, 0, 0), (400, 1)))) is None


def cans(count):
    """Clouds of cans as a noisy camera sees them, its position, and where their axes are."""
    rng, camera, noise = np.random.default_rng(0), d435_camera(), DepthCameraModel()
    for seed in range(count):
        radius, height = rng.uniform(0.02, 0.045), rng.uniform(0.05, 0.14)
        distance, elevation = rng.uniform(0.4, 0.8), np.radians(rng.uniform(25, 70))
        eye = (-distance * np.cos(elevation), 0.05, distance * np.sin(elevation))
        can = Cylinder(radius, height, (0, 0, height / 2))
        view = look([can], eye=eye, target=(0.0, 0.02, 0.03), camera=camera)
        depth = noise.apply(view.frame.depth, camera, seed)
        frame = RgbdFrame.from_arrays(view.frame.color, depth, camera)
        scene = Scene.around(frame, view.masks[0], view.plane, None)
        world2support = scene.camera2support @ invert(view.camera2world)
        place = transform_points(world2support, np.zeros(3))[:2]
        yield TargetCloud.from_scene(scene), scene.camera_position, place


def test_readings_that_graze_are_better_left_out(monkeypatch):
    seen, errors = list(cans(30)), {}
    for cosine in (0.15, GRAZING_COSINE):
        monkeypatch.setattr(revolution_axis, 'GRAZING_COSINE', cosine)
        errors[cosine] = [
            np.linalg.norm(axis_of_revolution(cloud, camera) - place)
            for cloud, camera, place in seen
        ]
    mean = {cosine: np.mean(error) for cosine, error in errors.items()}
    assert mean[GRAZING_COSINE] < 0.95 * mean[0.15]
    assert np.median(errors[GRAZING_COSINE]) < 0.0005
