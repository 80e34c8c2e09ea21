"""The robot on physics, commanded as the executor commands one, without ROS."""

import numpy as np
import pytest

from realvlg_ros.errors import PickError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.moveit.mock.robot import Place
from realvlg_ros.moveit.mock.simulated_robot import SimulatedRobot
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.simulation.physics.workplace import Workplace
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.world import Table
from realvlg_ros.transforms import invert, make_transform

HAND = Gripper.from_yaml(gripper_file('franka_hand'))
LOW, HIGH, BACK = 0.02, 0.12, 0.1
SIZE = {'size_x': 0.03, 'size_y': 0.03, 'size_z': 0.04}


@pytest.fixture
def attempts():
    return []


@pytest.fixture
def robot(attempts):
    block = Solid.of(SimObject.from_shape('box', (190, 30, 34), name='block', dimensions=SIZE))
    place = Workplace([block], Table(), HAND, on_attempt=attempts.append)
    return SimulatedRobot(['world'], [-1, -1, 0, 1, 1, 1], HAND, place)


def link(z, x=0.0):
    """The pose of the hand's link whose TCP points down at a height."""
    return make_transform(np.diag([1.0, -1.0, -1.0]), (x, 0.0, z)) @ invert(HAND.tcp2parent_link)


def to_grasp(robot, x=0.0):
    robot.command_gripper(0.06)
    robot.begin_move()
    robot.arrive(Place.PRE_GRASP, link(LOW + BACK, x))
    robot.arrive(robot.begin_straight(), link(LOW, x))


def test_the_gripper_stops_at_the_object_and_lifts_it(robot, attempts):
    to_grasp(robot)
    assert robot.place is Place.GRASP
    robot.command_gripper(0.0)
    assert robot.holds
    assert robot.opening == pytest.approx(SIZE['size_y'], abs=0.002)
    leads = robot.begin_straight()
    robot.arrive(leads, link(HIGH))
    assert leads is Place.LIFTED
    (attempt,) = attempts
    assert attempt.result.lifted == ('block',)
    assert attempt.tcp2world[:3, 3] == pytest.approx([0.0, 0.0, LOW])
    assert (attempt.standoff, attempt.opening) == pytest.approx((BACK, 0.06))


def test_a_gripper_that_opens_again_goes_back_and_tries_once_more(robot, attempts):
    to_grasp(robot, x=0.06)
    robot.command_gripper(0.0)
    assert robot.opening < 0.001
    robot.command_gripper(0.06)
    assert not robot.holds
    leads = robot.begin_straight()
    robot.arrive(leads, link(LOW + BACK, 0.06))
    assert leads is Place.PRE_GRASP
    to_grasp(robot)
    robot.command_gripper(0.0)
    assert robot.opening == pytest.approx(SIZE['size_y'], abs=0.002)
    assert [a.lifted for a in attempts] == [False]


def test_it_refuses_what_the_mock_refuses(robot):
    robot.begin_move()
    robot.arrive(Place.PRE_GRASP, link(LOW + BACK))
    with pytest.raises(PickError, match='open it before'):
        robot.begin_straight()
