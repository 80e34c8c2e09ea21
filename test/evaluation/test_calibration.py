import math

import numpy as np
import pytest

from realvlg_ros.evaluation.calibration import calibration_error, reliability


def test_calibration_error_is_the_mean_gap_of_what_is_stated_and_what_comes_true():
    stated = np.repeat([0.6, 0.97, 1.0], 100)
    true = np.concatenate([np.arange(100) < 50, np.ones(200, bool)])
    low, high = reliability(stated, true)
    assert (low.low, low.high, low.share, low.count) == (0.5, 0.7, 0.5, 100)
    assert (high.mean, high.hits, high.count) == (pytest.approx(0.985), 200, 200)
    assert calibration_error([low, high]) == pytest.approx(0.1 / 3 + 0.015 * 2 / 3)


def test_without_a_case_there_is_no_error():
    assert math.isnan(calibration_error(reliability(np.zeros(0), np.zeros(0, bool))))
