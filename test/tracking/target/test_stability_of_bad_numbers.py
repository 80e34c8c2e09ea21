"""A covariance that is none, and a pose that is none, are never stable."""

import math

import numpy as np
import pytest

from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.stability import StabilityGauge, position_std, rotation_std

GOOD = np.eye(6) * 1e-8
POSE = np.eye(4)


def changed(index, value):
    covariance = GOOD.copy()
    covariance[index] = covariance[index[::-1]] = value
    return covariance


BAD = {
    'negative position': changed((0, 0), -1e-8),
    'negative rotation': changed((5, 5), -1e-8),
    'nan position': changed((1, 1), math.nan),
    'nan rotation': changed((4, 4), math.nan),
    'nan between': changed((0, 1), math.nan),
    'infinite': changed((3, 3), math.inf),
    'correlated beyond one': changed((0, 1), 1e-6),
    'all negative': -GOOD,
    'all nan': GOOD * math.nan,
}


def after(covariance, pose=POSE):
    gauge = StabilityGauge(TrackerSettings(stable_for=0.1))
    for index in range(10):
        gauge.add(index * 33_000_000, pose, covariance)
    return gauge.stable


def test_a_good_one_is_stable():
    assert after(GOOD)
    assert position_std(GOOD) == pytest.approx(1e-4) == rotation_std(GOOD)


@pytest.mark.parametrize('case', BAD)
def test_a_covariance_that_is_none_is_not_stable(case):
    assert not after(BAD[case])
    assert max(position_std(BAD[case]), rotation_std(BAD[case])) == math.inf


@pytest.mark.parametrize('value', [math.nan, math.inf])
def test_a_pose_that_is_none_is_not_stable(value):
    pose = POSE.copy()
    pose[0, 3] = value
    assert not after(GOOD, pose)
