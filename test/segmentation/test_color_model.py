import numpy as np
import pytest

from realvlg_ros.segmentation.color_model import ColorModel, lab_image

IMAGE = np.zeros((20, 40, 3), np.uint8)
IMAGE[:, :20] = (200, 30, 30)
IMAGE[:, 20:] = (30, 30, 200)
LEFT = np.arange(40) < 20


def test_share_tells_how_often_a_colour_occurs():
    lab = lab_image(IMAGE)
    red = ColorModel.of(lab, np.broadcast_to(LEFT, (20, 40)))
    assert red.shares.sum() == pytest.approx(1)
    assert red.share(lab)[0, 5] > 0.1 and red.share(lab)[0, 35] < 1e-6


def test_overlap_is_one_for_equal_colours_and_zero_without_a_common_one():
    lab = lab_image(IMAGE)
    red, blue, both = (
        ColorModel.of(lab, np.broadcast_to(part, (20, 40))) for part in (LEFT, ~LEFT, LEFT | ~LEFT)
    )
    assert red.overlap(red) == pytest.approx(1)
    assert red.overlap(blue) == pytest.approx(0, abs=1e-6)
    assert 0.5 < red.overlap(both) < 0.9


def test_model_of_nothing_has_no_colour():
    nothing = ColorModel.of(lab_image(IMAGE), np.zeros((20, 40), bool))
    assert nothing.shares.sum() == 0
    assert nothing.overlap(nothing) == 1
