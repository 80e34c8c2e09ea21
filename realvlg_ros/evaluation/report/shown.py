"""The parts of the page that show pictures: failures, and what another backend changes."""

from __future__ import annotations

from collections.abc import Sequence

from ...replay.report.markup import Child, Html, data_address, said, table, tag
from ..run.run import EvaluationRun
from ..scoring.outcome import WORDS, Outcome
from ..scoring.paired import pair_up
from ..scoring.score import Score
from .figures import Against
from .pictures import PictureBook

# Pictures of each outcome, and of each kind of change. Chosen: a page of 3 MB at most.
_PICTURES, _CHANGES = 9, 12
_FAILURES = [outcome for outcome in Outcome if not outcome.is_right]


def against_section(first: EvaluationRun, second: EvaluationRun, against: Against) -> Html:
    """The paired comparison of two backends, and pictures of what one alone does rightly.

    Args:
        first: run of the one.
        second: run of the other.
        against: the comparison.
    """
    names = [run.options.backend.words for run in (first, second)]
    if names[0] == names[1]:
        names = [f'{names[0]} (first)', f'{names[1]} (second)']
    test = against.test
    body = [
        (
            name, str(t.questions), str(t.both), str(t.first_only), str(t.second_only),
            str(t.neither), f'{100 * t.difference:+.1f} [{100 * t.low:+.1f}, {100 * t.high:+.1f}]',
            f'{t.p:.3g}',
        )
        for name, t in (('all', test), *against.kinds.items())
    ]  # fmt: skip
    head = (
        'sentences', 'questions', 'both right', f'{names[0]} alone', f'{names[1]} alone',
        'neither', 'difference, points', 'p (McNemar)',
    )  # fmt: skip
    return tag(
        'section',
        tag('h2', f'{names[0]} against {names[1]}'),
        tag('p', f'{test.words().capitalize()}. The same questions; right as the outcome says.'),
        table(head, body, 'Paired comparison', True),
        *_changes(first, second, names),
        id='against',
    )


def _changes(first: EvaluationRun, second: EvaluationRun, names: Sequence[str]) -> list[Html]:
    """Pictures of what one backend does right and the other does not."""
    pairs = [pair for pair in pair_up(first.plain, second.plain) if pair.change]
    shown = {
        change: [pair for pair in pairs if pair.change == change][:_CHANGES] for change in (-1, 1)
    }
    book = PictureBook(first, [p.first for each in shown.values() for p in each])
    parts = []
    for change, title in ((-1, f'{names[0]} alone is right'), (1, f'{names[1]} alone is right')):
        figures = [
            _figure(
                book.draw([pair.first, pair.second]), pair.first,
                f'{names[0]}: {pair.first.outcome.value}; {names[1]}: {pair.second.outcome.value}',
            )
            for pair in shown[change]
        ]  # fmt: skip
        if figures:
            parts += [tag('h3', title), tag('div', *figures, class_='figures')]
    hint = f'Green is right; orange is what {names[0]} answered, blue what {names[1]} did.'
    return [tag('p', hint, class_='hint'), *parts] if parts else []


def failures(run: EvaluationRun) -> Html:
    """Pictures of each way to fail."""
    shown: dict[Outcome, list[Score]] = {
        outcome: [score for score in run.plain if score.outcome is outcome]
        for outcome in _FAILURES
    }
    book = PictureBook(run, [s for scores in shown.values() for s in scores[:_PICTURES]])
    parts: list[Child] = []
    for outcome, scores in shown.items():
        if scores:
            few = scores[:_PICTURES]
            parts += [
                tag('h3', f'{outcome.value}: {len(few)} of {len(scores)}'),
                tag('p', WORDS[outcome].capitalize() + '.', class_='hint'),
                tag(
                    'div',
                    *(_figure(book.draw([s]), s, _detail(s)) for s in few),
                    class_='figures',
                ),
            ]
    if not parts:
        parts = [tag('p', 'There is none.', class_='missing')]
    hint = 'Green is right, grey other things, yellow what was answered.'
    return tag('section', tag('h2', 'Failures'), tag('p', hint, class_='hint'), *parts,
               id='failures')  # fmt: skip


def _detail(score: Score) -> str:
    overlap = f'IoU {score.overlap:.2f}; ' if score.valid else ''
    return f'{overlap}{score.message}'


def _figure(picture: bytes | None, score: Score, detail: str) -> Html:
    words = f'{score.sentence}, {score.image}'
    shown = tag('p', 'no picture', class_='missing')
    if picture is not None:
        shown = tag('img', src=data_address(picture, 'jpeg'), alt=words, loading='lazy')
    caption = tag(
        'figcaption',
        tag('b', said(f'“{score.sentence}”')),
        tag('span', said(detail), class_='detail'),
        tag('small', said(score.image)),
    )
    return tag('figure', shown, caption)
