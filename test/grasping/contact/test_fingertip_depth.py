from dataclasses import replace

import numpy as np
import pytest
from contexts import block_up_to, context_around
from grippers import GRIPPER

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.fingertip_depth import deepened, raised_above_support

DOWN = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])


def straight_down(height):
    """One candidate with its fingertips at a height, m."""
    return Candidates(
        DOWN[None], np.array([[0, 0, height]]), np.array([0.04]), np.array([0.056]),
        np.array([False]),
    )  # fmt: skip


@pytest.mark.parametrize('table', [True, False])
@pytest.mark.parametrize('height', [0.002, 0.008, 0.05])
def test_fingertips_go_as_deep_as_palm_and_support_allow(table, height):
    context = context_around(block_up_to(0.055))
    if not table:
        context = replace(context, scene=replace(context.scene, plane=None))
    deep = deepened(context, straight_down(height))
    palm = GRIPPER.finger_length - (0.055 - height) - 0.004
    reach = min(0.6 * GRIPPER.fingertip_depth, palm)
    if table:
        reach = min(reach, height - context.settings.table_clearance)
    if reach < context.settings.min_overlap:
        assert len(deep) == 0
    else:
        assert deep.tips[0] == pytest.approx((0, 0, height - reach), abs=1e-6)


@pytest.mark.parametrize(('height', 'raised'), [(0.001, 0.002), (0.01, 0.01)])
def test_fingertips_are_drawn_back_from_the_support_only(height, raised):
    context = context_around(block_up_to(0.055))
    assert raised_above_support(context, straight_down(height)).tips[0, 2] == pytest.approx(raised)
    free = replace(context, scene=replace(context.scene, plane=None))
    assert raised_above_support(free, straight_down(height)).tips[0, 2] == height
