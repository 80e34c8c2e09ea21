"""What a benchmark prints for people and writes for machines."""

from __future__ import annotations

import argparse
import math
import operator
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from realvlg_ros.arrays import FloatArray
from realvlg_ros.json_text import to_json_text
from realvlg_ros.threads import limit_threads

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    '<=': operator.le,
    '<': operator.lt,
    '>=': operator.ge,
    '>': operator.gt,
    '==': operator.eq,
}


@dataclass(frozen=True)
class Goal:
    """A bound that a figure should keep; a figure that is not finite does not keep it."""

    op: str
    value: float

    def holds(self, figure: float) -> bool:
        """Whether the figure keeps the bound."""
        return math.isfinite(figure) and _OPERATORS[self.op](figure, self.value)


@dataclass
class Report:
    """The figures and goals of one benchmark run.

    Attributes:
        name: of the benchmark, as in `python -m benchmarks.NAME`.
        figures: measured numbers by key.
        goals: bounds by the key of the figure they are for.
    """

    name: str
    figures: dict[str, float] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)

    def add(self, key: str, figure: float, goal: Goal | None = None) -> None:
        """Record a figure, and the bound it should keep if there is one."""
        self.figures[key] = float(figure)
        if goal is not None:
            self.goals[key] = goal

    def add_timing(
        self,
        key: str,
        milliseconds: npt.ArrayLike,
        goal: Goal | None = None,
        p95_goal: Goal | None = None,
    ) -> None:
        """Record KEY_median_ms and KEY_p95_ms of a series, each with the bound it should keep."""
        median, p95 = np.percentile(np.asarray(milliseconds, np.float64), (50, 95))
        self.add(f'{key}_median_ms', median, goal)
        self.add(f'{key}_p95_ms', p95, p95_goal)

    def to_dict(self) -> dict[str, Any]:
        """The form for machines; a figure that is not finite becomes null."""
        figures = {k: v if math.isfinite(v) else None for k, v in self.figures.items()}
        goals = {
            key: {'op': goal.op, 'value': goal.value, 'holds': goal.holds(self.figures[key])}
            for key, goal in self.goals.items()
        }
        return {
            'benchmark': self.name,
            'commit': _commit(),
            'machine': _machine(),
            'figures': figures,
            'goals': goals,
        }

    def table(self) -> str:
        """The figures with their goals, for people."""
        rows = []
        for key, figure in self.figures.items():
            goal = self.goals.get(key)
            bound = '' if goal is None else f'{goal.op} {goal.value:g}'
            verdict = '' if goal is None else 'holds' if goal.holds(figure) else 'MISSED'
            rows.append((key, f'{figure:.4g}', bound, verdict))
        return format_table(('figure', 'value', 'goal', ''), rows)

    def finish(self, json_path: Path | None) -> None:
        """Print the table and, with a path, write the JSON file."""
        print(f'\n{self.name} at {_commit()} on {_machine()}\n{self.table()}')
        if json_path is not None:
            json_path.parent.mkdir(parents=True, exist_ok=True)
            json_path.write_text(to_json_text(self.to_dict(), indent=2) + '\n')


def format_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out rows in columns: the first to the left, the others to the right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        '  '.join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, '  '.join('-' * width for width in widths))
    return '\n'.join(lines)


class BenchmarkParser(argparse.ArgumentParser):
    """A parser that also sets the threads that it has read."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and limit the numeric libraries of the process to --threads."""
        parsed, rest = super().parse_known_args(args, namespace)
        limit_threads(parsed.threads)
        return parsed, rest


def argument_parser(name: str, description: str) -> argparse.ArgumentParser:
    """The options every benchmark has: --json FILE, --quick and --threads N.

    With one thread, the default, what a benchmark measures is the work of one core.
    """
    parser = BenchmarkParser(f'python -m benchmarks.{name}', description=description)
    parser.add_argument(
        '--threads',
        type=int,
        default=1,
        metavar='N',
        help='of BLAS and OpenCV; 0: all (default: 1)',
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='write figures and goals here')
    parser.add_argument('--quick', action='store_true', help='a few cases, under a minute')
    return parser


def measure_ms(function: Callable[[], object], repeats: int, warm_up: int = 3) -> FloatArray:
    """Wall time of each of `repeats` calls, ms, after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        function()
    times = np.empty(repeats)
    for i in range(repeats):
        start = time.perf_counter()
        function()
        times[i] = (time.perf_counter() - start) * 1e3
    return times


def _commit() -> str:
    try:
        described = subprocess.run(
            ['git', 'describe', '--always', '--dirty', '--exclude=*'],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return 'unknown'
    return described.stdout.strip()


def _machine() -> str:
    model = platform.machine()
    cpuinfo = Path('/proc/cpuinfo')
    if cpuinfo.exists():
        names = [x for x in cpuinfo.read_text().splitlines() if x.startswith('model name')]
        model = names[0].partition(':')[2].strip() if names else model
    return f'{model}, {os.cpu_count()} cores, Python {platform.python_version()}'
