from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from realvlg_ros.arrays import FloatArray

pytest.importorskip('xacro', reason='xacro is not installed')

import xacro
import yaml
from scipy.spatial.transform import Rotation

from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.transforms import make_transform

ROOT = Path(__file__).parents[2]


def robot(**arguments: str) -> ET.Element:
    """The workcell, with its xacro arguments given."""
    defaults = {'gripper_profile': str(ROOT / 'config' / 'grippers' / 'franka_hand.yaml')}
    document = xacro.process_file(
        str(ROOT / 'urdf' / 'workcell.urdf.xacro'), mappings=defaults | arguments
    )
    return ET.fromstring(document.toxml())


def link2base(urdf: ET.Element, link: str) -> FloatArray:
    """Pose of a link in base_link with every moving joint at zero."""
    pose = np.eye(4)
    while link != 'base_link':
        (joint,) = [j for j in urdf.iter('joint') if j.find('child') is not None
                    and j.find('child').get('link') == link]  # fmt: skip
        origin = joint.find('origin')
        xyz = [float(v) for v in origin.get('xyz').split()]
        rpy = [float(v) for v in origin.get('rpy').split()]
        # URDF: fixed axes, roll first.
        pose = make_transform(Rotation.from_euler('xyz', rpy).as_matrix(), xyz) @ pose
        link = joint.find('parent').get('link')
    return pose


@pytest.fixture(autouse=True)
def installed_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('AMENT_PREFIX_PATH', sys.prefix)


def test_optical_frame_looks_where_the_camera_looks() -> None:
    urdf = robot(camera_xyz='0.4 0.1 0.8', camera_rpy='0 0 0')
    camera = link2base(urdf, 'camera_color_optical_frame')
    # REP 103: z ahead, x right, y down; the body's x is ahead, y left, z up.
    np.testing.assert_allclose(camera[:3, 2], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(camera[:3, 0], [0, -1, 0], atol=1e-12)
    np.testing.assert_allclose(camera[:3, 1], [0, 0, -1], atol=1e-12)
    # A D435's colour imager: 10.6 mm ahead of the screw, 32.5 mm to the left, 12.5 mm up.
    np.testing.assert_allclose(camera[:3, 3], [0.4106, 0.1325, 0.8125], atol=1e-12)
    depth = link2base(urdf, 'camera_depth_optical_frame')
    np.testing.assert_allclose(camera[:3, 3] - depth[:3, 3], [0, 0.015, 0], atol=1e-12)


def test_imagers_are_left_to_the_driver() -> None:
    names = {link.get('name') for link in robot(nominal='false').iter('link')}
    assert 'camera_link' in names
    assert not {name for name in names if name.startswith(('camera_color', 'camera_depth'))}


def test_pitched_camera_looks_down() -> None:
    camera = link2base(robot(camera_rpy=f'0 {np.pi / 2} 0'), 'camera_color_optical_frame')
    np.testing.assert_allclose(camera[:3, 2], [0, 0, -1], atol=1e-12)


@pytest.mark.parametrize('profile', sorted((ROOT / 'config' / 'grippers').glob('*.yaml')))
def test_tcp_and_shape_are_those_of_the_profile(profile: Path) -> None:
    gripper = Gripper.from_yaml(profile)
    urdf = robot(gripper_profile=str(profile), gripper_rpy='0 0 0', gripper_xyz='0 0 0')
    tcp2parent_link = np.linalg.inv(link2base(urdf, gripper.parent_link)) @ link2base(urdf, 'tcp')
    np.testing.assert_allclose(tcp2parent_link, gripper.tcp2parent_link, atol=1e-6)

    boxes = []
    for link in ('right_finger', 'left_finger', 'palm'):
        collision = urdf.find(f"link[@name='{link}']/collision")
        size = np.array([float(v) for v in collision.find('geometry/box').get('size').split()])
        center = np.array([float(v) for v in collision.find('origin').get('xyz').split()])
        offset = np.linalg.inv(link2base(urdf, 'tcp')) @ link2base(urdf, link)
        center = center + offset[:3, 3]
        boxes.append([center - size / 2, center + size / 2])
    # Joints at zero: the gripper is closed.
    np.testing.assert_allclose(boxes, gripper.boxes(0.0), atol=1e-9)


def test_any_mount_rotation_is_kept(tmp_path: Path) -> None:
    values = yaml.safe_load((ROOT / 'config' / 'grippers' / 'franka_hand.yaml').read_text())
    rotation = Rotation.from_euler('xyz', [0.4, -0.7, 2.0])
    values['tcp2parent_link']['quaternion_xyzw'] = rotation.as_quat().tolist()
    profile = tmp_path / 'turned.yaml'
    profile.write_text(yaml.safe_dump(values))
    urdf = robot(gripper_profile=str(profile))
    turned = np.linalg.inv(link2base(urdf, 'panda_hand')) @ link2base(urdf, 'tcp')
    np.testing.assert_allclose(turned[:3, :3], rotation.as_matrix(), atol=1e-9)


def test_fingers_open_as_far_as_the_profile_says() -> None:
    urdf = robot()
    for side, axis in (('left', '0 1 0'), ('right', '0 -1 0')):
        joint = urdf.find(f"joint[@name='{side}_finger_joint']")
        assert joint.find('axis').get('xyz') == axis
        # Half the opening of 80 mm each.
        assert float(joint.find('limit').get('upper')) == pytest.approx(0.04)
    assert urdf.find("joint[@name='right_finger_joint']/mimic").get('joint') == 'left_finger_joint'
