"""Rows of tables, the same for a terminal and for the page."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..metrics import GraspRule
from ..scoring.judge import Judge, Task
from ..scoring.summary import Estimate, RuleSummary, Summary
from .figures import Figures, Robustness
from .published import PUBLISHED, PUBLISHED_FIGURE, SPLITS

Row = tuple[str, ...]


def percent(value: float) -> str:
    """A share."""
    return f'{100 * value:.1f}' if math.isfinite(value) else '-'


def estimate(value: Estimate) -> str:
    """A share with its interval, %."""
    if not value.cases:
        return '-'
    return f'{percent(value.value)} [{percent(value.low)}, {percent(value.high)}]'


def head_of(judge: Judge, rule: GraspRule) -> Row:
    """Names of the columns of rule_rows."""
    titles = [m.title for m in judge.measures if rule in m.rules]
    return ('part', 'questions', 'R_v', *titles, judge.accuracy)


def rule_rows(figures: Figures, judge: Judge, rule: GraspRule) -> Iterator[Row]:
    """Of each part of the questions the means under one rule, %.

    Args:
        figures: of the run.
        judge: of its task.
        rule: of the two.
    """
    for name, summary in parts_of(figures):
        yield _rule_row(name, summary, _rule(summary, rule), judge)


def parts_of(figures: Figures) -> Iterator[tuple[str, Summary]]:
    """Everything, the splits, and the kinds of sentences."""
    yield 'all', figures.whole
    for split, summary in figures.splits.items():
        yield f'split {split or "not told"}', summary
    for kind, summary in figures.kinds.items():
        yield f'sentence: {kind}', summary


def _rule(summary: Summary, rule: GraspRule) -> RuleSummary:
    return summary.official if rule is GraspRule.OFFICIAL else summary.strict


def _rule_row(name: str, summary: Summary, rule: RuleSummary, judge: Judge) -> Row:
    means = [estimate(rule.means[m.name]) for m in judge.measures if rule.rule in m.rules]
    return (
        name, str(summary.valid_rate.cases), estimate(summary.valid_rate), *means,
        estimate(rule.accuracy),
    )  # fmt: skip


DETECTION_HEAD = ('part', 'precision', 'recall', 'mAP', 'absent accepted', 'ambiguous asked back')


def detection_rows(figures: Figures) -> Iterator[Row]:
    """Precision, recall and what was rightly not answered, %."""
    for name, summary in parts_of(figures):
        yield (
            name, estimate(summary.precision), estimate(summary.recall), percent(summary.mean_ap),
            estimate(summary.accepted), estimate(summary.asked),
        )  # fmt: skip


def curve_head(curve: Robustness) -> Row:
    """Names of the columns of curve_rows."""
    return (f'{curve.name} ({curve.unit})', 'right', 'change', 'article')


def curve_rows(curve: Robustness) -> Iterator[Row]:
    """The levels of a curve, with what the article says of other light."""
    yield f'{curve.undisturbed_level:g} (as it is)', estimate(curve.undisturbed), '', ''
    article = ' to '.join(f'{100 * value:+.0f} %' for value in curve.article)
    for step in curve.steps:
        change = '-'
        if math.isfinite(step.change):
            change = f'{100 * step.change:+.1f} % [{100 * step.low:+.1f}, {100 * step.high:+.1f}]'
        yield f'{step.level:g}', estimate(step.right), change, article


def published_rows(figures: Figures, task: Task) -> Iterator[Row]:
    """The article's figures by split, and ours under the official rule, %."""
    if task not in PUBLISHED:
        return
    for model, values in PUBLISHED[task].items():
        yield model, *('-' if value is None else f'{value:.1f}' for value in values)
    ours = []
    for split in SPLITS:
        if split not in figures.splits:
            ours.append('-')
            continue
        rule = figures.splits[split].official
        is_box = task is Task.BOX
        ours.append(estimate(rule.means['giou'] if is_box else rule.accuracy))
    yield 'this backend', *ours


def published_head(task: Task) -> Row:
    """Names of the columns of published_rows."""
    return (PUBLISHED_FIGURE.get(task, ''), *SPLITS)
