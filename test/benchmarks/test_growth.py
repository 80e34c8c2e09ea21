"""Exponents are those of the costs, and a tiny run measures every stage."""

import numpy as np
import pytest

from benchmarks import growth
from benchmarks.growth import STAGES, Load, Series, fit_exponent, measure, summarize
from benchmarks.report import Report


@pytest.mark.parametrize('exponent', [0.0, 0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found(exponent):
    sizes = np.array([2, 5, 10, 40])
    assert fit_exponent(sizes, 3.0 * sizes**exponent) == pytest.approx(exponent, abs=1e-9)


def test_what_is_worse_than_linear_is_said_and_where():
    report = Report('growth')
    half = Series('planning', 'objects', ('1', '4', '16'), (1, 4, 16), (5.0, 10.0, 20.0))
    steep = Series('tracking', 'targets', ('1', '2', '4'), (1, 2, 4), (1.0, 2.0, 16.0))
    assert summarize(report, half) == ('planning', 'objects, 1 to 16', '0.50', '')
    assert summarize(report, steep)[2:] == ('2.00', 'worse than linear')
    assert report.figures['tracking_by_targets_steepest_exponent'] == pytest.approx(3)
    assert report.figures['tracking_by_targets_4_cpu_ms'] == 16.0
    held = {key: goal.holds(report.figures[key]) for key, goal in report.goals.items()}
    assert held == {'planning_by_objects_exponent': True, 'tracking_by_targets_exponent': False}


def test_a_tiny_run_measures_every_stage(monkeypatch):
    monkeypatch.setattr(growth, 'PIXELS', ((320, 240), (400, 300), (480, 360)))
    monkeypatch.setattr(growth, 'OBJECTS', (2, 3, 4, 6))
    monkeypatch.setattr(growth, 'TARGETS', (1, 1, 2))
    monkeypatch.setattr(growth, 'SIZE', (320, 240))
    monkeypatch.setattr(growth, 'COUNT', 3)
    monkeypatch.setattr(growth, '_MIN_PIXELS', 80)
    made = Load.of
    monkeypatch.setattr(Load, 'of', lambda count, size, *_: made(count, size, 3, 1))
    series = list(measure(quick=True))
    assert [(s.stage, s.axis) for s in series] == [
        *((stage, axis) for axis in ('pixels', 'objects') for stage in STAGES),
        ('tracking', 'targets'),
    ]
    assert series[0].sizes == (320 * 240, 480 * 360) and series[-1].sizes == (1, 2)
    assert all(min(s.milliseconds) > 0 for s in series)
