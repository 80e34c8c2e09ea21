"""Mutated bags, messages and frame folders: `python -m benchmarks.bag_fuzz --count 100000`.

One after the other is changed as broken disks, cut recordings and wrong writers change them, and
read to its end. What is raised must be an error of the package. Equal numbers make equal cases.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bag_fuzz.cases import Fuzz, Outcome
from benchmarks.bag_fuzz.seeds import make_seeds
from benchmarks.report import Goal, Report, argument_parser

# Cases between two lines on how far it is.
_STEP = 2000
_QUICK = 3000
# Memory that all cases may take beyond that of the first ones, MB. Chosen: a damaged length that
# is believed takes more.
_MOST_MORE_MB = 200.0


def main() -> None:
    """Run the cases and print how many could be read, were refused, or failed."""
    parser = argument_parser('bag_fuzz', __doc__.splitlines()[0])
    parser.add_argument('--count', type=int, default=100_000, help='cases (default: 100000)')
    parser.add_argument('--first', type=int, default=0, help='number of the first (default: 0)')
    arguments = parser.parse_args()
    count = min(arguments.count, _QUICK) if arguments.quick else arguments.count
    # The decoders of images write of each damaged one.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    outcome = Outcome()
    with TemporaryDirectory() as folder:
        seeds = make_seeds(Path(folder))
        fuzz = Fuzz(seeds, Path(folder))
        memory_mb = 0.0
        for begin in range(arguments.first, arguments.first + count, _STEP):
            end = min(begin + _STEP, arguments.first + count)
            fuzz.run(range(begin, end), outcome)
            memory_mb = memory_mb or _peak_mb()
            print(f'{end} cases, {len(outcome.faults)} faults', flush=True)
    for fault in outcome.faults[:20]:
        print(fault)
    print(f'slowest: {outcome.slowest_s[1]}')
    report = Report('bag_fuzz')
    report.add('cases', outcome.total)
    report.add('faults', len(outcome.faults), Goal('==', 0))
    for kind in ('bag', 'message', 'folder'):
        report.add(f'{kind}_read', outcome.read[kind])
        report.add(f'{kind}_refused', outcome.refused[kind])
    report.add('slowest_s', outcome.slowest_s[0])
    report.add('memory_growth_mb', _peak_mb() - memory_mb, Goal('<=', _MOST_MORE_MB))
    report.finish(arguments.json)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == '__main__':
    main()
