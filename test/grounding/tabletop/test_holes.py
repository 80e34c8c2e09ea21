"""Holes of a depth image are closed from what looks alike beside them, and from nothing else."""

import numpy as np
import pytest

from realvlg_ros.grounding.tabletop.holes import close_holes

RED, GREY = (200, 25, 30), (120, 120, 122)


def image():
    """A red thing at 0.5 m, from column 40 on, before a grey table at 0.8 m."""
    color = np.full((60, 80, 3), GREY, np.uint8)
    depth = np.full((60, 80), 0.8, np.float32)
    color[:, 40:], depth[:, 40:] = RED, 0.5
    return color, depth


def test_a_hole_takes_the_depth_of_its_own_paint():
    color, depth = image()
    depth[20:30, 34:46] = 0
    index, z = close_holes(depth, color)
    assert len(index) == 120
    columns = index % 80
    np.testing.assert_allclose(z[columns < 39], 0.8, atol=1e-6)
    np.testing.assert_allclose(z[columns > 40], 0.5, atol=1e-6)


def test_a_third_of_the_readings_missing_is_closed():
    color, depth = image()
    truth = depth.copy()
    depth[np.random.default_rng(0).random(depth.shape) < 0.33] = 0
    index, z = close_holes(depth, color)
    assert len(index) > 0.99 * (depth == 0).sum()
    assert (np.abs(z - truth.ravel()[index]) < 1e-6).mean() > 0.98


@pytest.mark.parametrize('columns', [slice(30, 80), slice(0, 80)])
def test_what_has_no_reading_beside_it_stays_unknown(columns):
    color, depth = image()
    depth[:, columns] = 0
    color[:, 30:40] = RED
    index, _ = close_holes(depth, color)
    assert not len(index)
