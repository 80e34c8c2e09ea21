"""A run of episodes as one page: how often it worked, on what, and what failures look like."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import RunError
from ..evaluation.calibration import ProbabilityRange
from ..replay.report.markup import Child, Html, data_address, join, table, tag
from ..replay.report.page import page
from . import tally
from .record import Cause, Episode
from .run import EvaluateOptions

# Sides of the chart of reliability and its margin, px. Chosen: fits a phone.
_SIDE, _MARGIN = 320, 40
_WORDS = {
    Cause.SUCCESS: 'the named object was held to the end, and no other was moved by 3 cm',
    Cause.RIGHTLY_REFUSED: 'no grasp was given, and a search on the true meshes finds none either',
    Cause.REFUSED: 'no grasp was given, and a search on the true meshes finds one',
    Cause.WRONG_OBJECT: 'another object was meant or taken',
    Cause.COLLISION: 'the open hand pushed something on its way',
    Cause.MISSED: 'the fingers did not get hold of the object',
    Cause.SLIP: 'both fingers had the object, and it was lost',
    Cause.DISTURBED: 'the object was held, and another was moved by more than 3 cm',
    Cause.ERROR: 'an input was refused, or nodes did not answer',
}
_ASKED = {
    'pipeline': 'the pipeline answers, and its best grasp is tried',
    'nodes': 'pick_executor commands a simulated robot through the nodes',
}


def write_report(
    path: Path,
    options: EvaluateOptions,
    episodes: Sequence[Episode],
    pictures: Mapping[int, Path],
    animations: Mapping[int, Path],
) -> None:
    """Write report.html, which holds all that it shows.

    Args:
        path: of the page.
        options: of the run.
        episodes: all of them.
        pictures: a strip of an episode, by its seed.
        animations: the same in motion.

    Raises:
        RunError: it cannot be written.
    """
    body = join(
        [
            _header(options, episodes),
            _causes(episodes),
            _failures(episodes, pictures, animations),
            _objects(episodes),
            _quality(episodes),
            _judge(episodes),
            _executor(episodes),
            _stages(episodes),
        ]
    )
    title = f'{len(episodes)} picks: {options.kind}, {options.grounding}'
    try:
        path.write_text(
            page(title, tag('main', body), {'episodes': len(episodes)}, ()), encoding='utf-8'
        )
    except OSError as error:
        raise RunError(f'{path} cannot be written: {error}') from error


def _header(options: EvaluateOptions, episodes: Sequence[Episode]) -> Html:
    share = tally.success(episodes)
    low, high = share.interval
    named = {
        'truth': 'its true mask',
        'box': 'a detector’s box, 4 % off',
        'sentence': 'a sentence, read by the tabletop grounder',
    }[options.grounding]
    verdict = (
        f'{share.value:.1%} of {share.trials} picks succeeded' if share.trials else 'no trial'
    )
    force = tally.table_force(episodes)
    return tag(
        'header',
        tag('p', 'Closed loop in simulation', class_='eyebrow'),
        tag('h1', verdict, class_=f'verdict {_grade(share.value)}'),
        tag(
            'p',
            f'With 95 % confidence the true share lies between {low:.1%} and {high:.1%}. Scenes: '
            f'{options.kind}, seeds from {options.seed}. The object is named by {named}; '
            f'{_ASKED[options.through]}; gripper '
            f'{options.gripper}. The largest force of the hand on the table was {force:.1f} N.',
        ),
    )


def _grade(value: float) -> str:
    if not math.isfinite(value):
        return 'mixed'
    return 'good' if value >= 0.9 else 'mixed' if value >= 0.7 else 'bad'


def _causes(episodes: Sequence[Episode]) -> Html:
    rows = [
        (cause.value, str(share.successes), f'{share.value:.1%}', _interval(share), _WORDS[cause])
        for cause, share in tally.causes(episodes).items()
    ]
    return tag(
        'section',
        tag('h2', 'What became of them'),
        table(('outcome', 'episodes', 'share', '95 % interval', 'it means'), rows, 'Outcomes'),
    )


def _objects(episodes: Sequence[Episode]) -> Html:
    rows = [
        (thing, f'{share.successes} of {share.trials}', _percent(share.value), _interval(share))
        for thing, share in tally.by_object(episodes).items()
    ]
    return tag(
        'section',
        tag('h2', 'By object'),
        tag('p', 'The worst first; an object that no hand could grasp does not count.'),
        table(('object', 'picks', 'share', '95 % interval'), rows, 'Success by object', True),
    )


def _failures(
    episodes: Sequence[Episode], pictures: Mapping[int, Path], animations: Mapping[int, Path]
) -> Html:
    figures: list[Child] = []
    for cause in Cause:
        shown = [e for e in episodes if e.cause is cause and e.seed in pictures]
        if shown:
            figures.append(tag('h3', f'{cause.value} ({len(shown)} shown)'))
            figures += [_figure(e, pictures, animations) for e in shown]
    if not figures:
        figures = [tag('p', 'No failure has pictures.', class_='missing')]
    hint = (
        'Left what the camera saw, the object that was meant in green and what was understood in '
        'yellow; then the hand before the approach, at the grasp, closed, and as it lifts. Open '
        'one to see it move.'
    )
    return tag(
        'section', tag('h2', 'Failures'), tag('p', hint, class_='hint'), *figures, id='failures'
    )


def _figure(
    episode: Episode, pictures: Mapping[int, Path], animations: Mapping[int, Path]
) -> Html:
    words = f'seed {episode.seed}, {episode.target}, “{episode.sentence}”: {episode.detail}'
    if math.isfinite(episode.quality):
        words += f'; quality {episode.quality:.2f}, by the judge on the mesh {episode.judged}'
    still = tag('img', src=_data(pictures[episode.seed]), alt=words, loading='lazy')
    moving = None
    if episode.seed in animations:
        moving = tag(
            'details',
            tag('summary', 'in motion'),
            tag('img', src=_data(animations[episode.seed]), alt=f'{words}, in motion'),
        )
    return tag('figure', still, tag('figcaption', words), moving)


def _quality(episodes: Sequence[Episode]) -> Html:
    rows = tally.reliability(episodes)
    body = [
        (f'{r.low:.2f} to {r.high:.2f}', f'{r.mean:.3f}', _percent(r.share), str(r.count))
        for r in rows
    ]
    error = tally.calibration_error(episodes)
    words = (
        'A quality of 0.9 should mean that nine of ten such grasps succeed: points on the '
        'diagonal. '
    )
    if math.isfinite(error):
        words += f'The expected calibration error is {error:.3f}.'
    return tag(
        'section',
        tag('h2', 'Quality against outcome'),
        tag('p', words),
        _curve(rows),
        table(('quality', 'mean', 'succeeded', 'grasps'), body, 'Reliability of quality', True),
    )


def _curve(rows: Sequence[ProbabilityRange]) -> Html:
    """Success against mean quality, with intervals."""

    def x(value: float) -> float:
        return round(_MARGIN + value * (_SIDE - 2 * _MARGIN), 1)

    def y(value: float) -> float:
        return round(_SIDE - _MARGIN - value * (_SIDE - 2 * _MARGIN), 1)

    marks: list[Child] = [
        tag('rect', x=x(0), y=y(1), width=x(1) - x(0), height=y(0) - y(1), fill='none',
            stroke='currentColor', stroke_width=1),
        tag('line', x1=x(0), y1=y(0), x2=x(1), y2=y(1), stroke='currentColor',
            stroke_dasharray='4 4'),
    ]  # fmt: skip
    for part in rows:
        mean, share = part.mean, tally.Share(part.hits, part.count)
        low, high = share.interval
        marks += [
            tag('line', x1=x(mean), x2=x(mean), y1=y(low), y2=y(high), stroke='#0b6bb5',
                stroke_width=2),
            tag('circle', cx=x(mean), cy=y(share.value), r=4, fill='#0b6bb5'),
        ]  # fmt: skip
    for value in (0.0, 0.5, 1.0):
        marks += [
            tag('text', f'{value:g}', x=x(value), y=_SIDE - 20, text_anchor='middle',
                fill='currentColor', font_size=12),
            tag('text', f'{value:g}', x=_MARGIN - 6, y=y(value) + 4, text_anchor='end',
                fill='currentColor', font_size=12),
        ]  # fmt: skip
    marks.append(
        tag('text', 'quality; upward: share that succeeded', x=_SIDE / 2, y=_SIDE - 4,
            text_anchor='middle', fill='currentColor', font_size=12)
    )  # fmt: skip
    return tag(
        'svg', *marks, viewBox=f'0 0 {_SIDE} {_SIDE}', width=_SIDE, height=_SIDE, role='img',
        aria_label='Reliability curve: the table below has its numbers',
    )  # fmt: skip


def _judge(episodes: Sequence[Episode]) -> Html:
    counted = tally.agreement(episodes)
    rows = [
        (words, str(counted.get((valid, True), 0)), str(counted.get((valid, False), 0)))
        for words, valid in (('holds it valid', True), ('finds a fault', False))
    ]
    return tag(
        'section',
        tag('h2', 'The judge on the true mesh against the hand'),
        table(('the judge', 'held', 'not held'), rows, 'Grasps that were tried', True),
    )


def _executor(episodes: Sequence[Episode]) -> Html:
    rows = [
        (status, 'held' if held else 'lost', str(count))
        for (status, held), count in tally.executor(episodes).items()
    ]
    if not rows:
        return join([])
    return tag(
        'section',
        tag('h2', 'Executor and physics'),
        table(('pick_executor says', 'by physics', 'episodes'), rows, 'Executor and physics'),
    )


def _stages(episodes: Sequence[Episode]) -> Html:
    rows = [(name, f'{value:.2f}') for name, value in tally.stage_seconds(episodes).items()]
    return tag(
        'section',
        tag('h2', 'Time of an episode'),
        table(('stage', 'median, s'), rows, 'Wall time by stage', True),
    )


def _interval(share: tally.Share) -> str:
    low, high = share.interval
    return f'{low:.1%} to {high:.1%}' if share.trials else ''


def _percent(value: float) -> str:
    return f'{value:.1%}' if math.isfinite(value) else 'no trial'


def _data(path: Path) -> str:
    kind = {'.jpg': 'jpeg', '.webp': 'webp'}[path.suffix]
    return data_address(path.read_bytes(), kind)
