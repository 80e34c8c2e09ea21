"""The top of the page: the verdict in a sentence, warnings, and statuses counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from ..runs.events import EventKind
from ..runs.goals import Goal
from ..runs.json_fields import integer, mapping, number, text
from ..runs.run_reader import Run
from .markup import Html, join, said, tag
from .words import STATES, STATUSES, counted, percent, seconds

# A run that ends so long before its bag does has not come to its end, or the bag's images have
# not, s. Chosen: other topics may be recorded for a little longer.
_UNSEEN_S = 0.5


def verdict(run: Run, goals: Sequence[Goal]) -> tuple[str, Html]:
    """How it went, as a word for the colour ('good', 'mixed', 'bad', 'none') and a sentence."""
    where = join(['on ', tag('b', said(bag_name(run))), f' ({_extent(run)})'])
    if not mapping(run.facts, 'bag'):
        where = join([f'on a bag that run.json does not tell ({_extent(run)})'])
    if not goals:
        return 'none', join(['Nothing was asked ', where, '.'])
    good = sum(goal.status == 'OK' for goal in goals)
    tone = 'good' if good == len(goals) else 'mixed' if good else 'bad'
    if len(goals) == 1:
        asked = ['“', said(goals[0].instruction), '”, asked at ', seconds(goals[0].asked), ' ']
        return tone, join([*asked, where, f': {_came(goals[0])}.'])
    others = Counter(goal.status for goal in goals if goal.status != 'OK')
    rest = [f', {count} ended {status}' for status, count in others.most_common()]
    return tone, join([f'{good} of {len(goals)} goals got a grasp', *rest, ' ', where, '.'])


def header(run: Run, goals: Sequence[Goal]) -> Html:
    """The title with the verdict and what was used."""
    tone, sentence = verdict(run, goals)
    version = text(mapping(run.facts, 'versions'), 'realvlg_ros')
    rate = number(mapping(run.facts, 'frames'), 'rate_hz')
    facts = [
        ('gripper', text(run.facts, 'gripper')),
        ('grounding backend', text(run.facts, 'backend')),
        ('grounding latency', text(run.facts, 'latency')),
        ('frame rate', f'{rate:.1f} Hz' if rate is not None else ''),
        ('realvlg_ros', version),
    ]
    listed = [
        tag('li', f'{name}: ', tag('b', said(value)) if value else 'not told')
        for name, value in facts
    ]
    return tag(
        'header',
        tag('p', 'Replay report', class_='eyebrow'),
        tag('h1', sentence, class_=f'verdict {tone}'),
        tag('ul', *listed, class_='facts'),
        tag(
            'p',
            'A recording was played through the grasping pipeline frame by frame: sentences were '
            'asked at set times, an object was looked for, grasps were planned for it, and it was '
            "followed. Times on this page are in the recording's time, from its first frame.",
            class_='hint',
        ),
    )


def warnings(words: Sequence[str]) -> Html | None:
    """What to know before reading on; None without any."""
    if not words:
        return None
    items = [tag('li', said(word)) for word in words]
    return tag(
        'section',
        tag('h2', counted(len(words), 'warning')),
        tag('ul', *items),
        class_='warnings',
        aria_label='Warnings',
    )


def statuses(run: Run, goals: Sequence[Goal]) -> Html:
    """How many goals ended how, and in how many frames targets were in which state."""
    ended = Counter(goal.status for goal in goals)
    targets = run.of_kind(EventKind.TARGET)
    states = Counter(event.status for event in targets)
    stable = sum(event.stable for event in targets)
    parts = [_counts(f'{counted(len(goals), "goal")} ended', ended, STATUSES)]
    if targets:
        parts.append(_counts(f'{counted(len(targets), "target frame")}', states, STATES))
        parts.append(
            tag(
                'p',
                'A target frame is one followed object in one image. In '
                f'{percent(stable / len(targets))} of them the pose was stable: its spread had '
                'stayed within the bounds set by parameter.',
                class_='hint',
            )
        )
    else:
        parts.append(tag('p', 'No object was followed in this run.', class_='missing'))
    return tag('section', tag('h2', 'Outcomes counted'), *parts, id='outcomes')


def badge(status: str) -> Html:
    """A status in its colour."""
    return tag('span', status or 'not told', class_='badge', data_status=status)


def _counts(title: str, counts: Counter[str], words: dict[str, str]) -> Html:
    order = [*words, *sorted(set(counts) - set(words))]
    total = sum(counts.values())
    items = [
        tag(
            'li',
            badge(status),
            tag('b', str(counts[status])),
            tag('span', f'{percent(counts[status] / total)}', class_='share'),
            tag('span', words.get(status, 'a status that this page does not know')),
        )
        for status in order
        if counts[status]
    ]
    return tag('div', tag('h3', title), tag('ul', *items, class_='counts'))


def _came(goal: Goal) -> str:
    time, followed = goal.time_to_answer, goal.followed_share()
    if time is None:
        return 'no answer came before the end'
    if goal.status != 'OK':
        return f'{goal.status} after {seconds(time)}'
    since = '' if followed is None else f', followed in {percent(followed)} of the frames since'
    return f'a grasp after {seconds(time)}{since}'


def bag_name(run: Run) -> str:
    """The last part of the bag's path."""
    path = text(mapping(run.facts, 'bag'), 'path')
    return PurePosixPath(path).name or path or 'a bag without a name'


def _extent(run: Run) -> str:
    first, last = run.span()
    count = integer(mapping(run.facts, 'frames'), 'count')
    frames = len(run.frame_times) if count is None else count
    length = number(mapping(run.facts, 'bag'), 'duration_s')
    seen = last - first
    extent = seconds(seen if length is None else length)
    if length is not None and length - seen > _UNSEEN_S:
        extent = f'{seconds(seen)} of {extent}'
    return f'{extent}, {counted(frames, "frame")}'
