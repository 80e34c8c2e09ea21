import cv2
import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import CameraError

PLUMB_BOB = (0.1, -0.25, 0.001, -0.002, 0.05)
RATIONAL = (0.5, -0.3, 0.0008, -0.0004, 0.02, 0.9, -0.1, 0.01)


def camera(distortion=()):
    return Camera(640, 480, 600.0, 610.0, 321.5, 238.0, distortion)


def test_project_by_hand():
    pixels = camera().project([[0.1, -0.2, 0.5], [0.0, 0.0, 2.0]])
    assert pixels == pytest.approx(np.array([[441.5, -6.0], [321.5, 238.0]]))


@pytest.mark.parametrize('distortion', [PLUMB_BOB, RATIONAL])
def test_project_agrees_with_opencv(distortion):
    points = np.random.default_rng(0).uniform([-0.3, -0.2, 0.6], [0.3, 0.2, 1.5], (50, 3))
    model = camera(distortion)
    expected, _ = cv2.projectPoints(
        points, np.zeros(3), np.zeros(3), model.matrix, np.array(distortion)
    )
    assert model.project(points) == pytest.approx(expected.reshape(-1, 2), abs=1e-9)


@pytest.mark.parametrize('distortion', [(), PLUMB_BOB, RATIONAL])
def test_deproject_inverts_project(distortion):
    model = camera(distortion)
    rows, columns = np.mgrid[0:480:40, 0:640:40]
    pixels = np.stack([columns, rows], axis=-1).astype(float)
    points = model.deproject(pixels, np.full(rows.shape, 0.7))
    assert points[..., 2] == pytest.approx(np.full(rows.shape, 0.7))
    assert model.project(points) == pytest.approx(pixels, abs=1e-6)


def test_rays_are_those_of_the_pixels():
    rays = camera().rays
    assert rays.shape == (480, 640, 2)
    assert rays[238, 321] == pytest.approx([-0.5 / 600, 0.0])


def test_points_behind_the_camera_have_no_pixel():
    assert np.isnan(camera().project([0.1, 0.1, -1.0])).all()


def test_rectified_images_use_p_and_raw_ones_k_and_d():
    k = [600.0, 0, 320, 0, 600, 240, 0, 0, 1]
    p = [500.0, 0, 310, 0, 0, 505, 230, 0, 0, 0, 1, 0]
    rectified = Camera.from_camera_info(640, 480, k, PLUMB_BOB, p, 'plumb_bob', 'optical', True)
    assert (rectified.fx, rectified.fy, rectified.cx, rectified.cy) == (500, 505, 310, 230)
    assert rectified.distortion == ()
    raw = Camera.from_camera_info(640, 480, k, PLUMB_BOB, p, 'plumb_bob', 'optical', False)
    assert (raw.fx, raw.distortion) == (600, PLUMB_BOB)


def test_scaled_keeps_rays():
    half = camera().scaled(320, 240)
    # The centre of four pixels of the large image is the centre of one of the small one.
    assert half.normalize([100.0, 80.0]) == pytest.approx(camera().normalize([200.5, 160.5]))


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        ((0, 480, 600, 600, 320, 240), '0x480'),
        ((640, 480, 0, 600, 320, 240), 'camera_info'),
        ((640, 480, float('nan'), 600, 320, 240), 'finite'),
    ],
)
def test_unusable_intrinsics_are_refused(arguments, words):
    with pytest.raises(CameraError, match=words):
        Camera(*arguments)


def test_unknown_distortion_names_the_remedy():
    k = [600.0, 0, 320, 0, 600, 240, 0, 0, 1]
    with pytest.raises(CameraError, match=r'double_sphere.*rectif'):
        Camera.from_camera_info(640, 480, k, [0.1] * 4, [0.0] * 12, 'double_sphere', 'o', False)
    with pytest.raises(CameraError, match='3 coefficients'):
        Camera.from_camera_info(640, 480, k, [0.1] * 3, [0.0] * 12, 'plumb_bob', 'o', False)
    with pytest.raises(CameraError, match='8 values'):
        Camera.from_camera_info(640, 480, k[:8], [], [0.0] * 12, 'plumb_bob', 'o', False)
