"""Grasps for MoveIt, computed by hand: poses of the parent link, directions and postures."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('realvlg_ros.msg', reason='ROS 2 or the interfaces are not there')
pytest.importorskip('moveit_msgs', reason='moveit_msgs is not installed: no grasps for MoveIt')

from moveit_targets import position, profile, target, vector

from realvlg_ros.errors import GripperError, MessageError, MissingDependencyError
from realvlg_ros.moveit.grasps import moveit_grasps
from realvlg_ros.moveit.link_poses import goal_set, pregrasp_set
from realvlg_ros.ros.conversions.pose import pose_from_msg
from realvlg_ros.transforms import from_quaternion

# The TCP is at (0.4, 0.1, 0.03) m with its z axis down. Per link: how much higher it is, m, and
# the x and y of its quaternion (z and w are 0) as it is and with the fingers exchanged. The link's
# x axis is turned by 0, 45 or 90 degrees against the TCP's: half of that is in the quaternion.
C, S = np.cos(np.pi / 8), np.sin(np.pi / 8)
H = np.sqrt(0.5)
LINKS = [
    ('franka_hand', 'panda_hand', 0.1034, (1, 0), (0, 1)),
    ('franka_hand', 'panda_link8', 0.1034, (C, -S), (S, C)),
    ('robotiq_2f85', 'robotiq_85_base_link', 0.1626, (H, -H), (H, H)),
]


def same_rotation(quaternion, x, y):
    q = (quaternion.x, quaternion.y, quaternion.z, quaternion.w)
    return abs(np.dot(q, (x, y, 0.0, 0.0))) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(('gripper', 'link', 'height', 'turn', 'other'), LINKS)
def test_the_pose_is_that_of_the_parent_link_in_both_turns(gripper, link, height, turn, other):
    hand = profile(gripper)
    message = target(hand, link, count=2)
    grasps = moveit_grasps(message, hand)
    assert [grasp.id for grasp in grasps] == [
        'object_7_grasp_0', 'object_7_grasp_0_flipped',
        'object_7_grasp_1', 'object_7_grasp_1_flipped',
    ]  # fmt: skip
    assert [grasp.grasp_quality for grasp in grasps] == [0.75, 0.75, 0.5, 0.5]
    for index, grasp in enumerate(grasps):
        pose = grasp.grasp_pose.pose
        assert grasp.grasp_pose.header == message.header
        assert position(pose) == pytest.approx([0.4, 0.1, 0.03 + height + 0.01 * (index // 2)])
        assert same_rotation(pose.orientation, *(turn, other)[index % 2])
    poses = goal_set(message)
    assert poses.header == message.header
    assert list(poses.poses) == [grasp.grasp_pose.pose for grasp in grasps]
    # The standoff is 0.1 m, upward.
    for front, goal in zip(pregrasp_set(message).poses, poses.poses, strict=True):
        assert position(front) - position(goal) == pytest.approx([0.0, 0.0, 0.1])
        assert front.orientation == goal.orientation


def test_directions_are_in_the_frames_that_they_name():
    # A link whose y axis points against the approach: the TCP in it is turned by 90 degrees
    # about x.
    tilted = from_quaternion([0.0, -0.2, 0.0], [H, 0.0, 0.0, H])
    hand = replace(profile('franka_hand'), tcp2parent_link=tilted)
    message = target(hand)
    assert len(moveit_grasps(message, hand)) == 2
    for grasp in moveit_grasps(message, hand):
        link2frame = pose_from_msg(grasp.grasp_pose.pose)
        approach, retreat = grasp.pre_grasp_approach, grasp.post_grasp_retreat
        assert approach.direction.header.frame_id == 'panda_hand'
        assert vector(approach.direction.vector) == pytest.approx([0.0, -1.0, 0.0])
        along = link2frame[:3, :3] @ vector(approach.direction.vector)
        assert along == pytest.approx([0.0, 0.0, -1.0])
        assert approach.desired_distance == pytest.approx(0.1)
        assert approach.min_distance == pytest.approx(0.05)
        assert retreat.direction.header.frame_id == 'base_link'
        assert vector(retreat.direction.vector) == pytest.approx([0.0, 0.0, 1.0])
        assert retreat.desired_distance == pytest.approx(0.15)
        assert retreat.min_distance == pytest.approx(0.075)
        back = grasp.post_place_retreat
        assert back.direction.header.frame_id == 'panda_hand'
        assert vector(back.direction.vector) == pytest.approx([0.0, 1.0, 0.0])
        # The TCP is where it was: 0.2 m along the approach from the link.
        assert link2frame[:3, 3] + 0.2 * along == pytest.approx([0.4, 0.1, 0.03])
        assert grasp.allowed_touch_objects == ['object_7']


# Open 50 mm, closed 36 mm: the object's 40 mm less 4 mm. Each finger of Franka's hand and of the
# WSG moves half of it. Of Robotiq's table: 0.4 - 0.1 * 5.1 / 10.8 and 0.5 - 0.1 * 2.2 / 11.1; a
# joint that turns has no effort, and the time is 14 mm at 50 mm/s.
POSTURES = [
    ('franka_hand', [0.025, 0.025], [0.018, 0.018], [35.0, 35.0]),
    ('wsg_50', [-0.025, 0.025], [-0.018, 0.018], [20.0, 20.0]),
    ('robotiq_2f85', [0.352778], [0.480180], []),
]


@pytest.mark.parametrize(('gripper', 'opened', 'closed', 'effort'), POSTURES)
def test_postures_are_those_of_the_joints(gripper, opened, closed, effort):
    hand = profile(gripper)
    for grasp in moveit_grasps(target(hand), hand):
        before, after = grasp.pre_grasp_posture, grasp.grasp_posture
        assert before.joint_names == after.joint_names == list(hand.actuation.joints)
        assert before.points[0].positions == pytest.approx(opened, abs=1e-6)
        assert after.points[0].positions == pytest.approx(closed, abs=1e-6)
        assert list(before.points[0].effort) == []
        assert list(after.points[0].effort) == effort
        assert after.points[0].time_from_start.nanosec == 280_000_000
        assert grasp.max_contact_force == hand.actuation.closing_force


def test_thin_things_close_the_gripper():
    hand = profile('franka_hand')
    message = target(hand)
    message.grasps[0].object_width = 0.002
    (grasp, _) = moveit_grasps(message, hand)
    assert list(grasp.grasp_posture.points[0].positions) == [0.0, 0.0]


FRANKA = profile('franka_hand')
REFUSED = [
    (target(FRANKA), profile('wsg_50'), GripperError, "planned for the gripper 'franka_hand'"),
    (target(FRANKA), replace(FRANKA, actuation=None), GripperError, 'has no key actuation'),
    (target(FRANKA, track_id=0), FRANKA, MessageError, 'without a track'),
]


@pytest.mark.parametrize(('message', 'hand', 'error', 'words'), REFUSED)
def test_what_is_not_known_is_refused(message, hand, error, words):
    with pytest.raises(error, match=words):
        moveit_grasps(message, hand)


def test_a_target_without_grasps_has_none():
    assert moveit_grasps(target(FRANKA, count=0), FRANKA) == []


def test_without_moveit_msgs_the_goal_set_is_left(monkeypatch):
    monkeypatch.setitem(sys.modules, 'moveit_msgs', None)
    assert len(goal_set(target(FRANKA)).poses) == 2
    with pytest.raises(MissingDependencyError, match='for MoveIt are off'):
        moveit_grasps(target(FRANKA), FRANKA)
