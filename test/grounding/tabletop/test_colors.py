"""Colour names of known paints, in several lights."""

import numpy as np
import pytest

from realvlg_ros.grounding.tabletop.colors import (
    COLOR_NAMES,
    affinity,
    dominant_names,
    estimate_white,
    name_weights,
)

# CSS and paint colours with the name that people give them.
KNOWN = {
    'red': [(255, 0, 0), (190, 30, 34), (139, 0, 0)],
    'orange': [(255, 140, 0), (232, 112, 24)],
    'yellow': [(255, 255, 0), (255, 215, 0), (232, 190, 32)],
    'green': [(0, 128, 0), (34, 139, 34), (0, 255, 0)],
    'blue': [(0, 0, 255), (30, 76, 168), (0, 0, 128), (65, 105, 225)],
    'purple': [(128, 0, 128), (108, 52, 140)],
    'pink': [(255, 105, 180), (255, 182, 193)],
    'brown': [(139, 69, 19), (112, 70, 40)],
    'white': [(255, 255, 255), (240, 240, 235)],
    'grey': [(128, 128, 128), (105, 105, 105)],
    'black': [(0, 0, 0), (30, 30, 32)],
}
CASES = [(name, rgb) for name, paints in KNOWN.items() for rgb in paints]


def best_name(rgb, white=255.0):
    return COLOR_NAMES[int(name_weights(np.uint8(rgb), white).argmax())]


@pytest.mark.parametrize(('name', 'rgb'), CASES)
def test_known_paint_has_its_name(name, rgb):
    assert best_name(rgb) == name


def test_weights_sum_to_one_everywhere():
    grid = np.stack(np.meshgrid(*[np.arange(0, 256, 15)] * 3), axis=-1).astype(np.uint8)
    np.testing.assert_allclose(name_weights(grid).sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize('name', ['red', 'green', 'blue', 'yellow'])
def test_light_at_half_strength_keeps_the_name(name):
    rgb = np.array(KNOWN[name][0]) // 2
    assert best_name(rgb, 128.0) == name


def test_white_under_a_blue_lamp_is_white():
    image = np.full((80, 80, 3), (60, 50, 40), np.uint8)
    image[:30] = (140, 156, 169)
    white = estimate_white(image)
    assert white[2] > white[0]
    assert best_name((140, 156, 169), white) == 'white'
    assert best_name((140, 156, 169)) != 'white'


def test_dominant_names_leave_pale_pixels_out():
    pixels = np.uint8([(190, 30, 34), (150, 140, 130), (30, 76, 168)])
    names = dominant_names(pixels)
    assert [COLOR_NAMES[i] if i < 255 else '' for i in names] == ['red', '', 'blue']


def test_affinity_is_symmetric_and_below_one_for_others():
    table = np.array([affinity(name) for name in COLOR_NAMES])
    np.testing.assert_array_equal(np.diag(table), 1)
    np.testing.assert_array_equal(table, table.T)
    assert table[~np.eye(len(table), dtype=bool)].max() <= 0.5
