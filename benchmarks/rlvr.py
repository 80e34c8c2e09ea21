"""Whether rewards beat given answers where several grasps are right, at toy size.

`python -m benchmarks.rlvr` trains the toy model (benchmarks/toy) on drawn scenes by
`realvlg train`: SFT on one of the true grasps of each thing, GRPO and GSPO on rewards that know
all of them, from the same start, on the same pictures, for the same processor time. It needs the
extra `train`. Results of single trainings stay in the folder --out, so that an interrupted
benchmark goes on.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.report import Report, argument_parser, format_table
from realvlg_ros.json_text import to_json_text

METHODS = ('sft', 'grpo', 'gspo')
FIGURES = ('box_giou', 'grasp_miou', 'grasp_acc', 'valid')
OUT = Path('build/rlvr')


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean over seeds, and half of its 95 % interval by Student's t; infinite for one seed."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, math.inf
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return mean, float(stats.t.ppf(0.975, len(values) - 1)) * error


def compare(results: Sequence[dict[str, Any]], start: dict[str, float]) -> Report:
    """Means with intervals, and differences from SFT seed by seed.

    Args:
        results: of the trainings.
        start: figures of the model of the start.
    """
    report = Report('rlvr')
    by_method = {
        method: {r['seed']: r['test'] for r in results if r['method'] == method}
        for method in METHODS
    }
    for figure in (*FIGURES, *(key for key in start if key not in FIGURES)):
        report.add(f'start_{figure}', start[figure])
        for method, tests in by_method.items():
            mean, half = interval([test[figure] for test in tests.values()])
            report.add(f'{method}_{figure}', mean)
            report.add(f'{method}_{figure}_half_interval', half)
        for method in METHODS[1:]:
            pairs = by_method[method], by_method['sft']
            common = sorted(set(pairs[0]) & set(pairs[1]))
            if not common:
                continue
            gains = [pairs[0][seed][figure] - pairs[1][seed][figure] for seed in common]
            mean, half = interval(gains)
            report.add(f'{method}_less_sft_{figure}', mean)
            report.add(f'{method}_less_sft_{figure}_half_interval', half)
    for method in METHODS:
        steps = [r['curve'][-1]['step'] for r in results if r['method'] == method]
        if steps:
            report.add(f'{method}_steps', float(np.mean(steps)))
    return report


def table(report: Report) -> str:
    """Means and half intervals, a row a figure."""
    rows = []
    for figure in FIGURES:
        cells = [f'{report.figures[f"start_{figure}"]:.3f}']
        for method in METHODS:
            mean = report.figures[f'{method}_{figure}']
            half = report.figures[f'{method}_{figure}_half_interval']
            cells.append(f'{mean:.3f} +- {half:.3f}')
        rows.append((figure, *cells))
    return format_table(('figure', 'start', *METHODS), rows)


def verdict(report: Report, figure: str = 'grasp_acc') -> str:
    """Whether rewards beat given answers, in words."""
    words = []
    for method in METHODS[1:]:
        mean = report.figures[f'{method}_less_sft_{figure}']
        half = report.figures[f'{method}_less_sft_{figure}_half_interval']
        sure = 'cannot be told from'
        if abs(mean) > half:
            sure = 'is better than' if mean > 0 else 'is worse than'
        words.append(f'{method} {sure} SFT in {figure}: {mean:+.3f} +- {half:.3f}')
    return '; '.join(words)


def run(arguments: argparse.Namespace) -> Report:
    """Train what is missing, and compare."""
    from benchmarks.toy.rewarded import HERE, Trial, measure, test

    minutes = arguments.minutes or (0.1 if arguments.quick else 3.0)
    seeds = range(1 if arguments.quick else arguments.seeds)
    small = {'pictures': 60, 'tested': 30} if arguments.quick else {}
    trials = [Trial(method, seed, minutes, **small) for seed in seeds for method in METHODS]
    out = arguments.out / f'{minutes:g}_minutes{"_quick" if arguments.quick else ""}'
    out.mkdir(parents=True, exist_ok=True)
    os.environ['OMP_NUM_THREADS'] = '1'
    with ProcessPoolExecutor(arguments.jobs, mp_context=get_context('spawn')) as pool:
        results = list(pool.map(partial(measure, out=out), trials))
    (out / 'curves.json').write_text(to_json_text(results, indent=1) + '\n')
    tested = small.get('tested', Trial('sft', 0, minutes).tested)
    return compare(results, test(HERE / 'weights', tested))


def main() -> None:
    """Read the command line and measure."""
    parser = argument_parser('rlvr', __doc__ or '')
    parser.add_argument('--minutes', type=float, default=0, help='of processor time (default: 3)')
    parser.add_argument('--seeds', type=int, default=3, help='default: 3')
    parser.add_argument('--jobs', type=int, default=2, help='trainings at once (default: 2)')
    parser.add_argument('--out', type=Path, default=OUT, help=f'default: {OUT}')
    arguments = parser.parse_args()
    report = run(arguments)
    report.finish(arguments.json)
    print(f'\n{table(report)}\n{verdict(report)}')


if __name__ == '__main__':
    main()
