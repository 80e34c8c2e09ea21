"""`realvlg compare`: two replays of the same bag, side by side."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..replay.comparison.comparison import compare_runs
from ..replay.comparison.limits import NAMES, parse_limits
from ..replay.comparison.page import write_page
from ..replay.comparison.text import describe
from ..replay.runs.run_reader import read_run

# Exit status when a limit is broken. From POSIX: a comparison that found a difference.
BROKEN = 1


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'compare',
        help='two replays of the same bag, side by side',
        description='Compare two run folders of `realvlg replay` on the same bag: what changed, '
        'better or worse by which number.',
        epilog='Exits with 0, 1 when a limit is broken, 2 on bad input. A figure that is not '
        f'known breaks its limit. Limits: {", ".join(NAMES)}.',
    )
    parser.add_argument('run_a', type=Path, help='run folder before a change')
    parser.add_argument('run_b', type=Path, help='run folder after it')
    parser.add_argument(
        '--out', type=Path, metavar='FILE.html', help='write a page with charts and pictures'
    )
    parser.add_argument(
        '--limit',
        action='append',
        default=[],
        metavar='NAME=VALUE',
        help='largest value of a figure, for example statuses_worse=0 or position_mm_p95=2; may '
        'be given several times',
    )
    parser.add_argument('--force', action='store_true', help='also compare runs on different bags')
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare; returns 0 within the limits, 1 when one is broken."""
    limits = parse_limits(arguments.limit)
    runs = [read_run(folder) for folder in (arguments.run_a, arguments.run_b)]
    comparison = compare_runs(runs[0], runs[1], limits, arguments.force)
    print(describe(comparison))
    if arguments.out:
        print(f'\nwritten: {write_page(comparison, arguments.out)}')
    return 0 if comparison.within_limits else BROKEN
