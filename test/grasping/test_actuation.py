"""Joints of the grippers that are shipped, and of profiles that are wrong."""

import numpy as np
import pytest
import yaml

from realvlg_ros.errors import GripperError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file

NAMES = ('franka_hand', 'robotiq_2f85', 'wsg_50')


def actuation(name):
    return Gripper.from_yaml(gripper_file(name)).actuation


@pytest.mark.parametrize(
    ('name', 'opening', 'expected'),
    [
        ('franka_hand', 0.08, {'panda_finger_joint1': 0.04, 'panda_finger_joint2': 0.04}),
        ('franka_hand', 0.05, {'panda_finger_joint1': 0.025, 'panda_finger_joint2': 0.025}),
        ('robotiq_2f85', 0.085, {'robotiq_85_left_knuckle_joint': 0.0}),
        ('robotiq_2f85', 0.0, {'robotiq_85_left_knuckle_joint': 0.795}),
        (
            'wsg_50',
            0.06,
            {'wsg_50_finger_left_joint': -0.03, 'wsg_50_finger_right_joint': 0.03},
        ),
    ],
)
def test_posture_of_an_opening(name, opening, expected):
    assert actuation(name).posture(opening) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize('position', np.linspace(0.0, 0.79, 12))
def test_robotiq_opens_as_its_linkage_does(position):
    # Inner knuckle: see test_gripper_profiles.py; the pad's face moves with the fingertip.
    half = 0.0055 + 0.0370 * np.cos(position) - 0.0440 * np.sin(position)
    opening = actuation('robotiq_2f85').opening({'robotiq_85_left_knuckle_joint': position})
    assert opening == pytest.approx(2 * half, abs=3e-4)
    # A linear map from stroke to stroke would be this far off where it is worst.
    linear = 0.085 * (1 - position / 0.795)
    assert abs(linear - opening) < 0.0041


@pytest.mark.parametrize('name', NAMES)
def test_profiles_open_as_far_as_they_say_and_openings_come_back(name):
    gripper = Gripper.from_yaml(gripper_file(name))
    moved = gripper.actuation
    assert (moved.openings[0], moved.openings[-1]) == (gripper.min_opening, gripper.max_opening)
    for opening in np.linspace(moved.openings[0], moved.openings[-1], 7):
        joints = moved.posture(opening) | {'elbow': 1.0}
        assert moved.opening(joints) == pytest.approx(opening, abs=1e-9)
    assert moved.touch_links and moved.closing_force > 0


def test_what_a_gripper_cannot_do_is_refused_in_words():
    moved = actuation('franka_hand')
    with pytest.raises(GripperError, match=r'opening 90.0 mm is outside of 0.0 to 80.0 mm'):
        moved.posture(0.09)
    with pytest.raises(GripperError, match='no position of panda_finger_joint1.*among elbow'):
        moved.opening({'elbow': 1.0})


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'openings': [0.08, 0.0]}, 'increasing'),
        ({'openings': [0.0]}, 'two or more'),
        ({'joints': {}}, 'at least one joint'),
        ({'joints': {'a': [0.0]}}, "joint 'a' has 1 positions"),
        ({'joints': {'a': [0.0, float('nan')]}}, 'finite'),
        ({'joints': {'a': [0.1, 0.1]}}, 'turn back'),
        ({'joints': ['a']}, 'joints is .*expected keys with values'),
        ({'openings': [0.0, float('inf')]}, 'finite'),
        ({'closing_force': -1.0}, 'closing_force is -1.0; it must be above 0'),
        ({'closing_speed': 'fast'}, 'fast'),
        ({'colour': 'red'}, 'known are closing_force'),
    ],
)
def test_bad_actuation_names_the_profile_and_what_is_wrong(tmp_path, change, words):
    values = yaml.safe_load(gripper_file('franka_hand').read_text())
    values['actuation'] |= change
    path = tmp_path / 'gripper.yaml'
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(GripperError, match=words) as error:
        Gripper.from_yaml(path)
    assert str(path) in str(error.value)


def test_joints_must_be_told_for_the_whole_stroke(tmp_path):
    values = yaml.safe_load(gripper_file('franka_hand').read_text())
    values['actuation']['openings'] = [0.0, 0.07]
    path = tmp_path / 'gripper.yaml'
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(GripperError, match=r'openings of 0.0 to 0.07 m, and it opens from 0.0 to'):
        Gripper.from_yaml(path)
