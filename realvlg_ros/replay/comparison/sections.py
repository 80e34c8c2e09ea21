"""The parts of a comparison's page: verdict, goals, figures, latency, what was used."""

from __future__ import annotations

from math import degrees

from ..report.markup import Child, Html, join, said, table, tag
from ..report.summary import badge, bag_name
from ..report.tables import shown
from ..report.words import seconds
from ..runs.goals import Goal
from .comparison import Comparison
from .figures import Verdict, status_change
from .pairs import GoalPair
from .verdict import against, limits_sentence, sentence, side


def header(comparison: Comparison) -> Html:
    """The verdict, and which runs are compared."""
    pair = comparison.pair
    tone, words = sentence(comparison)
    limits = limits_sentence(comparison)
    held = 'good' if comparison.within_limits else 'bad'
    return tag(
        'header',
        tag('p', f'Two replays of {bag_name(pair.a)}', class_='eyebrow'),
        tag('h1', words, class_=f'verdict {tone}'),
        tag('p', limits, class_=f'limits {held}') if limits else None,
        tag(
            'ul',
            tag('li', 'A, before: ', tag('b', said(str(pair.a.folder)))),
            tag('li', 'B, after: ', tag('b', said(str(pair.b.folder)))),
            class_='facts',
        ),
        tag(
            'p',
            'The same recording was played through the grasping pipeline twice. Poses are '
            'compared frame by frame; they have no truth to be measured against here, so a pose '
            'that differs is called changed, not worse.',
            class_='hint',
        ),
    )


def goals(comparison: Comparison) -> Html:
    """The questions with both answers."""
    rows = [_goal(goal) for goal in comparison.pair.goals]
    if not rows:
        return tag('section', tag('h2', 'Goals'), tag('p', 'Nothing was asked.', class_='missing'))
    head = ('goal', 'B is', 'A', 'B', 'grasps apart', 'followed in A', 'in B')
    caption = (
        'How each question ended, how far the grasps of the two answers are apart, and the share '
        'of the frames with a target in A or B in which each follows it'
    )
    return tag('section', tag('h2', 'Goals'), table(head, rows, caption), id='goals')


def figures(comparison: Comparison) -> Html:
    """Every figure with its limit."""
    limits = {check.figure.name: check for check in comparison.checks}
    rows: list[tuple[Child, ...]] = []
    for figure in comparison.figures:
        check = limits.get(figure.name)
        limit: Child = ''
        if check is not None:
            word = 'holds' if check.holds else 'broken'
            limit = join([f'at most {check.limit:g}: ', tag('b', word, class_=f'limit {word}')])
        rows.append(
            (
                join([figure.words, tag('small', figure.name)]),
                _verdict(figure.verdict) if figure.value is not None else '',
                against(figure),
                limit,
                side(figure, figure.a),
                side(figure, figure.b),
            )
        )
    head = ('figure', 'B is', 'B against A', 'limit', 'A', 'B')
    caption = 'In small letters: what --limit takes. Latency is that of the stage that grew most'
    return tag('section', tag('h2', 'Figures'), table(head, rows, caption), id='figures')


def stages(comparison: Comparison) -> Html:
    """Latency of both runs."""
    rows = []
    for name, (a, b) in comparison.stages.items():
        ratio = f'{b.median_ms / a.median_ms:.2f}' if a and b and a.median_ms > 0 else ''
        cells = [
            f'{value:.2f}' if value is not None else 'not run'
            for value in (
                a and a.median_ms, b and b.median_ms, a and a.p95_ms, b and b.p95_ms
            )
        ]  # fmt: skip
        rows.append((said(name), *cells, ratio))
    head = (
        'stage',
        'A median, ms',
        'B median, ms',
        'A 95 % below, ms',
        'B 95 % below, ms',
        'B / A',
    )
    content = table(head, rows, 'Wall time of each stage; it depends on the machine', numbers=True)
    if not rows:
        content = tag('p', 'Neither run tells of its latency.', class_='missing')
    return tag('section', tag('h2', 'Latency'), content, id='stages')


def used(comparison: Comparison) -> Html:
    """Parameters, versions and other facts that differ."""
    rows = [
        (said(each.name), said(shown(each.a)), said(shown(each.b))) for each in comparison.used
    ]
    content = tag('p', 'Parameters, versions, camera and lighting are the same in both runs.')
    if rows:
        content = table(('name', 'A', 'B'), rows, 'What is not here is the same in both runs')
    return tag('section', tag('h2', 'What was used differently'), content, id='used')


def _goal(pair: GoalPair) -> tuple[Child, ...]:
    apart = 'not known'
    if pair.distance is not None and pair.angle is not None:
        apart = f'{pair.distance * 1e3:.2f} mm, {degrees(pair.angle):.2f}°'
    change = status_change(pair)
    return (
        join([f'{pair.number}. “', said(pair.instruction), '”']),
        _verdict(change) if pair.a and pair.b else 'only in one run',
        _end(pair.a),
        _end(pair.b),
        apart,
        *map(_share, pair.followed or (None, None)),
    )


def _end(goal: Goal | None) -> Child:
    if goal is None:
        return 'not asked'
    time = goal.time_to_answer
    reason = goal.answer.message if goal.answer else ''
    return join(
        [
            badge(goal.status),
            f' after {seconds(time)}' if time is not None else None,
            tag('small', said(reason)) if reason else None,
        ]
    )


def _share(share: float | None) -> str:
    return 'never' if share is None else f'{100 * share:.1f} %'


def _verdict(verdict: Verdict) -> Html:
    return tag('span', verdict.value, class_='verdict-word', data_verdict=verdict.name.lower())
