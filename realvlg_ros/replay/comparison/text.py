"""A comparison as tables in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import degrees

from ..report.tables import shown
from ..report.words import seconds
from .comparison import Comparison
from .figures import status_change
from .pairs import GoalPair
from .verdict import against, limits_sentence, sentence, side

# Longest instruction and value in a table. Chosen: a line of a terminal.
_INSTRUCTION = 38
_VALUE = 30
Rows = Sequence[Sequence[str]]


def describe(comparison: Comparison) -> str:
    """The whole comparison as text."""
    pair = comparison.pair
    parts = [f'A: {pair.a.folder}\nB: {pair.b.folder}', sentence(comparison)[1]]
    parts += comparison.remarks
    if pair.goals:
        head = ('goal', 'A', 'B', '', 'grasps apart')
        parts.append(_table([head, *(_goal(goal) for goal in pair.goals)]))
    limits = {check.figure.name: check for check in comparison.checks}
    rows = [('figure', 'A', 'B', 'B against A', '', 'limit')]
    for figure in comparison.figures:
        check = limits.get(figure.name)
        held = '' if check is None else f'{check.limit:g} {"holds" if check.holds else "BROKEN"}'
        rows.append(
            (
                figure.name, side(figure, figure.a), side(figure, figure.b), against(figure),
                '' if figure.value is None else figure.verdict.value, held,
            )
        )  # fmt: skip
    parts.append(_table(rows))
    if comparison.stages:
        parts.append(_table(_stages(comparison)))
    if comparison.used:
        used = [(each.name, _cut(shown(each.a)), _cut(shown(each.b))) for each in comparison.used]
        parts.append(_table([('what was used', 'A', 'B'), *used]))
    parts.append(limits_sentence(comparison))
    return '\n\n'.join(part for part in parts if part)


def _goal(pair: GoalPair) -> tuple[str, ...]:
    apart = ''
    if pair.distance is not None and pair.angle is not None:
        apart = f'{pair.distance * 1e3:.2f} mm, {degrees(pair.angle):.2f}°'
    ends = []
    for goal in (pair.a, pair.b):
        time = goal.time_to_answer if goal else None
        after = f' after {seconds(time)}' if time is not None else ''
        ends.append(f'{goal.status}{after}' if goal else 'not asked')
    words = pair.instruction
    if len(words) > _INSTRUCTION:
        words = f'{words[: _INSTRUCTION - 3]}...'
    return f'{pair.number}. "{words}"', *ends, status_change(pair).value, apart


def _stages(comparison: Comparison) -> Rows:
    head = ('stage', 'A median', 'p95, ms', 'B median', 'p95, ms', 'medians')
    rows = [head]
    for name, sides in comparison.stages.items():
        cells = []
        for each in sides:
            cells += [f'{each.median_ms:.2f}', f'{each.p95_ms:.2f}'] if each else ['', '']
        ratio = ''
        if sides[0] and sides[1] and sides[0].median_ms > 0:
            ratio = f'{sides[1].median_ms / sides[0].median_ms:.2f} times'
        rows.append((name, cells[0], cells[1], cells[2], cells[3], ratio))
    return rows


def _table(rows: Rows) -> str:
    """Columns as wide as what is in them; control characters cannot reach the terminal."""
    plain = [
        [''.join(c if c.isprintable() else '?' for c in cell) for cell in row] for row in rows
    ]
    widths = [max(len(row[k]) for row in plain) for k in range(len(plain[0]))]
    lines = [
        '  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in plain
    ]
    return '\n'.join([lines[0], '-' * len(lines[0]), *lines[1:]])


def _cut(words: str) -> str:
    return words if len(words) <= _VALUE else f'{words[: _VALUE - 3]}...'
