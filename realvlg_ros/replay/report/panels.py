"""The parts of the page that its script fills: timeline, charts, viewer, 3-D view."""

from __future__ import annotations

from .markup import Html, join, tag
from .page_data import Content
from .tables import latency_table
from .words import STATES, counted


def timeline(hint: str, followed: bool) -> Html:
    """Bars of target states over time, with marks of goals, answers and notices.

    Args:
        hint: how to read it.
        followed: whether there is an object that was followed.
    """
    keys = [
        tag('li', tag('i', class_='key', data_state=state), f'{state}: {words}')
        for state, words in STATES.items()
    ]
    marks = [
        tag('li', tag('i', class_='key', data_mark=kind), words)
        for kind, words in (
            ('goal', 'a sentence is asked'),
            ('grounding', 'its object is looked for'),
            ('answer', 'the answer comes (red: it has no grasp)'),
            ('notice', 'a notice about the recording'),
            ('jump', 'the best grasp jumps: another one has become the best'),
        )
    ]
    return tag(
        'section',
        tag('h2', 'Timeline'),
        tag('p', hint, class_='hint'),
        zoom_buttons(),
        tag('div', class_='timeline', id='timeline'),
        tag('ul', *keys, *marks, class_='keys'),
        None if followed else tag('p', 'No object was followed.', class_='missing'),
        id='when',
        aria_label='Timeline',
    )


def zoom_buttons() -> Html:
    """Buttons that narrow the time that timeline and charts show."""
    buttons = [
        tag('button', words, type='button', data_zoom=kind)
        for kind, words in (('in', 'Zoom in'), ('out', 'Zoom out'), ('all', 'Whole recording'))
    ]
    return tag('p', *buttons, class_='buttons', role='group', aria_label='Time shown')


def charts(content: Content) -> Html:
    """Charts of the best grasp against time, and latency."""
    hint = (
        'All charts share the time of the timeline: the line at the pointer is at the same time '
        'in each. A line is broken where nothing is known.'
    )
    moved = any(motion is not None for _, _, motion in content.tracks)
    chooser = tag(
        'p',
        tag('label', 'Target ', tag('select', id='track'), for_='track'),
        class_='buttons',
        hidden=True,
    )
    latency: list[Html | None] = [tag('h3', 'Latency of each stage')]
    if content.latencies:
        words = (
            'Wall time on the machine that made the replay; the only figures here that differ '
            'from one replay to the next.'
        )
        latency += [
            tag('p', words, class_='hint'),
            tag('div', id='latency'),
            latency_table(content.latencies),
        ]
    else:
        latency.append(tag('p', 'The run tells nothing of its latency.', class_='missing'))
    missing = tag('p', 'No target had a grasp: there is no motion to show.', class_='missing')
    return tag(
        'section',
        tag('h2', 'Motion of the best grasp'),
        tag('p', hint, class_='hint'),
        chooser,
        tag('div', id='motion') if moved else missing,
        *latency,
        id='charts',
        aria_label='Charts',
    )


def viewer(content: Content) -> Html:
    """The image nearest to the shared time, with a slider."""
    first, last = content.run.span()
    slider = tag(
        'input', type='range', id='time', min=round(first, 3), max=round(last, 3), step='any',
        value=round(first, 3), aria_label='Time in the recording, s',
    )  # fmt: skip
    shown = tag('p', 'The recording holds no images that could be shown.', class_='missing')
    if content.recording.pictures:
        button = tag(
            'button', tag('img', id='now', alt=''), type='button', class_='picture',
            aria_label='Enlarge the image',
        )  # fmt: skip
        shown = join([button, tag('p', id='now-words', class_='hint')])
    count = counted(len(content.recording.pictures), 'image')
    frames = counted(len(content.run.frame_times), 'frame')
    return tag(
        'aside',
        tag('h2', 'At ', tag('output', id='now-time', for_='time')),
        shown,
        slider,
        tag(
            'p',
            tag('button', '◀ image', type='button', data_step=-1, aria_label='Previous image'),
            ' ',
            tag('button', 'image ▶', type='button', data_step=1, aria_label='Next image'),
            class_='buttons',
        ),
        tag('ul', id='now-states', class_='states'),
        tag('p', f'This page holds {count} of {frames}.', class_='hint'),
        class_='viewer',
        aria_label='Image at the chosen time',
    )


def scene_view(content: Content) -> Html:
    """The view that turns."""
    hint = (
        'Coloured points are what the camera saw at an answer, the pink wireframe is the gripper '
        'at the best grasp, grey ones are other grasps, the grid is the plane on which the '
        'object stands, yellow dots are the contacts, the blue box is the object with its hidden '
        'side. x, y, z are the axes of the gripper: it closes along y and approaches along z. '
        'Drag to turn (sideways on a touch screen), '
        'or use the arrow keys, + and -, and the buttons.'
    )
    heading = tag('h2', 'Grasps in 3-D')
    if not content.scenes:
        words = 'The run holds no cloud of points of an answer: there is nothing to turn.'
        return tag('section', heading, tag('p', words, class_='missing'), id='scene-part')
    buttons = [
        tag('button', words, type='button', data_view=kind, aria_label=label)
        for kind, words, label in (
            ('left', '◀', 'Turn left'),
            ('right', '▶', 'Turn right'),
            ('up', '▲', 'Look from higher'),
            ('down', '▼', 'Look from lower'),
            ('in', '+', 'Nearer'),
            ('out', '−', 'Farther'),
            ('camera', 'Camera', "From the camera's side"),
            ('top', 'Top', 'From above'),
            ('side', 'Side', 'Along the opening axis'),
        )
    ]
    chooser = tag('label', 'Answer ', tag('select', id='scene-of'), for_='scene-of')
    left_out = content.scenes_left_out
    note = f'{counted(left_out, "more answer")} had no room here.' if left_out else None
    return tag(
        'section',
        heading,
        tag('p', hint, class_='hint'),
        tag('p', chooser, *buttons, class_='buttons', role='group', aria_label='View'),
        tag(
            'canvas', 'The points and the grasps of an answer.', id='scene', tabindex=0,
            role='img', aria_label='Points and grasps; arrow keys turn the view',
        ),
        tag('p', id='scene-words', class_='hint'),
        tag('p', note, class_='missing') if note else None,
        id='scene-part',
    )  # fmt: skip


def dialog() -> Html:
    """An image enlarged."""
    return tag(
        'dialog',
        tag('img', id='large', alt=''),
        tag(
            'p',
            tag('span', id='large-words'),
            tag('button', '◀', type='button', data_turn=-1, aria_label='Previous image'),
            tag('button', '▶', type='button', data_turn=1, aria_label='Next image'),
            tag('button', 'Close', type='button', id='close'),
            class_='buttons',
        ),
        id='dialog',
        aria_label='Image',
    )
