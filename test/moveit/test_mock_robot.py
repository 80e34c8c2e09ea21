"""What the mock robot takes and what it refuses."""

import numpy as np
import pytest

from realvlg_ros.errors import PickError
from realvlg_ros.moveit.mock.robot import MockRobot, Place

UNIT = np.array([0.0, 0.0, 0.0, 1.0])


@pytest.fixture
def robot():
    robot = MockRobot(['base'], [-1, -1, 0, 1, 1, 1], 0.08, 0.045)
    robot.add('mug')
    return robot


@pytest.mark.parametrize(
    ('frame', 'position', 'quaternion', 'words'),
    [
        ('base', [0.5, 0.0, 0.5], UNIT, ''),
        ('tool', [0.5, 0.0, 0.5], UNIT, "the frame 'tool' is not known"),
        ('base', [0.5, 0.0, 0.5], 2 * UNIT, 'length 2.000'),
        ('base', [0.5, 0.0, 0.5], np.nan * UNIT, 'length nan'),
        ('base', [0.5, 0.0, -0.1], UNIT, 'outside of the workspace'),
        ('base', [np.nan, 0.0, 0.5], UNIT, 'outside of the workspace'),
    ],
)
def test_poses(robot, frame, position, quaternion, words):
    if not words:
        return robot.check_pose(frame, np.array(position), quaternion)
    with pytest.raises(PickError, match=words):
        robot.check_pose(frame, np.array(position), quaternion)
    return None


def step(robot, name):
    """One call of a pick."""
    if name == 'move':
        robot.begin_move()
        robot.arrive(Place.PRE_GRASP, np.eye(4))
    elif name == 'straight':
        robot.arrive(robot.begin_straight(), np.eye(4))
    elif name == 'allow':
        robot.touchable = {frozenset(('mug', 'finger'))}
    else:
        {
            'open': lambda: robot.command_gripper(0.065),
            'close': lambda: robot.command_gripper(0.0),
            'attach': lambda: robot.attach('mug'),
            'detach': lambda: robot.detach('mug'),
        }[name]()


@pytest.mark.parametrize(
    ('steps', 'words'),
    [
        ('open move allow straight close attach straight', ''),
        ('open move allow straight close open straight', ''),
        ('open move allow straight close attach straight move', ''),
        ('open straight', 'first to a pre-grasp pose'),
        ('move allow straight', 'open it before'),
        ('open move straight', 'while nothing may touch'),
        ('open move allow straight straight', 'before the gripper was closed'),
        ('open move allow straight close straight', 'before the object was attached'),
        ('open move allow attach', 'before the gripper was closed at a grasp'),
        ('open move allow straight close move', 'first straight away from it'),
        ('detach', 'is not attached'),
    ],
)
def test_orders(robot, steps, words):
    *first, last = steps.split()
    for name in first:
        step(robot, name)
    if not words:
        return step(robot, last)
    with pytest.raises(PickError, match=words):
        step(robot, last)
    assert len(robot.refused) == 1
    return None


def test_the_object_stops_the_gripper_at_a_grasp_only(robot):
    step(robot, 'close')
    assert (robot.opening, robot.holds) == (0.0, False)
    for name in ('open', 'move', 'allow', 'straight', 'close'):
        step(robot, name)
    assert (robot.opening, robot.holds) == (0.045, True)
