import numpy as np
import pytest

from realvlg_ros.tracking.target.appearance import Appearance, Likeness

COLORS = {
    'red': (200, 20, 20), 'orange': (230, 110, 20), 'yellow': (220, 200, 30),
    'green': (60, 160, 60), 'blue': (20, 40, 200), 'grey': (128, 128, 128),
    'white': (235, 235, 235),
}  # fmt: skip
COLORED = ('red', 'orange', 'yellow', 'green', 'blue')


def look(name, gain=1.0, tint=(1.0, 1.0, 1.0), extent=0.06, seed=0):
    """The appearance of a shaded, noisy surface of a colour in some light."""
    rng = np.random.default_rng(seed)
    pixels = np.array(COLORS[name]) * gain * np.array(tint) * rng.uniform(0.85, 1.15, (300, 1))
    noisy = (pixels + rng.normal(0, 7, pixels.shape)).clip(0, 255)
    return Appearance.of(noisy.astype(np.uint8), extent)


@pytest.mark.parametrize('name', COLORED)
def test_a_colour_is_the_same_in_other_light(name):
    for gain, tint in ((0.7, (1, 1, 1)), (1.25, (1, 1, 1)), (1.0, (1.08, 1.0, 0.92))):
        assert look(name).compare(look(name, gain, tint, seed=1)) is Likeness.AGREES


@pytest.mark.parametrize('name', COLORED)
def test_colours_differ_from_each_other_and_from_none(name):
    for other in COLORS:
        if other != name:
            assert look(name).compare(look(other, seed=1)) is Likeness.DIFFERS, other


def test_what_has_no_colour_or_no_light_cannot_be_compared():
    assert look('grey').compare(look('grey', seed=1)) is Likeness.UNKNOWN
    assert look('red').compare(look('red', 0.2, seed=1)) is Likeness.UNKNOWN
    assert look('white').compare(look('grey', 0.5, seed=1)) is Likeness.DIFFERS


def test_another_size_is_another_object():
    assert look('red').compare(look('red', extent=0.02, seed=1)) is Likeness.DIFFERS
    assert look('red').similarity(look('red', extent=0.03, seed=1)) == pytest.approx(0.5, abs=0.05)
