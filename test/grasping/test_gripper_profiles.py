from pathlib import Path

import numpy as np
import pytest

from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.transforms import transform_points

PROFILES = Path(__file__).parents[2] / 'config' / 'grippers'


def profile(name):
    return Gripper.from_yaml(PROFILES / f'{name}.yaml')


@pytest.mark.parametrize(
    ('name', 'stroke', 'reach', 'opening_axis'),
    [
        ('franka_hand', 0.080, 0.1034, [0, 1, 0]),
        ('robotiq_2f85', 0.085, 0.1626, [1, 0, 0]),
        ('wsg_50', 0.110, 0.1475, [1, 0, 0]),
    ],
)
def test_profile_has_the_published_stroke_reach_and_axes(name, stroke, reach, opening_axis):
    gripper = profile(name)
    assert gripper.name == name
    assert gripper.max_opening == stroke
    tcp2link = gripper.tcp2parent_link
    assert tcp2link[:3, 3] == pytest.approx([0, 0, reach])
    assert tcp2link[:3, 2] == pytest.approx([0, 0, 1])
    assert tcp2link[:3, 1] == pytest.approx(opening_axis, abs=1e-12)
    assert np.linalg.det(tcp2link[:3, :3]) == pytest.approx(1)


def test_wsg_fingertips_lie_where_its_description_puts_them():
    gripper = profile('wsg_50')
    tips = [[0, side * gripper.max_opening / 2, 0] for side in (1, -1)]
    in_link = transform_points(gripper.tcp2parent_link, tips)
    assert in_link == pytest.approx(np.array([[0.055, 0, 0.1475], [-0.055, 0, 0.1475]]), abs=1e-9)
    # The housing begins at the mounting face, z = 0 of the link.
    back = [0, 0, -gripper.finger_length - gripper.palm_size[2]]
    assert transform_points(gripper.tcp2parent_link, back) == pytest.approx([0, 0, 0], abs=1e-9)


def test_robotiq_tcp_is_the_reach_of_its_closed_linkage():
    # Inner knuckle: a link from (12.7, 61.4) mm; the pad's face of the open hand is 42.7 mm off
    # the middle and its tip 149.3 mm up. Turned by the URDF's 0.8 rad it keeps its orientation.
    pivot_to_tip = np.array([0.0370, 0.0440])
    turn = 0.8
    closed = np.array(
        [
            np.cos(turn) * pivot_to_tip[0] - np.sin(turn) * pivot_to_tip[1],
            np.sin(turn) * pivot_to_tip[0] + np.cos(turn) * pivot_to_tip[1],
        ]
    )
    lowered = closed[1] - pivot_to_tip[1]
    reach = profile('robotiq_2f85').tcp2parent_link[2, 3]
    assert 0.1493 + lowered == pytest.approx(reach, abs=1e-3)
    assert pivot_to_tip[0] - closed[0] == pytest.approx(0.085 / 2, abs=1e-3)
