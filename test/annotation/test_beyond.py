"""What goes on beyond a mask is told by depth or by colour; a plain object is not doubted."""

import numpy as np
import pytest

from realvlg_ros.annotation.stages.beyond import goes_on
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame

CAMERA = Camera(640, 480, 600, 600, 319.5, 239.5)
BLOCK = slice(200, 280), slice(280, 360)


def table(rise_m=0.05, shaft=False, longer=False):
    """A red block on a brown table that is seen from above, and its mask."""
    rng = np.random.default_rng(0)
    color = np.full((480, 640, 3), (150, 110, 80), np.uint8)
    depth = 0.7 + rng.normal(0, 0.0005, (480, 640))
    mask = np.zeros((480, 640), bool)
    mask[BLOCK] = True
    seen = mask.copy()
    if longer:
        seen[200:280, 360:400] = True
    color[seen] = (180, 30, 30)
    depth[seen] -= rise_m
    if shaft:
        color[236:244, 360:420] = (120, 120, 130)
    color = np.clip(color + rng.integers(-6, 7, color.shape), 0, 255).astype(np.uint8)
    return RgbdFrame.from_arrays(color, depth.astype(np.float32), CAMERA), mask


def test_a_plain_object_does_not_go_on():
    frame, mask = table()
    assert goes_on(frame, mask) == (pytest.approx(0, abs=0.01), pytest.approx(0, abs=0.002))


def test_a_part_that_was_cut_off_has_the_depth_of_the_object():
    by_depth, _ = goes_on(*table(longer=True))
    assert by_depth > 0.15


def test_a_thin_shaft_has_another_colour_than_the_support():
    by_depth, by_color = goes_on(*table(shaft=True))
    assert by_depth < 0.02 and 0.012 < by_color < 0.05
    # Where another object was seen, its colour is its own.
    frame, mask = table(shaft=True)
    others = np.zeros_like(mask)
    others[230:250, 360:430] = True
    assert goes_on(frame, mask, others)[1] == 0


def test_nothing_is_said_without_a_support_or_a_mask():
    frame, mask = table()
    assert goes_on(frame, np.zeros_like(mask)) == (0.0, 0.0)
