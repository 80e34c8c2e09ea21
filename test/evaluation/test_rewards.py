import math

import pytest

from realvlg_ros.errors import EvaluationError
from realvlg_ros.evaluation.rewards import (
    code_box_reward,
    code_contact_reward,
    code_grasp_reward,
    code_mask_reward,
    grasp_loss,
    paper_box_reward,
    paper_contact_reward,
    paper_grasp_reward,
    paper_mask_reward,
)
from realvlg_ros.image_region import Box
from realvlg_ros.rectangle import ContactPair, GraspRectangle

SQUARE, HALF = Box(0, 0, 10, 10), Box(5, 0, 15, 10)
TRUTH = GraspRectangle(100, 100, 0.0, 40, 20)


def test_box_rewards():
    assert code_box_reward(HALF, SQUARE, valid=True) == pytest.approx(0.9 / 3 + 0.1)
    assert code_box_reward(None, SQUARE, valid=False) == 0
    assert code_box_reward(None, SQUARE, valid=True) == pytest.approx(0.1)
    assert paper_box_reward(SQUARE, SQUARE) == 1
    assert paper_box_reward(HALF, SQUARE) == 0
    assert paper_box_reward(None, SQUARE) == 0


def test_mask_rewards():
    assert code_mask_reward(0.8, 0.6, valid=True) == pytest.approx(0.9 * (0.56 + 0.18) + 0.1)
    assert paper_mask_reward(0.8, 0.6) == pytest.approx(1.6)
    assert paper_mask_reward(0.4, 0.6) == pytest.approx(0.6)


def test_grasp_loss_is_huber_of_five_numbers():
    # x off by 3: 2.5; width off by 0.5: 0.125; a right angle: cos and sin off by 1: 0.5 each.
    other = GraspRectangle(103, 100, math.pi / 2, 40.5, 35)
    assert grasp_loss(other, TRUTH) == pytest.approx(2.5 + 0.125 + 1.0)


def test_grasp_rewards_take_the_nearest_truth():
    far = GraspRectangle(300, 300, 0.0, 40, 20)
    near = GraspRectangle(101, 100, 0.0, 40, 20)
    assert code_grasp_reward(near, [far, TRUTH], valid=True) == pytest.approx(0.9 / 1.5 + 0.1)
    assert paper_grasp_reward(near, [far, TRUTH]) == pytest.approx(-0.5)
    assert code_grasp_reward(None, [TRUTH], valid=False) == 0


def test_contact_rewards():
    truth = ContactPair(80, 100, 120, 100)
    moved = ContactPair(100, 100, 140, 100)
    assert code_contact_reward(moved, [truth], valid=True) == pytest.approx(0.9 / 3 + 0.1)
    assert code_contact_reward(None, [truth], valid=True) == pytest.approx(0.1)
    assert paper_contact_reward(truth, [truth]) == 1
    assert paper_contact_reward(moved, [truth]) == pytest.approx(1 - 40)


def test_rewards_need_a_ground_truth():
    with pytest.raises(EvaluationError, match='ground truth'):
        code_grasp_reward(TRUTH, [], valid=True)
