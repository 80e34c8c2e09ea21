"""One card a goal: what was asked, what came, why, when, where."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...transforms import to_quaternion
from ..runs.events import Event
from ..runs.goals import Goal
from ..runs.motion import Motion
from .markup import Child, Html, join, said, tag
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


def goal_cards(
    goals: Sequence[Goal], motions: Sequence[Motion | None], pictures: Sequence[int | None]
) -> Html:
    """The cards of all goals.

    Args:
        goals: of the run.
        motions: of the target of each goal; None where none was followed.
        pictures: index of the picture at each answer; None without one.
    """
    cards = [
        _card(number, goal, motion, picture)
        for number, (goal, motion, picture) in enumerate(
            zip(goals, motions, pictures, strict=True), 1
        )
    ]
    empty = tag('p', 'The run has no goals.', class_='missing')
    return tag(
        'section', tag('h2', 'Goals'), *(cards or [empty]), id='goals', aria_label='Goals'
    )


def _card(number: int, goal: Goal, motion: Motion | None, picture: int | None) -> Html:
    answer = goal.answer
    heading = tag('h3', f'{number}. ', said(f'“{goal.instruction}”'), ' ', badge(goal.status))
    reason = answer.message if answer else ''
    parts: list[Html | None] = [
        heading,
        tag('p', STATUSES.get(goal.status, 'a status that this page does not know'), '.'),
        tag('p', 'Reason: ', said(reason), class_='reason') if reason else None,
        _question(goal),
        _definitions(_rows(goal, motion)),
        _buttons(number, answer),
    ]
    body = tag('div', *parts, class_='words')
    shown = None
    if picture is not None:
        shown = tag(
            'button',
            tag('img', data_picture=picture, alt=f'The image at the answer to goal {number}'),
            type='button',
            class_='picture',
            data_open=picture,
            aria_label=f'Enlarge the image at the answer to goal {number}',
        )
    return tag('article', body, shown, class_='card', id=f'goal-{number}')


def _question(goal: Goal) -> Html | None:
    asking = goal.question
    if asking is None or goal.status not in ('AMBIGUOUS', 'NOT_FOUND'):
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
    rows: list[Row] = [('asked at', seconds(goal.asked), '')]
    time = goal.time_to_answer
    if time is not None:
        rows.append(('time to answer', seconds(time), TIME_TO_ANSWER))
    again = sum(event.again for event in goal.groundings)
    looks = counted(len(goal.groundings), 'look') + (f', {again} of them again' if again else '')
    rows.append(('looked for', looks, 'how often the sentence was matched with an image'))
    if goal.answer is not None:
        rows += _pose_rows(goal.answer)
    followed = goal.followed_share()
    if followed is not None:
        words = 'share of the frames with a confirmed target and a grasp'
        rows.append(('followed', percent(followed), words))
    if motion is not None:
        rows += _jitter_rows(motion)
    return rows


def _pose_rows(answer: Event) -> list[Row]:
    pose = answer.pose
    if pose is None:
        return [('grasp', 'none', '')]
    place = f'x, y, z = {vector(pose.position * 1000, 1)} mm'
    rows: list[Row] = [
        ('position', join([place, ' in ', said(pose.frame_id or 'a frame not told')]), TCP),
        (
            'approach',
            vector(pose.tcp2frame[:3, 2], 3),
            'unit vector from the gripper toward the object, in the same frame',
        ),
        ('opening axis', vector(pose.tcp2frame[:3, 1], 3), 'unit vector from finger to finger'),
        ('quaternion', vector(list(to_quaternion(pose.tcp2frame)), 4), 'x, y, z, w'),
        ('width', _or_not(pose.width, mm), 'distance of the two contacts'),
        ('quality', _or_not(pose.quality, '{:.2f}'.format), QUALITY),
        ('position uncertainty', _or_not(pose.position_std(), lambda v: mm(v, 2)), STD),
        ('rotation uncertainty', _or_not(pose.rotation_std(), lambda v: degrees(v, 2)), STD),
    ]
    if answer.grasps is not None:
        rows.append(('grasps', str(answer.grasps), 'offered; the best one is shown here'))
    if answer.checked_stamp_ns:
        age = (answer.stamp_ns - answer.checked_stamp_ns) * 1e-9
        words = 'age of the image against whose scene the grasps were checked for collisions'
        rows.append(('checked', f'{seconds(age)} before', words))
    return rows


def _jitter_rows(motion: Motion) -> list[Row]:
    steps, turns = motion.step[~np.isnan(motion.step)], motion.turn[~np.isnan(motion.turn)]
    if not steps.size:
        return []
    value = (
        f'{mm(math.sqrt(float(np.mean(steps**2))), 2)}, '
        f'{degrees(math.sqrt(float(np.mean(turns**2))), 2)}'
    )
    return [
        (
            'jitter',
            value,
            'root mean square of the motion of the best grasp from one frame to the next; real '
            'motion counts too',
        )
    ]


def _or_not(value: float | None, form: object) -> str:
    return 'not told' if value is None else form(value)  # type: ignore[operator]


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
