import numpy as np
import pytest

from benchmarks.grasp_outcomes import area_under_curve, fit_weights


def test_area_under_curve_counts_pairs_in_order():
    scores = np.array([0.1, 0.4, 0.4, 0.9])
    assert area_under_curve(scores, np.array([False, False, True, True])) == 3.5 / 4
    assert np.isnan(area_under_curve(scores, np.ones(4, bool)))


def test_the_fit_finds_the_weights_that_made_the_outcomes():
    rng = np.random.default_rng(0)
    terms = np.log(rng.uniform(0.05, 1, (20000, 3)))
    odds = terms @ (2.0, 0.0, 0.7) + 4.0
    holds = rng.random(20000) < 1 / (1 + np.exp(-odds))
    assert fit_weights(terms, holds) == pytest.approx([2.0, 0.0, 0.7, 4.0], abs=0.15)
    # What speaks against holding gets no weight.
    assert fit_weights(-terms, holds)[:3] == pytest.approx(0, abs=1e-9)
