"""An evaluation as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..metrics import GraspRule
from ..run.run import EvaluationRun
from ..scoring.judge import Task
from . import rows
from .figures import Against, Figures


def describe(run: EvaluationRun, figures: Figures, against: Against | None = None) -> str:
    """All tables of a run.

    Args:
        run: that is told of.
        figures: of it.
        against: the comparison with another backend.
    """
    judge, task = run.options.judge, Task(run.options.task)
    whole = figures.whole
    lines = [
        f'{whole.questions} questions about {whole.images} images of {run.dataset.layout}, '
        f'backend {run.options.backend.name}, task {task.value}; %, with 95 % intervals',
        *_left_out(run),
    ]
    for rule in GraspRule:
        means = rows.rule_rows(figures, judge, rule)
        lines += ['', f'{rule.value} rule', *_table(rows.head_of(judge, rule), means)]
    lines += ['', *_table(rows.DETECTION_HEAD, rows.detection_rows(figures))]
    counted = [(o.value, str(count)) for o, count in whole.outcomes.items()]
    lines += ['', *_table(('outcome', 'questions'), counted)]
    for curve in figures.robustness:
        lines += ['', *_table(rows.curve_head(curve), rows.curve_rows(curve))]
    if figures.splits and (body := list(rows.published_rows(figures, task))):
        lines += ['', 'beside the article', *_table(rows.published_head(task), body)]
    if against is not None:
        lines += ['', *_against(against)]
    return '\n'.join(lines)


def _left_out(run: EvaluationRun) -> list[str]:
    without = sum(result.without_truth for result in run.results)
    other = sum(result.other_split for result in run.results)
    problems = run.problems
    lines = []
    if without:
        lines.append(f'{without} samples without truth for the task are left out')
    if other:
        lines.append(f'{other} samples of other splits are left out')
    if problems:
        first = problems[0].words()
        lines.append(f'{len(problems)} problems in the data set, the first: {first}')
    return lines


def _against(against: Against) -> list[str]:
    head = ('against', 'questions', 'both', 'neither', 'first only', 'second only', 'p')
    tests = [('all', against.test), *against.kinds.items()]
    body = [
        (
            name, str(t.questions), str(t.both), str(t.neither), str(t.first_only),
            str(t.second_only), f'{t.p:.3g}',
        )
        for name, t in tests
    ]  # fmt: skip
    return [*_table(head, body), f'McNemar: {against.test.words()}']


def _table(head: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    """Columns that are as wide as they need to be."""
    cells = [tuple(head), *(tuple(row) for row in body)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(head))]
    return [
        '  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
