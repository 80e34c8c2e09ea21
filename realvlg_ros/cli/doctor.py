"""`realvlg doctor`: what is installed, what runs and what is wrong, each with its remedy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..doctor.finding import Section, note, problems
from ..doctor.machine import Machine, memory, middleware
from ..doctor.software import backends, installed
from ..errors import MissingDependencyError, ParameterError
from ..json_text import to_json_text
from .source_arguments import import_ros

# Exit status where something is wrong. Chosen: as of other checkers.
PROBLEMS = 1


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'print what is installed, what runs and what is wrong, each with its remedy'
    parser = subparsers.add_parser('doctor', help=words, description=words)
    parser.add_argument('--server', default='', help="address of a model's server to look at")
    parser.add_argument(
        '--seconds', type=float, default=3.0, help='how long topics are listened to (default: 3)'
    )
    parser.add_argument('--no-ros', action='store_true', help='look at no topics and nodes')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the findings here, too')
    parser.set_defaults(func=_run)


def examine(machine: Machine, server: str, seconds: float) -> list[Section]:
    """Every section.

    Args:
        machine: its figures.
        server: address of a model's server; empty for none.
        seconds: how long topics are listened to, s; 0 for no look at them.
    """
    sections = [installed(), memory(machine), backends(server), middleware(machine)]
    if not seconds:
        return sections
    try:
        graph = import_ros('realvlg_ros.ros.doctor.graph')
    except MissingDependencyError as error:
        return [*sections, Section('Nodes', (note('ROS', str(error)),))]
    return [*sections, *graph.graph(seconds)]


def report(sections: Sequence[Section]) -> str:
    """The findings and the number of problems, in lines."""
    wrong = problems(sections)
    count = f'{len(wrong)} problem{"" if len(wrong) == 1 else "s"}' if wrong else 'no problems'
    lines = [line for section in sections for line in [*section.lines(), '']]
    return '\n'.join([*lines, f'{count} (ok: as it should be, --: off or unknown, !!: wrong)'])


def _run(arguments: argparse.Namespace) -> int:
    if not 0.1 <= arguments.seconds <= 600:
        raise ParameterError(f'--seconds is {arguments.seconds:g}; expected 0.1 to 600')
    seconds = 0.0 if arguments.no_ros else arguments.seconds
    sections = examine(Machine.this(), arguments.server, seconds)
    print(report(sections))
    if arguments.json is not None:
        arguments.json.write_text(to_json_text(_as_dict(sections), indent=2) + '\n')
    return PROBLEMS if problems(sections) else 0


def _as_dict(sections: Sequence[Section]) -> dict[str, Any]:
    return {
        section.title: [
            {
                'verdict': found.verdict.name, 'subject': found.subject, 'state': found.state,
                'remedy': found.remedy,
            }
            for found in section.findings
        ]
        for section in sections
    }  # fmt: skip
