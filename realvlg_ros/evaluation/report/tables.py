"""The tables and curves of the page."""

from __future__ import annotations

from ...replay.report.markup import Child, Html, join, said, table, tag
from ...replay.report.svg import Point, share_curve
from ..metrics import GraspRule
from ..run.run import EvaluationRun
from ..scoring.judge import Task
from ..scoring.outcome import WORDS
from . import rows
from .figures import Figures, Robustness

# Problems that are listed. Chosen: the others are mostly of the same kinds.
_PROBLEMS = 30
_RULES = {
    GraspRule.OFFICIAL: 'as the published code of RealVLG-R1 counts: what holds no answer is left '
    'out of the means',
    GraspRule.STRICT: 'what holds no answer counts as wrong, with the worst value of each measure',
}


def problems(run: EvaluationRun) -> Html:
    """What of the data set was left out."""
    without = sum(result.without_truth for result in run.results)
    other = sum(result.other_split for result in run.results)
    items: list[Child] = []
    if without:
        items.append(tag('li', f'{without} samples have no truth for the task.'))
    if other:
        items.append(tag('li', f'{other} samples are of other splits.'))
    items += [tag('li', said(problem.words())) for problem in run.problems[:_PROBLEMS]]
    if len(run.problems) > _PROBLEMS:
        items.append(tag('li', f'and {len(run.problems) - _PROBLEMS} more'))
    if not items:
        return join([])
    return tag('aside', tag('h2', 'Left out'), tag('ul', *items), class_='warnings')


def outcomes(figures: Figures) -> Html:
    """How many questions ended in each way."""
    total = figures.whole.questions
    body = [
        (outcome.value, str(count), f'{count / total:.1%}', WORDS[outcome])
        for outcome, count in figures.whole.outcomes.items()
    ]
    head = ('outcome', 'questions', 'share', 'it means')
    return tag('section', tag('h2', 'What became of them'), table(head, body, 'Outcomes'))


def means(run: EvaluationRun, figures: Figures) -> list[Html]:
    """The means of each part under both rules."""
    judge = run.options.judge
    return [
        tag(
            'section',
            tag('h2', f'{rule.value.capitalize()} rule'),
            tag('p', f'Questions that an object answers, {words}. In %, with 95 % intervals.'),
            table(
                rows.head_of(judge, rule), rows.rule_rows(figures, judge, rule),
                f'Means under the {rule.value} rule', True,
            ),
        )
        for rule, words in _RULES.items()
    ]  # fmt: skip


def detection(figures: Figures) -> Html:
    """Precision, recall, and what was rightly not answered."""
    words = (
        'Precision: of all answers, how many are right. Recall: of all objects that were asked '
        'for, how many were answered rightly. mAP ranks answers by their confidence. In %.'
    )
    body = table(rows.DETECTION_HEAD, rows.detection_rows(figures), 'Precision and recall', True)
    return tag('section', tag('h2', 'Precision and recall'), tag('p', words), body)


def robustness(figures: Figures) -> Html:
    """The curves."""
    parts: list[Child] = []
    for curve in figures.robustness:
        parts += [
            tag('h3', curve.name),
            _curve(curve),
            table(rows.curve_head(curve), rows.curve_rows(curve), f'Right answers, {curve.name}',
                  True),
        ]  # fmt: skip
    words = (
        'The same questions about images that are changed; the strict rule. The band is where the '
        'article says that answers end up under another light than that of training.'
    )
    return tag('section', tag('h2', 'Robustness'), tag('p', words), *parts, id='robustness')


def _curve(curve: Robustness) -> Html:
    as_it_is = curve.undisturbed
    points = [
        Point(f'{curve.undisturbed_level:g}', as_it_is.value, as_it_is.low, as_it_is.high),
        *(Point(f'{s.level:g}', s.right.value, s.right.low, s.right.high) for s in curve.steps),
    ]
    bands = []
    if curve.article:
        low, high = (as_it_is.value * (1 + change) for change in curve.article)
        bands.append((low, high, 'article'))
    return share_curve(points, f'{curve.name}: {curve.unit}', bands)


def published(run: EvaluationRun, figures: Figures) -> list[Html]:
    """The article's figures beside ours, where the splits are the same."""
    task = Task(run.options.task)
    body = list(rows.published_rows(figures, task))
    if not figures.splits or not body:
        return []
    words = 'Official rule, %. The article’s splits are small: about 6 points either way.'
    made = table(rows.published_head(task), body, 'Beside the article', True)
    return [tag('section', tag('h2', 'Beside the article'), tag('p', words), made)]
