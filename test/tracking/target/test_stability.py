import numpy as np
import pytest
from slab_scene import FRAME_NS, at

from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.stability import StabilityGauge, position_std, rotation_std

SETTINGS = TrackerSettings(stable_position_mm=2.0, stable_rotation_deg=2.0, stable_for=0.3)
CALM = np.diag([0.001**2] * 3 + [np.radians(1) ** 2] * 3)


def test_worst_directions_count():
    covariance = np.diag([1.0, 4, 9, 16, 25, 36]) * 1e-6
    assert position_std(covariance) == pytest.approx(0.003)
    assert rotation_std(covariance) == pytest.approx(0.006)


def test_stable_once_the_bounds_have_held_for_the_window():
    gauge = StabilityGauge(SETTINGS)
    seen = []
    for index in range(12):
        gauge.add(index * FRAME_NS, at(0, 0, 0.6), CALM)
        seen.append(gauge.stable)
    # 0.3 s are 9.0 frames of 33.3 ms.
    assert seen.index(True) in (9, 10) and seen[-1]


@pytest.mark.parametrize(
    ('pose', 'covariance'),
    [
        (at(0, 0, 0.6), CALM * 16),
        (at(0, 0, 0.6), np.diag([0.001**2] * 3 + [np.radians(5) ** 2] * 3)),
        (at(0.01, 0, 0.6), CALM),
        (at(0, 0, 0.6, yaw=10), CALM),
    ],
)
def test_spread_or_movement_ends_it(pose, covariance):
    gauge = StabilityGauge(SETTINGS)
    for index in range(15):
        gauge.add(index * FRAME_NS, at(0, 0, 0.6), CALM)
    assert gauge.stable
    gauge.add(15 * FRAME_NS, pose, covariance)
    assert not gauge.stable
    gauge.reset()
    assert not gauge.stable
