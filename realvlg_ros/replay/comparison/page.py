"""A comparison as one self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...errors import RunError
from ..report.markup import Html, join, said, tag
from ..report.page import page
from ..report.page_data import picture_json
from ..report.panels import dialog, timeline
from ..report.summary import bag_name, warnings
from ..report.words import seconds
from ..runs.recording import Recording
from ..runs.run_reader import FrameKey
from . import sections
from .comparison import Comparison
from .differing import DifferingFrame, differing_frames, read_pictures
from .lines import page_json

# Of the page's script, in the order in which they run.
_SCRIPTS = ('start.js', 'chart.js', 'timeline.js', 'pictures.js', 'compare.js')
_HINT = (
    'One line for each object that a run has followed; a low bar is a bad state, a blue edge '
    'below it a stable pose. Point at a bar, tap it or reach it with the keyboard for its reason.'
)


def write_page(comparison: Comparison, path: Path) -> Path:
    """Write the page of a comparison.

    Raises:
        RunError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render_page(comparison), encoding='utf-8')
    except OSError as error:
        raise RunError(f'{path} cannot be written: {error}') from error
    return path


def render_page(comparison: Comparison) -> str:
    """The page of a comparison."""
    pair = comparison.pair
    frames = differing_frames(pair)
    recordings = read_pictures(pair, frames)
    remarks = [
        f'{name}: {words}'
        for name, recording in zip('AB', recordings, strict=True)
        for words in recording.remarks
    ]
    pictures: list[dict[str, Any]] = []
    groups = [_group(frame, recordings, pictures) for frame in frames]
    body = join(
        [
            sections.header(comparison),
            warnings([*comparison.remarks, *remarks]),
            sections.goals(comparison),
            sections.figures(comparison),
            _frames(groups),
            timeline(_HINT, any(goal.frames for goal in pair.goals)),
            _charts(comparison),
            sections.stages(comparison),
            sections.used(comparison),
            dialog(),
        ]
    )
    title = f'Two replays of {bag_name(pair.a)}'
    return page(title, tag('main', body), page_json(pair, pictures), _SCRIPTS)


def _frames(groups: list[Html]) -> Html:
    hint = (
        'The same image in both runs, A on the left, B on the right, in order of time: answers '
        'that ended otherwise, frames that only one run follows, and grasps that are farthest '
        'apart. Enlarge one and press the right arrow to go from A to B and back.'
    )
    alike = tag('p', 'No frame differs enough to be seen.', class_='missing')
    return tag(
        'section',
        tag('h2', 'Frames that differ most'),
        tag('p', hint, class_='hint') if groups else alike,
        *groups,
        id='frames',
    )


def _group(
    frame: DifferingFrame, recordings: tuple[Recording, Recording], pictures: list[dict[str, Any]]
) -> Html:
    sides = zip('AB', recordings, (frame.key_a, frame.key_b), frame.words, strict=True)
    shown = [_side(frame.t, *side, pictures) for side in sides]
    return tag(
        'figure',
        tag('figcaption', tag('b', frame.title)),
        tag('div', *shown, class_='row two'),
        class_='pair',
    )


def _side(
    t: float,
    name: str,
    recording: Recording,
    key: FrameKey | None,
    words: str,
    pictures: list[dict[str, Any]],
) -> Html:
    caption = tag('p', tag('b', f'{name} '), said(words), class_='hint')
    picture = recording.pictures.get(key) if key else None
    if picture is None:
        return tag('div', tag('div', 'no image', class_='missing'), caption)
    pictures.append(picture_json(picture, t, f'{name} at {seconds(t)}'))
    index = len(pictures) - 1
    image = tag('img', data_picture=index, alt=f'Camera image of run {name} at {seconds(t)}')
    label = f'Enlarge the image of run {name} at {seconds(t)}'
    button = tag(
        'button', image, type='button', class_='picture', data_open=index, aria_label=label
    )
    return tag('div', button, caption)


def _charts(comparison: Comparison) -> Html:
    heading = tag('h2', 'Grasps of both runs')
    if not any(goal.frames for goal in comparison.pair.goals):
        words = 'Neither run has followed an object.'
        return tag('section', heading, tag('p', words, class_='missing'), id='charts')
    hint = 'A line is broken where nothing is known, or where a run has no grasp.'
    chooser = tag('label', 'Goal ', tag('select', id='goal'), for_='goal')
    return tag(
        'section',
        heading,
        tag('p', hint, class_='hint'),
        tag('p', chooser, class_='buttons', hidden=True),
        tag('div', id='compared'),
        id='charts',
    )  # fmt: skip
