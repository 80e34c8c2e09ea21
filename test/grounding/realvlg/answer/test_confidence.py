import math

import numpy as np
import pytest

from realvlg_ros.grounding.realvlg.answer.confidence import ConfidenceMeter
from realvlg_ros.grounding.realvlg.answer.grammar import Branch, Choice

TENS = Choice(0, (Branch(1, 10, 19), Branch(2, 20, 29)))
ONES = Choice(0, (Branch(3, 14, 14), Branch(4, 15, 15)))


def test_spread_is_the_deviation_over_what_else_it_could_be():
    meter = ConfidenceMeter(4)
    meter.add(TENS, np.array([0.75, 0.25]), 0)
    meter.add(ONES, np.array([0.5, 0.5]), 1)
    # 10 px away with a quarter, then 1 px away with a half.
    assert meter.result().spread == pytest.approx((math.sqrt(0.25 * 100 + 0.5), 0, 0, 0))
    assert meter.result().log_probability == pytest.approx(math.log(0.75 * 0.5))


def test_a_doubt_about_the_last_pixel_costs_little():
    coarse, fine = ConfidenceMeter(4), ConfidenceMeter(4)
    coarse.add(TENS, np.array([0.5, 0.5]), 0)
    coarse.add(ONES, np.array([1.0, 0.0]), 0)
    fine.add(TENS, np.array([1.0, 0.0]), 0)
    fine.add(ONES, np.array([0.5, 0.5]), 0)
    # Weights are the ranges decided: 19 and 1 of 19.
    assert coarse.result().score == pytest.approx(0.5 ** (1 / (1 + 1 / 19)))
    assert fine.result().score == pytest.approx(0.5 ** ((1 / 19) / (1 + 1 / 19)))


def test_a_wholly_forced_answer_is_certain():
    result = ConfidenceMeter(4).result()
    assert (result.score, result.log_probability) == (1.0, 0.0)
