"""What a frame says of grasps that were planned before it."""

from dataclasses import replace

import numpy as np
import pytest
from planned_solids import FRANKA_HAND, ground
from solids import Box, look

from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.transforms import make_transform

TARGET = Box((0.04, 0.04, 0.06), (0, 0, 0.03))
PLANNER = GraspPlanner(FRANKA_HAND, PlannerSettings())


@pytest.fixture(scope='module')
def held():
    """The best grasp of the target, and how it was seen."""
    view = look([TARGET], noise=0.002)
    return PLANNER.plan(view.frame, ground(view), plane=view.plane).grasps[0], view


def check(view, grasp, planner=PLANNER):
    (found,) = planner.recheck(view.frame, ground(view).mask, [grasp], view.plane)
    return found


def moved(grasp, along_opening=0.0, up=0.0):
    """The grasp elsewhere: along its opening and against its approach, m."""
    shift = make_transform(np.eye(3), (0.0, along_opening, -up))
    return replace(grasp, tcp2frame=grasp.tcp2frame @ shift)


def test_a_grasp_that_is_held_is_free(held):
    grasp, view = held
    assert check(view, grasp).blocked == ''


@pytest.mark.parametrize(
    'place, words',
    [
        ({'along_opening': 0.12}, 'nothing of the object is between the fingers'),
        ({'up': 0.08}, 'nothing of the object is between the fingers'),
        ({'along_opening': 0.015}, 'fingers meet the object'),
        ({'along_opening': -0.015}, 'fingers meet the object'),
    ],
)
def test_a_grasp_that_is_not_on_the_object_any_more_is_blocked(held, place, words):
    grasp, view = held
    assert check(view, moved(grasp, **place)).blocked == words


def test_what_stands_in_the_first_part_of_the_way_blocks():
    # A top-down grasp, whose palm comes down under a beam 20 cm above the table.
    view = look([TARGET], eye=(-0.5, 0.0, 0.2), noise=0.001)
    grasps = PLANNER.plan(view.frame, ground(view), plane=view.plane).grasps
    up = view.camera2world[2, :3]
    grasp = max(grasps, key=lambda g: -g.approach @ up)
    assert -grasp.approach @ up > 0.8
    beam = Box((0.04, 0.3, 0.03), (0, 0, 0.21))
    under = look([TARGET, beam], eye=(-0.5, 0.0, 0.2), noise=0.001)
    assert check(under, grasp).blocked == 'gripper meets other things'
    # Its own way counts, whatever the planner is set to meanwhile.
    short = GraspPlanner(FRANKA_HAND, PlannerSettings(standoff=0.05))
    assert check(under, grasp, short).blocked == 'gripper meets other things'
    assert check(under, replace(grasp, standoff=0.05)).blocked == ''
