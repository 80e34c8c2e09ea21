import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.jitter_score import distance_to_truth
from realvlg_ros.transforms import make_transform


def along_an_edge(offset, count=21):
    """Grasps each 4 mm of an edge along x, moved off it."""
    return np.array([make_transform(np.eye(3), [0.004 * k, *offset]) for k in range(count)])


def test_places_between_true_grasps_are_true():
    truth = along_an_edge((0.0, 0.0))
    between = make_transform(np.eye(3), [0.0217, 0.0, 0.0])
    assert distance_to_truth(between, truth) == pytest.approx((0.0, 0.0), abs=1e-5)


def test_errors_across_and_of_the_angle_are_told():
    truth = along_an_edge((0.0, 0.0))
    turn = Rotation.from_rotvec([0.0, 0.0, 0.03]).as_matrix()
    beside = make_transform(turn, [0.0217, 0.0013, -0.0008])
    distance, angle = distance_to_truth(beside, truth)
    assert distance == pytest.approx(np.hypot(0.0013, 0.0008), rel=0.02)
    assert angle == pytest.approx(0.03, rel=0.02)


def test_beyond_the_end_of_an_edge_is_an_error():
    truth = along_an_edge((0.0, 0.0))
    distance, _ = distance_to_truth(make_transform(np.eye(3), [0.090, 0.0, 0.0]), truth)
    assert distance == pytest.approx(0.010, rel=0.02)


def test_different_grasps_are_not_mixed():
    other = np.array([make_transform(np.eye(3), [0.0, 0.03, 0.0])])
    truth = np.concatenate([along_an_edge((0.0, 0.0), 1), other])
    middle = make_transform(np.eye(3), [0.0, 0.008, 0.0])
    assert distance_to_truth(middle, truth)[0] == pytest.approx(0.008, rel=0.02)
