import sys
from types import ModuleType

import numpy as np
import pytest

from realvlg_ros.errors import ParameterError
from realvlg_ros.ros.tf.pose_parameter import pose_from_parameter, quaternion_from_rpy


def rotation(roll, pitch, yaw):
    """Rz(yaw) Ry(pitch) Rx(roll), written out (REP 103: fixed axes)."""
    cr, sr, cp, sp = np.cos(roll), np.sin(roll), np.cos(pitch), np.sin(pitch)
    cy, sy = np.cos(yaw), np.sin(yaw)
    rx = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    ry = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    rz = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    return rz @ ry @ rx


@pytest.mark.parametrize('angles', [(0.1, 0.2, 0.3), (-1.5, 0.4, 2.9), (3.0, -1.2, -0.1)])
def test_roll_pitch_yaw_turn_about_the_fixed_axes(angles):
    pose = pose_from_parameter('tf_pose', [1, 2, 3, *angles])
    assert pose[:3, :3] == pytest.approx(rotation(*angles))
    assert pose[:3, 3] == pytest.approx([1, 2, 3])


def test_tf_transformations_is_used_where_it_is_installed(monkeypatch):
    module = ModuleType('tf_transformations')
    module.quaternion_from_euler = lambda *angles: [angles[0], 0, 0, 1]
    monkeypatch.setitem(sys.modules, 'tf_transformations', module)
    assert quaternion_from_rpy(0.5, 0, 0).tolist() == [0.5, 0, 0, 1]


def test_a_quaternion_is_taken_as_it_is():
    half = np.sqrt(0.5)
    pose = pose_from_parameter('tf_pose', [0, 0, 0, half, 0, 0, half])
    assert pose[:3, :3] == pytest.approx(rotation(np.pi / 2, 0, 0))


@pytest.mark.parametrize(('values', 'words'), [([0] * 5, '5 numbers'), ([0] * 7, 'unit length')])
def test_bad_poses_name_the_parameter(values, words):
    with pytest.raises(ParameterError, match=f'tf_pose.*{words}'):
        pose_from_parameter('tf_pose', values)
