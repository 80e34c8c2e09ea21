import numpy as np
import pytest

from realvlg_ros.grounding.tabletop.attributes import SceneObject
from realvlg_ros.grounding.tabletop.colors import COLOR_NAMES
from realvlg_ros.grounding.tabletop.grammar import parse
from realvlg_ros.grounding.tabletop.matching import match
from realvlg_ros.image_region import RegionMask


def thing(column, size, **colors):
    """A thing of length, width and height (m) at a column of the image, with shares of colours."""
    shares = np.array([colors.get(name, 0.0) for name in COLOR_NAMES], np.float32)
    length, width, height = size
    region = RegionMask(column, 100, np.ones((20, 20), bool))
    position = np.array([column / 1000, 0.0, 0.7])
    return SceneObject(region, shares, position, position[:2], height, length, width, False)


BROWN = thing(100, (0.063, 0.025, 0.029), brown=0.88, grey=0.12)
LID_ON_RED = thing(300, (0.059, 0.059, 0.051), white=0.59, grey=0.23, red=0.18)
PINK = thing(100, (0.1, 0.077, 0.049), pink=0.84, grey=0.09, red=0.07)
LID_ON_LITTLE_RED = thing(300, (0.061, 0.059, 0.051), white=0.7, green=0.2, red=0.1)
RED = thing(500, (0.06, 0.06, 0.1), red=0.9, white=0.1)
WHITE = thing(300, (0.059, 0.059, 0.051), white=0.97, red=0.03)
SHEET = thing(300, (0.3, 0.2, 0.01), white=0.8, red=0.2)


@pytest.mark.parametrize(
    ('objects', 'expected'),
    [
        ((BROWN, LID_ON_RED), {0, 1}),
        ((BROWN, LID_ON_RED, RED), {2}),
        ((BROWN, RED), {1}),
        ((PINK, LID_ON_LITTLE_RED), {0, 1}),
        ((PINK, WHITE), {0}),
        ((BROWN, WHITE), {0}),
        # Of another shape than was asked for.
        ((BROWN, SHEET), {0}),
    ],
)
def test_what_passes_for_a_colour_does_not_decide_against_what_has_it(objects, expected):
    result = match(parse('pick up the red can'), objects, 640)
    assert {fit.index for fit in result.fits} == expected
    assert {fit.index for fit in result.rejected} == set(range(len(objects))) - expected


def test_a_place_decides_between_what_passes_for_a_colour_and_what_has_it():
    result = match(parse('pick up the red can on the right'), (BROWN, LID_ON_RED), 400)
    assert [fit.index for fit in result.fits] == [1]
