"""`realvlg rollout`: a new model on a share of the robots; promote, hold or roll back."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..rollout.assignment import Arm, Assignment
from ..rollout.comparison import Compared, Limits, Verdict, compare, decide
from ..rollout.robots import read_fleet

# Exit status for each verdict. From POSIX: 0 is what a script goes on with; 2 is bad input.
_STATUS = {Verdict.PROMOTE: 0, Verdict.HOLD: 3, Verdict.ROLL_BACK: 4}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'rollout',
        help='compare a new model with the one in use, on a share of the robots',
        description='Say which model a robot runs (--robot), or compare both by what the '
        'recorders of all robots kept.',
        epilog='Exits with 0 to promote, 3 to hold, 4 to roll back, 2 on bad input; with --robot '
        'with 0.',
    )
    parser.add_argument(
        'recordings',
        type=Path,
        nargs='?',
        help='folder that holds a folder of recordings for each robot, named by its id',
    )
    parser.add_argument('--robot', metavar='ID', help='print old or new for this robot')
    parser.add_argument(
        '--share', type=float, default=0.1, help='of the robots with the new model (default: 0.1)'
    )
    parser.add_argument(
        '--name', default='', help='of the rollout; another name chooses other robots'
    )
    parser.add_argument(
        '--reviewed',
        type=Path,
        metavar='DIR',
        help='of `realvlg annotate` on these recordings: what people accepted tells wrong objects',
    )
    parser.add_argument(
        '--margin', type=float, default=0.03, help='that a share may be worse by (default: 0.03)'
    )
    parser.add_argument(
        '--goals', type=int, default=50, help='of either model to promote (default: 50)'
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Assign or compare; returns 0, or the status of the verdict."""
    assignment = Assignment(arguments.name, arguments.share)
    if arguments.robot is not None:
        print(assignment.arm(arguments.robot).value)
        return 0
    if arguments.recordings is None:
        raise ParameterError('give a folder of recordings, or --robot ID')
    limits = Limits(arguments.margin, arguments.goals)
    fleet = read_fleet(arguments.recordings, assignment, arguments.reviewed)
    for words in fleet.left_out:
        print(f'left out: {words}')
    figures = compare(fleet.old, fleet.new)
    for arm, goals in ((Arm.OLD, fleet.old), (Arm.NEW, fleet.new)):
        robots = len({goal.robot for goal in goals})
        print(f'{arm.value} model: {len(goals)} goals of {robots} robots')
    for figure in figures:
        print(_line(figure))
    verdict, why = decide(figures, fleet.old, fleet.new, limits)
    print(f'{verdict.value}: {why}')
    return _STATUS[verdict]


def _line(figure: Compared) -> str:
    old, new = (_value(value, figure.unit) for value in (figure.old, figure.new))
    words = (
        f'{figure.name:<17} old {old:>8}, new {new:>8} ({figure.counts[0]}, {figure.counts[1]})'
    )
    if not figure.known:
        return f'{words}; the difference is not known'
    low, high = (_value(value, figure.unit, '+') for value in (figure.low, figure.high))
    return f'{words}; difference {low} to {high}'


def _value(value: float, unit: str, sign: str = '') -> str:
    if math.isnan(value):
        return 'unknown'
    return f'{value:{sign}.1f} s' if unit else f'{value:{sign}.1%}'
