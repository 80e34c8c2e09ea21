import numpy as np
import pytest
from contexts import block_up_to, context_around

from realvlg_ros.grasping.search.antipodal import Pairs
from realvlg_ros.grasping.search.approach import approach_candidates, frames_about

PAIRS = Pairs(np.array([[0, 0, 0.05]]), np.array([[0, 1.0, 0]]), np.array([0.04]))


def test_frames_open_along_the_axis_and_lean_by_the_angle():
    axes = np.random.default_rng(0).normal(size=(20, 3)) * (1, 1, 0.3)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    leans = np.radians([0, 25, -60])
    turns = frames_about(axes, leans)
    assert turns @ np.swapaxes(turns, 2, 3) == pytest.approx(np.tile(np.eye(3), (3, 20, 1, 1)))
    assert np.linalg.det(turns) == pytest.approx(np.ones((3, 20)))
    assert turns[..., 1] == pytest.approx(np.tile(axes, (3, 1, 1)))
    cosines = (turns[..., 2] * turns[0, :, :, 2]).sum(axis=-1)
    assert cosines == pytest.approx(np.tile(np.cos(leans)[:, None], (1, 20)))


def test_approaches_lean_to_the_camera_whichever_way_the_axis_points():
    axes = np.array([[0, 1.0, 0], [0, -1.0, 0]])
    approach = frames_about(axes, np.radians([30.0]))[0, :, :, 2]
    # x is toward the camera: the gripper stands away from it, or leans to it, for both.
    assert approach[0] == pytest.approx(approach[1])


def test_low_things_are_not_grasped_from_the_side():
    low = approach_candidates(context_around(block_up_to(0.055)), PAIRS)
    tall = approach_candidates(context_around(block_up_to(0.1)), PAIRS)
    assert -low.rotations[:, 2, 2].max() > np.cos(0.7)
    assert -tall.rotations[:, 2, 2].max() == pytest.approx(np.cos(np.radians(78)))
    assert low.rotations[0, :, 2] == pytest.approx((0, 0, -1))
