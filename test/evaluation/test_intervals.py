import pytest

from realvlg_ros.evaluation.intervals import wilson_interval


def test_wilson_interval_matches_a_published_case():
    # 81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I, method 3).
    low, high = wilson_interval(81, 263)
    assert low == pytest.approx(0.2553, abs=1e-4)
    assert high == pytest.approx(0.3662, abs=1e-4)
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(10, 10)[1] == pytest.approx(1.0)
