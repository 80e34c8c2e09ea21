import numpy as np

from realvlg_ros.segmentation.guided_filter import guided_filter

HALVES = np.zeros((40, 60, 3), np.uint8)
HALVES[:, 30:] = (200, 120, 40)


def test_noise_is_smoothed_and_an_edge_of_the_guide_is_kept():
    rng = np.random.default_rng(0)
    truth = np.where(np.arange(60) < 30, -1.0, 1.0)
    values = (truth + rng.normal(0, 0.5, (40, 60))).astype(np.float32)
    found = guided_filter(values, HALVES, 3)
    assert np.abs(found - truth).std() < 0.12
    assert (np.sign(found) == truth).all()


def test_an_edge_that_the_guide_does_not_have_is_blurred():
    values = np.where(np.arange(60) < 15, -1.0, 1.0) * np.ones((40, 1))
    found = guided_filter(values.astype(np.float32), HALVES, 3)
    assert np.abs(found[:, 13:17]).max() < 0.7
