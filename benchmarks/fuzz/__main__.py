"""Mutated inputs at every boundary: `python -m benchmarks.fuzz --minutes 30 --json FILE`.

Sound files, replies, sentences and messages are changed as strangers and broken disks change them,
one after the other, and given to what reads them. Equal numbers make equal inputs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue

from benchmarks.fuzz.trial import Outcome
from benchmarks.fuzz.workers import work
from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.threads import available_cores

# Minutes of a quick run.
_QUICK_MINUTES = 0.5
# Time between two looks at the workers, s.
_LOOK_S = 1.0
# Faults that are printed of each kind.
_PRINTED = 20


def main() -> None:
    """Try inputs for some minutes and print what came of them."""
    arguments = _arguments()
    minutes = min(arguments.minutes, _QUICK_MINUTES) if arguments.quick else arguments.minutes
    workers = arguments.workers
    context = multiprocessing.get_context('spawn')
    results = context.Queue()
    tasks = [
        context.Process(
            target=work, args=(results, range(n, 2**62, workers), minutes, arguments.only)
        )
        for n in range(arguments.first, arguments.first + workers)
    ]
    for task in tasks:
        task.start()
    outcome = Outcome()
    waiting = len(tasks)
    while waiting:
        try:
            outcome.add(results.get(timeout=_LOOK_S))
            waiting -= 1
        except queue.Empty:
            if not any(task.is_alive() for task in tasks):
                raise SystemExit('a worker died of an input; run with --workers 1') from None
    for task in tasks:
        task.join()
    _print(outcome)
    report = Report('fuzz')
    report.add('inputs', outcome.total)
    report.add('read', outcome.read.total())
    report.add('typed_errors', outcome.typed.total())
    report.add('untyped_errors', len(outcome.faults['untyped']), Goal('==', 0))
    report.add('slower_than_1_s', len(outcome.faults['slow']), Goal('==', 0))
    report.add('more_than_500_mb', len(outcome.faults['large']), Goal('==', 0))
    report.add('slowest_s', outcome.slowest_s[0])
    report.add('memory_growth_mb', outcome.growth_mb[0])
    report.finish(arguments.json)


def _arguments() -> argparse.Namespace:
    parser = argument_parser('fuzz', __doc__.splitlines()[0])
    parser.add_argument('--minutes', type=float, default=5.0, help='of trying (default: 5)')
    parser.add_argument('--first', type=int, default=0, help='number of the first (default: 0)')
    parser.add_argument('--only', default='', help='targets whose name holds this')
    parser.add_argument(
        '--workers', type=int, default=available_cores(), help='processes (default: every core)'
    )
    return parser.parse_args()


def _print(outcome: Outcome) -> None:
    for kind, found in outcome.faults.items():
        for fault in found[:_PRINTED]:
            print(f'{kind}: {fault}')
    names = sorted({*outcome.read, *outcome.typed})
    rows = [(name, outcome.read[name], outcome.typed[name]) for name in names]
    print(format_table(('boundary', 'read', 'typed'), rows))
    print(f'slowest: {outcome.slowest_s[1]}; largest: {outcome.growth_mb[1]}')


if __name__ == '__main__':
    main()
