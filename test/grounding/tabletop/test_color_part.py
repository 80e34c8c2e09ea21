from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from realvlg_ros.grounding.tabletop.color_part import split_by_color
from realvlg_ros.grounding.tabletop.colors import dominant_names
from realvlg_ros.image_region import RegionMask
from realvlg_ros.simulation.colors import COLORS

ROWS, COLUMNS = 120, 160


def painted(*parts):
    """A scene in which boxes (x, y, width, height) of colours are one segment."""
    color = np.full((ROWS, COLUMNS, 3), 200, np.uint8)
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    for name, (x, y, width, height) in parts:
        color[y : y + height, x : x + width] = COLORS[name]
        cv2.rectangle(mask, (x, y), (x + width - 1, y + height - 1), 1, cv2.FILLED)
    scene = SimpleNamespace(color=color, white=255.0, color_names=dominant_names(color))
    return scene, RegionMask.from_full(mask)


BESIDE = (('white', (20, 30, 40, 20)), ('brown', (55, 48, 40, 20)))


@pytest.mark.parametrize('pair', [('white', 'brown'), ('orange', 'gray'), ('brown', 'orange')])
@pytest.mark.parametrize('index', [0, 1])
def test_of_two_things_side_by_side_the_one_of_the_colour_is_meant(pair, index):
    scene, region = painted(*((name, BESIDE[k][1]) for k, name in enumerate(pair)))
    asked = pair[index].replace('gray', 'grey')
    part = split_by_color(scene, region, asked).part.to_full(ROWS, COLUMNS)
    x, y, width, height = BESIDE[index][1]
    true = np.zeros((ROWS, COLUMNS), bool)
    true[y : y + height, x : x + width] = True
    assert (part & true).sum() > 0.9 * part.sum()
    assert (part & true).sum() > 0.85 * true.sum()


ONE_THING = {
    'one colour': (('red', (20, 30, 40, 60)),),
    'a label': (('green', (20, 20, 30, 80)), ('white', (20, 45, 30, 30))),
    'a print': (('green', (20, 20, 40, 60)), ('yellow', (35, 40, 12, 15))),
    'two halves of a box': (('red', (20, 20, 30, 60)), ('yellow', (50, 20, 30, 60))),
    'a small end': (('red', (20, 20, 60, 20)), ('yellow', (80, 28, 8, 6))),
}


@pytest.mark.parametrize('name', ONE_THING)
def test_a_thing_with_a_print_stays_whole(name):
    scene, region = painted(*ONE_THING[name])
    for asked, _ in ONE_THING[name]:
        assert split_by_color(scene, region, asked).part is None


def test_a_colour_that_is_not_there_has_no_part():
    scene, region = painted(*BESIDE)
    assert split_by_color(scene, region, 'blue').part is None


# A round red thing that lies on a larger one, and what is one thing: its smaller colour is asked.
UPON = (('brown', (20, 50, 90, 40)), ('red', (60, 20, 44, 48)))
SMALLER = {
    'a thing upon another': (UPON, 'red', True),
    'a label': (ONE_THING['a label'], 'white', False),
    'a print': (ONE_THING['a print'], 'yellow', False),
    'a small end': (ONE_THING['a small end'], 'yellow', False),
    'the larger one is asked for': (UPON, 'brown', False),
}


@pytest.mark.parametrize('name', SMALLER)
def test_the_smaller_colour_may_be_a_thing_of_its_own(name):
    parts, asked, doubted = SMALLER[name]
    scene, region = painted(*parts)
    assert split_by_color(scene, region, asked).doubtful is doubted


def test_a_shade_is_no_edge_between_two_things():
    scene, region = painted(*UPON)
    red = np.array(COLORS['red'], np.float32)
    x, y, width, height = UPON[0][1]
    scene.color[y : y + height, x : x + width] = red * 0.45
    x, y, width, height = UPON[1][1]
    scene.color[y : y + height, x : x + width] = red
    for asked in ('red', 'brown'):
        assert not split_by_color(scene, region, asked).doubtful
