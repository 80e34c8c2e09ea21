import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from realvlg_ros.grasping.completion.revolution_axis import axis_of_revolution
from realvlg_ros.grasping.observation.target_cloud import TargetCloud

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
