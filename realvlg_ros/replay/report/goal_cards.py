"""One card a goal: what was asked, what came, why, when, where."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...arrays import FloatArray
from ...transforms import to_quaternion
from ..runs.events import Event
from ..runs.goals import Goal
from ..runs.motion import JUMP_M, JUMP_RAD, Jitter, Motion
from .markup import Child, Html, fold, join, said, tag
from .summary import badge
from .words import (
    QUALITY,
    STATUSES,
    STD,
    TCP,
    TIME_TO_ANSWER,
    counted,
    degrees,
    mm,
    percent,
    seconds,
    vector,
)

Row = tuple[str, Child, str]

# Number in a box of the picture, as a share of the width of the image. Chosen: as large as the
# words beside it, where the picture is as wide as a card lets it be.
_NUMBER = 1 / 20
# A reason of more characters is folded. Chosen: three lines; one that lists all objects of a
# crowded table has fifteen.
_LONGEST_REASON = 300


def goal_cards(
    goals: Sequence[Goal],
    motions: Sequence[Motion | None],
    pictures: Sequence[int | None],
    image_size: tuple[float, float] | None,
) -> Html:
    """The cards of all goals.

    Args:
        goals: of the run.
        motions: of the target of each goal; None where none was followed.
        pictures: index of the picture of each answer; None without one.
        image_size: width and height of the camera's images, px; None where it is not known.
    """
    cards = [
        _card(number, goal, motion, _picture(number, goal, picture, image_size))
        for number, (goal, motion, picture) in enumerate(
            zip(goals, motions, pictures, strict=True), 1
        )
    ]
    empty = tag('p', 'The run has no goals.', class_='missing')
    return tag('section', tag('h2', 'Goals'), *(cards or [empty]), id='goals', aria_label='Goals')


def _card(number: int, goal: Goal, motion: Motion | None, picture: Html | None) -> Html:
    answer = goal.answer
    meaning = STATUSES.get(goal.status, 'a status that this page does not know')
    further = _further_rows(goal)
    parts: list[Html | None] = [
        tag('h3', f'{number}. “', said(goal.instruction), '”'),
        tag('p', badge(goal.status), f' {meaning}'),
        _reason(answer.message if answer else ''),
        _question(goal),
        _definitions(_rows(goal, motion)),
        fold('More', _definitions(further)) if further else None,
        _buttons(number, answer),
    ]
    body = tag('div', *parts, class_='words')
    kind = 'card' if picture else 'card plain'
    return tag('article', body, picture, class_=kind, id=f'goal-{number}')


def _picture(
    number: int, goal: Goal, picture: int | None, image_size: tuple[float, float] | None
) -> Html | None:
    """The image at the answer; where that is a question, the one it is about, with boxes."""
    if picture is None:
        return None
    asking = goal.question
    boxes = None
    if asking is not None and image_size is not None:
        drawn = [
            _box(k, candidate.box, image_size[0] * _NUMBER)
            for k, candidate in enumerate(asking.candidates, 1)
            if candidate.box is not None
        ]
        view = f'0 0 {image_size[0]:g} {image_size[1]:g}'
        boxes = tag('svg', *drawn, class_='boxes', viewBox=view, aria_hidden='true')
    words = f'image that was looked at for goal {number}' if asking else f'answer to goal {number}'
    return tag(
        'button',
        tag('img', data_picture=picture, alt=f'Camera image: {words}'),
        boxes,
        type='button',
        class_='picture',
        data_open=picture,
        aria_label=f'Enlarge: {words}',
    )


def _box(number: int, box: FloatArray, size: float) -> Html:
    """A box with its number in it.

    Args:
        number: of the candidate.
        box: (4,) x1, y1, x2, y2, px.
        size: height of the number, px.
    """
    x, y, right, bottom = (round(float(value), 1) for value in box)
    rectangle = tag(
        'rect', x=x, y=y, width=max(right - x, 0.0), height=max(bottom - y, 0.0)
    )  # fmt: skip
    place = {'x': x + 0.2 * size, 'y': y + size, 'font_size': size}
    words = {name: round(value, 1) for name, value in place.items()}
    return tag('g', rectangle, tag('text', str(number), **words))


def _reason(words: str) -> Html | None:
    """Why it ended so; its beginning, where it is long, with the whole to be opened."""
    if not words:
        return None
    if len(words) <= _LONGEST_REASON:
        return tag('p', 'Reason: ', said(words), class_='reason')
    start, _, _ = words[:_LONGEST_REASON].rpartition(' ')
    title = join(['Reason: ', said(start or words[:_LONGEST_REASON]), ' …'])
    return tag('div', fold(title, tag('p', said(words))), class_='reason')


def _question(goal: Goal) -> Html | None:
    asking = goal.question
    if asking is None:
        return None
    word = 'These fit: ' if goal.status == 'AMBIGUOUS' else 'These came nearest: '
    items = [
        tag('li', said(', '.join(filter(None, (item.label, item.description)))))
        for item in asking.candidates
    ]
    return tag(
        'div',
        tag('p', 'Question to the person: ', said(asking.question)) if asking.question else None,
        join([tag('p', word), tag('ol', *items)]) if items else None,
    )


def _rows(goal: Goal, motion: Motion | None) -> list[Row]:
    """What is read first."""
    rows: list[Row] = []
    time = goal.time_to_answer
    if time is not None:
        rows.append(('time to answer', seconds(time), TIME_TO_ANSWER))
    pose = goal.answer.pose if goal.answer else None
    if pose is not None:
        place = f'{vector(pose.position * 1000, 1)} mm'
        frame = said(pose.frame_id or 'a frame that is not told')
        spread = [
            _or_not(pose.position_std(), lambda value: mm(value, 2)),
            _or_not(pose.rotation_std(), lambda value: degrees(value, 2)),
        ]
        rows += [
            ('position x, y, z', join([place, ' in ', frame]), TCP),
            ('width', _or_not(pose.width, mm), 'distance of the two contacts'),
            ('quality', _or_not(pose.quality, '{:.2f}'.format), QUALITY),
            ('uncertainty', ', '.join(spread), STD),
        ]
    followed = goal.followed_share()
    if followed is not None:
        words = 'share of the frames with a confirmed target and a grasp'
        rows.append(('followed', percent(followed), words))
    return rows if motion is None else rows + _jitter_rows(motion)


def _further_rows(goal: Goal) -> list[Row]:
    again = sum(event.again for event in goal.groundings)
    looks = counted(len(goal.groundings), 'time') + (f', {again} of them again' if again else '')
    rows: list[Row] = [
        ('asked at', seconds(goal.asked), 'since the first frame'),
        ('looked for', looks, 'how often the sentence was matched with an image'),
    ]
    answer = goal.answer
    if answer is None or answer.pose is None:
        return rows
    pose = answer.pose.tcp2frame
    rows += [
        ('approach', vector(pose[:3, 2], 3), 'unit vector from the gripper toward the object'),
        ('opening axis', vector(pose[:3, 1], 3), 'unit vector from finger to finger'),
        ('rotation', vector(to_quaternion(pose), 4), 'as a quaternion x, y, z, w'),
    ]
    if answer.grasps is not None:
        rows.append(('grasps', str(answer.grasps), 'in the answer; the best one is shown'))
    if answer.checked_stamp_ns:
        age = (answer.stamp_ns - answer.checked_stamp_ns) * 1e-9
        when = 'on the same image' if abs(age) < 0.0005 else f'on the image {seconds(age)} before'
        rows.append(('checked', when, 'for collisions with what the camera saw'))
    return rows


def _jitter_rows(motion: Motion) -> list[Row]:
    jitter = Jitter.of(motion.step, motion.turn)
    if not jitter.steps:
        return []
    value = f'{mm(jitter.position, 2)}, {degrees(jitter.rotation, 2)}'
    words = 'motion of the best grasp from frame to frame, root mean square; real motion counts'
    jumps = f'steps of more than {mm(JUMP_M, 0)} or {degrees(JUMP_RAD, 0)}: another grasp is best'
    return [('jitter', value, words), ('jumps', str(jitter.jumps), jumps)]


def _or_not(value: float | None, form: Callable[[float], str]) -> str:
    return 'not told' if value is None else form(value)


def _definitions(rows: Sequence[Row]) -> Html:
    parts = [
        tag(
            'div',
            tag('dt', name),
            tag('dd', value, tag('small', words) if words else None),
        )
        for name, value, words in rows
    ]
    return tag('dl', *parts)


def _buttons(number: int, answer: Event | None) -> Html | None:
    if answer is None:
        return None
    return tag(
        'p',
        tag('button', 'Show in the timeline', type='button', data_time=round(answer.t, 4)),
        ' ',
        tag('button', 'Show in 3-D', type='button', data_scene_of=number, hidden=True),
        class_='buttons',
    )
