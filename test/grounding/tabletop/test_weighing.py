import numpy as np
import pytest

from realvlg_ros.grounding.language.answering.decision import Outcome, decide
from realvlg_ros.grounding.language.sentences.parser import understand
from realvlg_ros.grounding.language.weighing.scene import Scene
from realvlg_ros.grounding.language.weighing.seen import View
from realvlg_ros.grounding.tabletop.attributes import SceneObject
from realvlg_ros.grounding.tabletop.colors import COLOR_NAMES
from realvlg_ros.image_region import RegionMask


def thing(column, size, **colors):
    """A thing of length, width and height (m) at a column of the image, with shares of colours."""
    shares = np.array([colors.get(name, 0.0) for name in COLOR_NAMES], np.float32)
    length, width, height = size
    region = RegionMask(column, 100, np.ones((20, 20), bool))
    position = np.array([column / 1000, 0.0, 0.7])
    return SceneObject(region, shares, position, position[:2], height, length, width, False)


def asked(sentence, objects, width=640):
    return decide(understand(sentence), Scene(objects, View.of_image(width)))


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
    assert set(asked('pick up the red can', objects).order) == expected


def test_a_place_decides_between_what_passes_for_a_colour_and_what_has_it():
    assert asked('pick up the red can on the right', (BROWN, LID_ON_RED), 400).order == (1,)


# One thing that fits "the X object" beside one that cannot be meant, and whether it is taken.
SHADES = {
    'red under a lamp for brown': ('brown', {'red': 0.81, 'pink': 0.10, 'brown': 0.09}, False),
    'grey for white': ('white', {'grey': 0.91, 'white': 0.09}, False),
    'grey beside white': ('white', {'grey': 0.76, 'white': 0.24}, False),
    'only yellow for orange': ('orange', {'yellow': 1.0}, False),
    'black in the light': ('black', {'grey': 0.56, 'black': 0.44}, True),
    'white in the shade': ('white', {'grey': 0.55, 'white': 0.45}, True),
    'dark blue': ('blue', {'black': 0.65, 'blue': 0.35}, True),
    'a blue thing with much white': ('blue', {'white': 0.72, 'blue': 0.28}, True),
    'black and purple, mainly blue': (
        'black and purple',
        {'blue': 0.71, 'purple': 0.17, 'black': 0.12},
        False,
    ),
    'white and yellow': ('white and yellow', {'white': 0.6, 'grey': 0.3, 'yellow': 0.1}, True),
}


@pytest.mark.parametrize('name', SHADES)
def test_what_only_passes_for_a_colour_is_asked_back(name):
    color, shares, taken = SHADES[name]
    objects = (thing(100, (0.1, 0.07, 0.05), **shares), thing(300, (0.1, 0.07, 0.05), green=1.0))
    verdict = asked(f'pick up the {color} object', objects)
    assert verdict.order == (0,)
    assert (verdict.outcome is Outcome.FOUND) is taken


@pytest.mark.parametrize(
    ('noun', 'size', 'fits'),
    [
        ('fork', (0.19, 0.067, 0.066), False),
        ('fork', (0.19, 0.028, 0.018), True),
        ('fork', (0.19, 0.028, 0.07), True),
        ('pen', (0.14, 0.05, 0.04), False),
        ('pen', (0.14, 0.014, 0.012), True),
        ('knife', (0.20, 0.060, 0.060), False),
        ('screwdriver', (0.21, 0.045, 0.035), True),
    ],
)
def test_a_thin_thing_is_not_thicker_than_any_of_its_kind(noun, size, fits):
    verdict = asked(f'take the {noun}', (thing(100, size, grey=1.0),))
    # A form that fits speaks for no name: that is asked.
    assert verdict.outcome is (Outcome.SEVERAL if fits else Outcome.NONE)
