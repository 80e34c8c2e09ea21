"""The key frames: each event with its images before, at and after."""

from __future__ import annotations

from collections.abc import Mapping

from ..runs.run_reader import FrameKey
from .key_frames import Choice, Moment
from .markup import Html, said, tag
from .summary import badge
from .words import counted, seconds

Indices = Mapping[FrameKey, int]
Times = Mapping[FrameKey, float]


def strip(choice: Choice, pictures: Indices, times: Times) -> Html:
    """The strip of key frames.

    Args:
        choice: moments with their frames.
        pictures: the index of each picture that is there.
        times: of the frames, s since the first.
    """
    notes = [
        'Each event with the image half a second before it, at it and half a second after. The '
        'object that is followed is outlined, its best grasp is drawn with red jaws.'
    ]
    if choice.left_out:
        notes.append(
            f'{counted(choice.left_out, "event")} had no room here: all are in the timeline.'
        )
    lacking = sum(key not in pictures for key in choice.frames)
    if lacking:
        notes.append(f'{counted(lacking, "wanted image")} could not be found in the recording.')
    groups = [_group(moment, pictures, times) for moment in choice.moments]
    empty = tag('p', 'The run has no events to show.', class_='missing')
    return tag(
        'section',
        tag('h2', 'Key frames'),
        tag('p', ' '.join(notes), class_='hint'),
        tag('div', *(groups or [empty]), class_='strip'),
        id='frames',
        aria_label='Key frames',
    )


def _group(moment: Moment, pictures: Indices, times: Times) -> Html:
    shown = {word: (times[key], pictures.get(key)) for word, key in moment.frames}
    frames = [
        _frame(word, moment.t, *shown[word]) if word in shown else _nothing(word)
        for word in ('before', 'at', 'after')
    ]
    caption = tag(
        'figcaption',
        tag('button', seconds(moment.t), type='button', data_time=round(moment.t, 4)),
        ' ',
        tag('b', said(moment.title)),
        ' ' if moment.status else None,
        badge(moment.status) if moment.status else None,
        tag('span', said(moment.detail), class_='detail') if moment.detail else None,
    )
    return tag(
        'figure',
        caption,
        tag('div', *frames, class_='row'),
        class_='moment',
        data_kind=moment.kind,
    )


def _nothing(word: str) -> Html:
    words = f'the recording has no frame {word} it'
    return tag('div', tag('small', words), class_='nothing')


def _frame(word: str, event_t: float, t: float, picture: int | None) -> Html:
    words = f'at {seconds(t)}' if word == 'at' else f'{seconds(abs(t - event_t))} {word}'
    if picture is None:
        return tag('div', tag('div', 'no image', class_='missing'), tag('small', words))
    return tag(
        'div',
        tag(
            'button',
            tag('img', data_picture=picture, alt=f'Camera image {words}'),
            type='button',
            class_='picture',
            data_open=picture,
            aria_label=f'Enlarge the image {words}',
        ),
        tag('small', words),
    )
