from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from sensor_msgs.msg import CameraInfo

from realvlg_ros.camera import Camera
from realvlg_ros.errors import CameraError, FrameError
from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.image import image_from_array
from realvlg_ros.ros.conversions.rgbd import frame_from_msgs

CAMERA = Camera(8, 6, 10.0, 10.0, 3.5, 2.5, (), 'optical')
COLOR = image_from_array(np.full((6, 8, 3), 50, np.uint8), 'rgb8', 42, 'optical')
DEPTH = image_from_array(np.full((6, 8), 750, np.uint16), '16UC1', 40, 'optical')
INFO = camera_to_msg(CAMERA, 42)


def test_frame_has_metres_and_the_colour_stamp() -> None:
    frame = frame_from_msgs(COLOR, DEPTH, INFO, rectified=True)
    assert frame.stamp_ns == 42 and frame.camera == CAMERA
    np.testing.assert_allclose(frame.depth, 0.75)
    metres = image_from_array(np.full((6, 8), 0.75, np.float32), '32FC1', 42, 'optical')
    np.testing.assert_allclose(frame_from_msgs(COLOR, metres, INFO, rectified=True).depth, 0.75)
    frame = frame_from_msgs(COLOR, DEPTH, INFO, rectified=True, depth_scale=0.0001)
    np.testing.assert_allclose(frame.depth, 0.075)


def test_depth_of_another_frame_is_refused_unless_said_otherwise() -> None:
    depth = image_from_array(np.full((6, 8), 750, np.uint16), '16UC1', 42, 'depth_optical')
    with pytest.raises(FrameError, match=r"'depth_optical'.*'optical'.*align_depth"):
        frame_from_msgs(COLOR, depth, INFO, rectified=True)
    frame_from_msgs(COLOR, depth, INFO, rectified=True, check_frame_id=False)


def test_depth_of_another_size_is_refused() -> None:
    depth = image_from_array(np.full((3, 4), 750, np.uint16), '16UC1', 42, 'optical')
    with pytest.raises(FrameError, match='4x3.*8x6.*not registered'):
        frame_from_msgs(COLOR, depth, INFO, rectified=True)


@pytest.mark.parametrize('value', [0.0, np.nan, np.inf, -1.0])
def test_depth_without_a_reading_is_refused(value: float) -> None:
    depth = image_from_array(np.full((6, 8), value, np.float32), '32FC1', 42, 'optical')
    with pytest.raises(FrameError, match='no reading'):
        frame_from_msgs(COLOR, depth, INFO, rectified=True)


def test_camera_info_of_another_camera_is_refused() -> None:
    with pytest.raises(FrameError, match='camera_info is for 4x3'):
        frame_from_msgs(COLOR, DEPTH, camera_to_msg(CAMERA.scaled(4, 3)), rectified=True)
    with pytest.raises(CameraError):
        frame_from_msgs(COLOR, DEPTH, CameraInfo(), rectified=True)
