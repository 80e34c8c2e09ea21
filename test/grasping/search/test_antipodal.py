"""Opposite places on a tall box of which two sides and the top are seen."""

import numpy as np
import pytest
from solids import Ball, Box, look

from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.grasping.completion.symmetry import complete
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.search.antipodal import propose_pairs

NOISE = DepthNoise(0.0003, 0.0003)
HEIGHT, LIMIT, THICKNESS = 0.2, 20, 0.025


@pytest.fixture(scope='module')
def cloud():
    scene = look([Box((0.05, 0.06, HEIGHT), (0, 0, HEIGHT / 2))]).scene()
    return complete(TargetCloud.from_scene(scene, NOISE), scene, NOISE).cloud


@pytest.mark.parametrize('reach', [0.03, 0.05])
def test_pairs_that_are_reached_from_above_follow_those_in_the_middle(cloud, reach):
    pairs = propose_pairs(cloud, 0.4, 0.074, LIMIT, reach)
    heights = pairs.centers[:, 2]
    assert np.median(heights[:LIMIT]) == pytest.approx(HEIGHT / 2, abs=0.02)
    assert len(heights) == LIMIT + LIMIT // 2
    assert heights[LIMIT:].min() > HEIGHT - reach - 0.002


def test_the_pairs_in_the_middle_come_first_whatever_the_reach(cloud):
    middle = propose_pairs(cloud, 0.4, 0.074, LIMIT, 0.0)
    more = propose_pairs(cloud, 0.4, 0.074, LIMIT, 0.05)
    np.testing.assert_array_equal(more.centers[:LIMIT], middle.centers[:LIMIT])


def test_no_finger_is_asked_to_go_under_the_object():
    scene = look([Ball(0.03, (0, 0, 0.03))]).scene()
    ball = complete(TargetCloud.from_scene(scene, NOISE), scene, NOISE).cloud
    anywhere = propose_pairs(ball, 0.4, 0.074, 10 * LIMIT, 0.05)
    assert _lowest(anywhere).min() < -0.003
    above = propose_pairs(ball, 0.4, 0.074, 10 * LIMIT, 0.05, thickness=THICKNESS)
    assert len(above.widths) > 20
    assert _lowest(above).min() > 0


def _lowest(pairs):
    """Height of the lower finger's outer face, m."""
    return pairs.centers[:, 2] - (pairs.widths / 2 + THICKNESS) * np.abs(pairs.axes[:, 2])
