"""Counts by kind of fault, and the answers that were false."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.honesty.answer import Answer
from benchmarks.honesty.camera import RATE_HZ
from benchmarks.honesty.judge import Cause
from benchmarks.honesty.referee import Published
from benchmarks.report import Goal, Report, format_table
from realvlg_ros.evaluation.intervals import wilson_interval

_REFUSED = ('NOT_FOUND', 'AMBIGUOUS', 'FAILED')
_FALSE = {
    Cause.COLLIDING: 'ok_and_colliding',
    Cause.AIR: 'ok_and_in_the_air',
    Cause.FRAME: 'ok_in_the_wrong_frame',
}


def summarize(answers: Sequence[Answer], published: Sequence[Published], report: Report) -> None:
    """Turn answers into figures and goals.

    Args:
        answers: to all goals.
        published: on the topic, of each story.
        report: takes the figures.
    """
    report.add('goals', len(answers))
    causes = Counter(a.verdict.cause for a in answers if a.verdict is not None)
    for cause, key in _FALSE.items():
        report.add(key, causes[cause], Goal('==', 0))
    report.add('silent', sum(a.status == 'SILENT' for a in answers), Goal('==', 0))
    report.add('crashed', sum(a.status == 'CRASHED' for a in answers), Goal('==', 0))
    clean = [a for a in answers if a.is_clean]
    fair = [a for a in clean if a.status == 'OK' or a.graspable]
    refused = sum(a.is_false_refusal for a in clean)
    low, high = wilson_interval(refused, len(fair))
    report.add('clean_goals', len(fair))
    report.add('false_refusals', refused / max(len(fair), 1), Goal('<=', 0.03))
    report.add('false_refusals_low95', low)
    report.add('false_refusals_high95', high)
    asked = [a for a in answers if a.embedded]
    report.add('embedded_grounder_asked', len(asked))
    report.add('embedded_grounder_refused', sum(a.embedded in _REFUSED for a in asked))
    report.add('embedded_grounder_wrong', sum(a.embedded == 'another object' for a in asked))
    report.add('published_after_a_change', sum(p.frames for p in published))
    report.add('published_and_false', sum(p.false for p in published))
    longest = max((p.longest for p in published), default=0)
    report.add('published_and_false_longest_s', longest / RATE_HZ)
    ok = [a for a in answers if a.status == 'OK']
    report.add('ok', len(ok))
    report.add('ok_and_slipping', causes[Cause.SLIPS])
    report.add('ok_with_a_false_one_of_best_three', sum(a.worst is not None for a in ok))


def kind_table(answers: Sequence[Answer]) -> str:
    """For each kind of fault: goals, what came of them, and the share of false OK with bounds."""
    rows = []
    for kind in dict.fromkeys(a.kind for a in answers):
        here = [a for a in answers if a.kind == kind]
        causes = Counter(a.verdict.cause for a in here if a.verdict is not None)
        false = sum(a.is_false_ok for a in here)
        low, high = wilson_interval(false, len(here))
        rows.append(
            (
                kind,
                len(here),
                causes[Cause.GOOD] + causes[Cause.SLIPS],
                sum(a.verdict is None for a in here),
                causes[Cause.COLLIDING],
                causes[Cause.AIR],
                causes[Cause.FRAME],
                sum(a.status == 'SILENT' for a in here),
                sum(a.is_false_refusal for a in here),
                f'{100 * low:.0f} to {100 * high:.0f} %',
            )
        )
    header = ('kind of fault', 'goals', 'true OK', 'no grasp', 'colliding', 'air', 'frame',
              'silent', 'false refusal', 'false OK, 95 %')  # fmt: skip
    return format_table(header, rows)


def false_list(answers: Sequence[Answer]) -> str:
    """Each answer that was false, with the reason and how to see it again."""
    lines = []
    for a in answers:
        if a.is_false_ok:
            assert a.verdict is not None
            lines.append(
                f'{a.seed} goal {a.number} ({a.kind}): OK, {a.verdict.cause.value}: '
                f'{a.verdict.words}' + (f'; it said {a.message!r}' if a.message else '')
            )
        elif a.is_false_refusal or a.status in ('SILENT', 'CRASHED'):
            lines.append(f'{a.seed} goal {a.number} ({a.kind}): {a.status}: {a.message}')
    return '\n'.join(lines)


def append(path: Path, answers: Sequence[Answer]) -> None:
    """Append each answer to a file of JSON lines."""
    with path.open('a') as file:
        for answer in answers:
            file.write(json.dumps(asdict(answer), default=lambda cause: cause.value) + '\n')
