import json
import math

import pytest

from benchmarks.report import (
    Goal,
    Report,
    argument_parser,
    format_table,
    measure_ms,
)


def test_json_holds_figures_and_goals(tmp_path, capsys):
    report = Report('lift')
    report.add('center_median_mm', 1.5, Goal('<=', 2.0))
    report.add('refusal_rate', 0.2, Goal('<=', 0.05))
    report.add('scenes', 40)
    report.finish(tmp_path / 'out' / 'lift.json')

    written = json.loads((tmp_path / 'out' / 'lift.json').read_text())
    assert set(written) == {'benchmark', 'commit', 'machine', 'figures', 'goals'}
    assert written['benchmark'] == 'lift'
    assert written['figures'] == {'center_median_mm': 1.5, 'refusal_rate': 0.2, 'scenes': 40.0}
    assert written['goals'] == {
        'center_median_mm': {'op': '<=', 'value': 2.0, 'holds': True},
        'refusal_rate': {'op': '<=', 'value': 0.05, 'holds': False},
    }
    printed = capsys.readouterr().out
    assert 'center_median_mm' in printed
    assert 'MISSED' in printed


def test_figure_that_is_not_finite_misses_its_goal_and_is_null():
    report = Report('lift')
    report.add('factor', math.nan, Goal('>=', 1.0))
    written = report.to_dict()
    assert written['figures']['factor'] is None
    assert written['goals']['factor']['holds'] is False


def test_timing_gives_median_and_p95():
    report = Report('lift')
    report.add_timing('lift', list(range(1, 101)), Goal('<=', 60.0), Goal('<=', 90.0))
    report.add_timing('search', [1.0, 2.0], Goal('<=', 60.0))
    assert report.figures['lift_median_ms'] == pytest.approx(50.5)
    assert report.figures['lift_p95_ms'] == pytest.approx(95.05)
    assert report.goals['lift_median_ms'].holds(report.figures['lift_median_ms'])
    assert not report.goals['lift_p95_ms'].holds(report.figures['lift_p95_ms'])
    assert set(report.goals) == {'lift_median_ms', 'lift_p95_ms', 'search_median_ms'}


def test_measure_counts_only_calls_after_warm_up():
    calls = []
    times = measure_ms(lambda: calls.append(1), repeats=5, warm_up=2)
    assert len(times) == 5
    assert len(calls) == 7
    assert (times >= 0).all()


def test_table_aligns_columns():
    text = format_table(('shape', 'mm'), [('box', '1.5'), ('cylinder', '10.25')])
    assert text.splitlines() == [
        'shape        mm',
        '--------  -----',
        'box         1.5',
        'cylinder  10.25',
    ]


def test_every_benchmark_takes_json_and_quick(tmp_path):
    arguments = argument_parser('lift', 'd').parse_args(['--quick', '--json', str(tmp_path)])
    assert arguments.quick
    assert arguments.json == tmp_path
