from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from sensor_msgs.msg import CameraInfo

from realvlg_ros.camera import Camera
from realvlg_ros.errors import CameraError
from realvlg_ros.ros.conversions.camera import camera_from_msg, camera_to_msg
from realvlg_ros.ros.conversions.stamps import ns_to_stamp, stamp_to_ns

CAMERA = Camera(640, 480, 610.0, 611.0, 320.5, 240.25, (), 'optical')
DISTORTED = Camera(640, 480, 610.0, 611.0, 320.5, 240.25, (0.1, -0.2, 0.001, 0.002, 0.05), 'o')
RATIONAL = Camera(640, 480, 610.0, 611.0, 320.5, 240.25, (0.1, -0.2, 0, 0, 0.05, 1, 2, 3.0), 'o')


@pytest.mark.parametrize('camera', [CAMERA, DISTORTED, RATIONAL])
def test_camera_comes_back(camera: Camera) -> None:
    msg = camera_to_msg(camera, 5_000_000_002)
    assert camera_from_msg(msg, rectified=False) == camera
    assert stamp_to_ns(msg.header.stamp) == 5_000_000_002


def test_rectified_images_use_p_and_no_distortion() -> None:
    msg = camera_to_msg(DISTORTED)
    msg.p = [500.0, 0, 300, 0, 0, 505, 200, 0, 0, 0, 1, 0]
    camera = camera_from_msg(msg, rectified=True)
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (500, 505, 300, 200)
    assert camera.distortion == ()


@pytest.mark.parametrize('rectified', [False, True])
def test_uncalibrated_camera_is_refused(rectified: bool) -> None:
    with pytest.raises(CameraError, match='not calibrated'):
        camera_from_msg(CameraInfo(width=640, height=480), rectified)


def test_unknown_distortion_is_refused() -> None:
    msg = camera_to_msg(DISTORTED)
    msg.distortion_model = 'ftheta'
    msg.d = [0.1, 0.2, 0.3, 0.4]
    with pytest.raises(CameraError, match='ftheta'):
        camera_from_msg(msg, rectified=False)


def test_region_of_interest_moves_the_principal_point() -> None:
    msg = camera_to_msg(CAMERA)
    msg.roi.x_offset, msg.roi.y_offset, msg.roi.width, msg.roi.height = 100, 40, 320, 240
    camera = camera_from_msg(msg, rectified=False)
    assert (camera.width, camera.height) == (320, 240)
    point = np.array([0.1, 0.05, 1.2])
    np.testing.assert_allclose(camera.project(point), CAMERA.project(point) - (100, 40))
    msg.roi.width = 600
    with pytest.raises(CameraError, match='region of interest 600x240'):
        camera_from_msg(msg, rectified=False)


def test_binning_joins_pixels() -> None:
    msg = camera_to_msg(CAMERA)
    msg.binning_x, msg.binning_y = 2, 2
    camera = camera_from_msg(msg, rectified=False)
    assert (camera.width, camera.height) == (320, 240)
    # The super-pixel (0, 0) joins pixels 0 and 1: its centre is at 0.5 in the full image.
    np.testing.assert_allclose(camera.normalize([0, 0]), CAMERA.normalize([0.5, 0.5]))
    np.testing.assert_allclose(camera.normalize([319, 239]), CAMERA.normalize([638.5, 478.5]))


@pytest.mark.parametrize('stamp_ns', [0, 1, 999_999_999, 1_000_000_000, 1_767_225_600_123_456_789])
def test_stamps_come_back(stamp_ns: int) -> None:
    assert stamp_to_ns(ns_to_stamp(stamp_ns)) == stamp_ns
