from dataclasses import replace

import numpy as np
import pytest
from contexts import context_of
from grippers import GRIPPER
from solids import Ball, Box, look

from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.grasping.search.antipodal import propose_pairs
from realvlg_ros.grasping.settings import PlannerSettings

HEIGHT, LIMIT = 0.2, 20
CLEAN = DepthNoise(0.0003, 0.0003)
FEW = PlannerSettings(max_candidates=LIMIT)
MANY = replace(FEW, max_candidates=10 * LIMIT)


@pytest.fixture(scope='module')
def tall():
    """A tall box of which two sides and the top are seen."""
    return context_of(
        look([Box((0.05, 0.06, HEIGHT), (0, 0, HEIGHT / 2))], assumed=CLEAN).scene(), FEW
    )


def reaching(context, length):
    """The context of a gripper with fingers of a length, m."""
    return replace(context, gripper=replace(GRIPPER, finger_length=length))


@pytest.mark.parametrize('reach', [0.03, 0.05])
def test_pairs_that_are_reached_from_above_follow_those_in_the_middle(tall, reach):
    heights = propose_pairs(reaching(tall, reach)).centers[:, 2]
    assert np.median(heights[:LIMIT]) == pytest.approx(HEIGHT / 2, abs=0.02)
    assert len(heights) == LIMIT + LIMIT // 2
    assert heights[LIMIT:].min() > HEIGHT - reach - 0.002


def test_the_pairs_in_the_middle_come_first_whatever_the_reach(tall):
    middle, more = (propose_pairs(reaching(tall, reach)) for reach in (1e-9, 0.05))
    np.testing.assert_array_equal(more.centers[:LIMIT], middle.centers[:LIMIT])


def test_no_finger_is_asked_to_go_under_the_object():
    thick = replace(GRIPPER, finger_thickness=0.021)
    ball = context_of(look([Ball(0.03, (0, 0, 0.03))], assumed=CLEAN).scene(), MANY, thick)
    free = replace(ball, scene=replace(ball.scene, plane=None))
    assert _lowest(free, propose_pairs(free)).min() < -0.001
    above = propose_pairs(ball)
    assert len(above.widths) > 20
    assert _lowest(ball, above).min() > 0


def _lowest(context, pairs):
    """Height of the lower finger's outer face, less what is kept from the support, m."""
    thickness = context.gripper.finger_thickness + context.settings.table_clearance
    return pairs.centers[:, 2] - (pairs.widths / 2 + thickness) * np.abs(pairs.axes[:, 2])


def test_pairs_of_a_box_open_across_its_faces():
    view = look([Box((0.05, 0.09, 0.12), (0, 0, 0.06))])
    context = context_of(view.scene(), MANY)
    pairs = propose_pairs(context)
    assert len(pairs.centers) > 5
    rotation = view.camera2world[:3, :3] @ context.scene.support2camera[:3, :3]
    axes = pairs.axes @ rotation.T
    assert np.median(np.abs(axes[:, 0])) > 0.98
    assert np.median(pairs.widths) == pytest.approx(0.05, abs=0.004)


def test_nothing_opposite_within_the_opening_gives_no_pair():
    context = context_of(look([Box((0.12, 0.14, 0.12), (0, 0, 0.06))]).scene(), MANY)
    assert len(propose_pairs(context).centers) == 0
