import numpy as np
import pytest

from realvlg_ros.grasping.lift.model_selection import CircleOrSlab

SIGMA, COUNT = 0.002, 200
NOISE = np.random.default_rng(0).normal(0, SIGMA, COUNT)
# What is round, measured against a plane.
SAG = 0.02 * np.linspace(-1, 1, COUNT) ** 2


def test_readings_on_one_of_them_speak_for_it():
    assert CircleOrSlab(NOISE + SAG, SIGMA, COUNT / 5).log_odds_of_circle(NOISE) > 5
    assert CircleOrSlab(NOISE, SIGMA, COUNT / 5).log_odds_of_circle(NOISE + SAG) < -5


def test_what_fits_both_speaks_for_the_simpler_slab_a_little():
    assert -1 < CircleOrSlab(NOISE, SIGMA, COUNT / 5).log_odds_of_circle(NOISE) < 0


def test_more_independent_readings_say_more():
    few, many = (
        CircleOrSlab(NOISE + SAG, SIGMA, count).log_odds_of_circle(NOISE) for count in (5, 50)
    )
    assert many > 5 * few > 0


def test_a_thing_beside_the_circle_speaks_against_it_though_no_slab_fits():
    beside = np.where(np.arange(COUNT) < COUNT // 2, np.inf, NOISE)
    nothing = np.full(COUNT, 0.1)
    assert CircleOrSlab(nothing, SIGMA, COUNT / 5).log_odds_of_circle(beside) < -1


@pytest.mark.parametrize('silent', ['circle', 'slab'])
def test_readings_that_say_nothing_of_one_do_not_count(silent):
    circle, slab = NOISE.copy(), NOISE + SAG
    expected = CircleOrSlab(slab[50:], SIGMA, COUNT / 5).log_odds_of_circle(circle[50:])
    (circle if silent == 'circle' else slab)[:50] = np.nan
    assert CircleOrSlab(slab, SIGMA, COUNT / 5).log_odds_of_circle(circle) == pytest.approx(
        expected
    )
