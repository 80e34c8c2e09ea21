"""Poses of objects by name, there and back."""

import numpy as np
import pytest

pytest.importorskip('rclpy')

from realvlg_ros.errors import MessageError
from realvlg_ros.ros.conversions.object_poses import object_poses_from_msg, object_poses_to_msg
from realvlg_ros.transforms import from_quaternion


def test_there_and_back():
    poses = {'mug': from_quaternion((0.1, -0.2, 0.3), (0.0, 0.6, 0.0, 0.8)), 'can': np.eye(4)}
    message = object_poses_to_msg(poses, 'world')
    assert message.header.frame_id == 'world'
    read = object_poses_from_msg(message)
    assert list(read) == ['mug', 'can']
    for name, pose in poses.items():
        assert read[name] == pytest.approx(pose, abs=1e-12)


def test_a_name_without_a_pose_is_refused():
    message = object_poses_to_msg({'mug': np.eye(4)}, 'world')
    message.joint_names = ['mug', 'can']
    with pytest.raises(MessageError, match='2 names and 1 transforms'):
        object_poses_from_msg(message)
