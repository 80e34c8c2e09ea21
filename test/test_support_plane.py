"""The support plane of synthetic scenes whose geometry is known."""

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import SupportPlaneError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.support_plane import find_support_plane

CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)


def cast(planes, noise_m=0.0, boxes=(), camera=CAMERA):
    """Depth of the nearest of some planes (normal, offset) along each ray, with noise.

    A box is (rows, columns, depth): a patch in front of everything.
    """
    rays = np.dstack([camera.rays, np.ones(camera.rays.shape[:2])])
    depth = np.full(rays.shape[:2], np.inf)
    for normal, offset in planes:
        slope = rays @ np.asarray(normal)
        z = np.divide(-offset, slope, out=np.full_like(slope, np.inf), where=slope < -1e-6)
        depth = np.minimum(depth, np.where(z > 0, z, np.inf))
    for rows, columns, z in boxes:
        depth[rows, columns] = np.minimum(depth[rows, columns], z)
    random = np.random.default_rng(1)
    depth = depth + noise_m * random.standard_normal(depth.shape)
    depth[(depth > 4.0) | (random.random(depth.shape) < 0.1)] = 0
    color = np.full((*depth.shape, 3), 128, np.uint8)
    return RgbdFrame.from_arrays(color, depth.astype(np.float32), camera)


def table(pitch_deg):
    """Normal of a level table seen by a camera that looks down by an angle."""
    pitch = np.radians(pitch_deg)
    return np.array([0.0, -np.cos(pitch), -np.sin(pitch)])


def wall(pitch_deg):
    """Normal of an upright wall that faces the same camera."""
    pitch = np.radians(pitch_deg)
    return np.array([0.0, np.sin(pitch), -np.cos(pitch)])


def angle_deg(a, b):
    return np.degrees(np.arccos(np.clip(a @ b, -1, 1)))


@pytest.mark.parametrize('pitch', [15, 30, 45, 70, 90])
def test_recovers_plane_from_noisy_depth_with_holes(pitch):
    frame = cast([(table(pitch), 0.6)], noise_m=0.002)
    plane = find_support_plane(frame)
    assert angle_deg(plane.normal, table(pitch)) < 0.3
    assert plane.offset == pytest.approx(0.6, abs=0.002)
    along_ray = 0.002 * abs(plane.normal[2])  # depth noise seen across the plane
    assert plane.rms == pytest.approx(along_ray, rel=0.5, abs=0.0005)
    assert plane.inliers > 1000


def test_height_is_signed_toward_the_camera():
    plane = find_support_plane(cast([(table(90), 0.8)]))
    heights = plane.height(np.array([[0.0, 0.0, 0.7], [0.0, 0.0, 0.8], [0.1, 0.0, 0.9]]))
    np.testing.assert_allclose(heights, [0.1, 0.0, -0.1], atol=1e-3)


@pytest.mark.parametrize('pitch', [20, 35, 50])
def test_prefers_the_table_to_a_larger_wall_behind_it(pitch):
    scene = [(table(pitch), 0.5), (wall(pitch), 0.75)]
    plane = find_support_plane(cast(scene, noise_m=0.002))
    assert angle_deg(plane.normal, table(pitch)) < 0.5


def test_up_decides_against_the_upright_guess():
    """A camera rolled by 90 degrees: the table's normal points sideways in its image."""
    side = np.array([-np.cos(0.6), 0.0, -np.sin(0.6)])
    decoy = np.array([0.0, -np.cos(0.5), -np.sin(0.5)])
    frame = cast([(side, 0.5), (decoy, 0.6)], noise_m=0.001)
    assert angle_deg(find_support_plane(frame, up=side).normal, side) < 0.5


def test_up_refuses_planes_that_are_not_level():
    frame = cast([(wall(0), 1.0)], noise_m=0.001)
    with pytest.raises(SupportPlaneError, match='level'):
        find_support_plane(frame, up=np.array([0.0, -1.0, 0.0]))


def test_clutter_does_not_pull_the_plane():
    boxes = [(slice(60, 160), slice(c, c + 30), 0.55 - 0.02 * i) for i, c in
             enumerate(range(20, 300, 40))]  # fmt: skip
    plane = find_support_plane(cast([(table(60), 0.7)], noise_m=0.002, boxes=boxes))
    assert angle_deg(plane.normal, table(60)) < 0.3
    assert plane.offset == pytest.approx(0.7, abs=0.002)


def test_table_with_objects_wins_over_larger_floor():
    boxes = [(slice(150, 230), slice(100, 170), 0.78), (slice(150, 230), slice(190, 240), 0.8)]
    frame = cast([(table(90), 1.5)], noise_m=0.003, boxes=[
        (slice(110, 240), slice(60, 280), 0.9), *boxes])  # fmt: skip
    assert find_support_plane(frame).offset == pytest.approx(0.9, abs=0.005)


def test_low_table_wins_over_the_floor_that_is_seen_beside_and_below_it():
    """What is seen past the table's front edge lies under it."""
    rays = np.dstack([CAMERA.rays, np.ones((240, 320))])
    depth = cast([(table(40), 0.9)], noise_m=0.002).depth.copy()
    top = cast([(table(40), 0.45)], noise_m=0.001).depth
    x, _, z = np.moveaxis(rays * top[..., None], -1, 0)
    on_top = (abs(x) < 0.25) & (z > 0.58) & (z < 1.1)
    depth[on_top] = top[on_top]
    for row, column, distance in ((100, 100, 0.6), (90, 150, 0.66), (120, 190, 0.58)):
        depth[row : row + 30, column : column + 30] = distance
    frame = RgbdFrame.from_arrays(np.zeros((240, 320, 3), np.uint8), depth, CAMERA)
    assert find_support_plane(frame).offset == pytest.approx(0.45, abs=0.005)


@pytest.mark.parametrize(('slope', 'offset'), [(0.05, 0.15), (0.1, 0.2), (0.17, 0.25)])
def test_floor_of_a_bin_wins_over_a_wall_that_the_camera_looks_along(slope, offset):
    low_wall = np.array([0.0, -np.cos(slope), -np.sin(slope)])
    heap = [(slice(60, 150), slice(70 + 30 * k, 92 + 30 * k), 0.74 - 0.02 * k) for k in range(6)]
    frame = cast([(table(90), 0.8), (low_wall, offset)], noise_m=0.001, boxes=heap)
    assert find_support_plane(frame).offset == pytest.approx(0.8, abs=0.005)


def test_depth_without_a_plane_is_refused():
    random = np.random.default_rng(0)
    depth = random.uniform(0.3, 3.0, (240, 320)).astype(np.float32)
    frame = RgbdFrame.from_arrays(np.zeros((240, 320, 3), np.uint8), depth, CAMERA)
    with pytest.raises(SupportPlaneError, match='let the camera see more'):
        find_support_plane(frame)


def test_almost_empty_depth_is_refused():
    depth = np.zeros((240, 320), np.float32)
    depth[100:110, 100:110] = 0.5
    frame = RgbdFrame.from_arrays(np.zeros((240, 320, 3), np.uint8), depth, CAMERA)
    with pytest.raises(SupportPlaneError, match='sampled pixels have depth'):
        find_support_plane(frame)


def test_equal_input_gives_equal_result():
    frame = cast([(table(40), 0.6), (wall(40), 1.2)], noise_m=0.003)
    first, second = find_support_plane(frame), find_support_plane(frame)
    np.testing.assert_array_equal(first.normal, second.normal)
    assert first.offset == second.offset
