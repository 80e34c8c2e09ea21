"""Which frames are shown: before, at and after each event, and others evenly between."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from ..runs.events import EventKind
from ..runs.goals import UNANSWERED, Goal
from ..runs.motion import Jump, Motion, jumps_of
from ..runs.run_reader import FrameKey, Run
from ..runs.tracks import Span, Track
from .words import STATES, degrees, mm

# How far before and after an event its frames are, s. Chosen: something has changed by then.
OFFSET_S = 0.5
# Pictures in a page, and time between the evenly spaced ones, s. Chosen: with MAX_BYTES of each
# the page stays below 15 MB; a click into the timeline finds one that is near.
MAX_PICTURES = 100
_SPACING_S = 0.25
# A state of fewer frames is a flicker. Chosen: a person does not see it.
_FLICKER_FRAMES = 3


class Rank(IntEnum):
    """What is shown first where there is not room for all."""

    ANSWER = 0
    GOAL = 1
    NOTICE = 2
    LOSS = 3
    JUMP = 4
    STATE = 5
    FLICKER = 6


@dataclass(frozen=True)
class Moment:
    """An event with the frames to show for it.

    Attributes:
        rank: how much it matters.
        kind: 'goal', 'answer', 'notice', 'state' or 'jump'.
        t: when, s since the first frame.
        title: what happened.
        detail: the reason; may be empty.
        status: of an answer or a state.
        frames: a word and the key of each frame, in order of time.
    """

    rank: Rank
    kind: str
    t: float
    title: str
    detail: str
    status: str = ''
    frames: tuple[tuple[str, FrameKey], ...] = ()


@dataclass(frozen=True)
class Choice:
    """Moments with pictures, in order of time, and every frame that is wanted.

    Attributes:
        moments: that are shown.
        frames: whose pictures are wanted, in order.
        left_out: moments without pictures, for want of room.
    """

    moments: tuple[Moment, ...]
    frames: tuple[FrameKey, ...]
    left_out: int


def choose_frames(run: Run, moments: Sequence[Moment], needed: Sequence[FrameKey] = ()) -> Choice:
    """Give moments their frames, those that matter most first, and fill up evenly.

    Args:
        run: that they are of.
        moments: every event that is worth a look.
        needed: frames that are shown elsewhere.
    """
    frames = run.frame_times
    keys, times = list(frames), list(frames.values())
    wanted: set[FrameKey] = set(needed[:MAX_PICTURES])
    shown = []
    for moment in sorted(moments, key=lambda moment: (moment.rank, moment.t)):
        found = _around(moment.t, keys, times)
        new = {key for _, key in found}
        if len(wanted | new) <= MAX_PICTURES:
            wanted |= new
            shown.append(
                Moment(
                    moment.rank, moment.kind, moment.t, moment.title, moment.detail,
                    moment.status, found,
                )
            )  # fmt: skip
    wanted |= set(_evenly(frames, MAX_PICTURES - len(wanted)))
    shown.sort(key=lambda moment: (moment.t, moment.rank))
    ordered = tuple(sorted(wanted, key=lambda key: frames[key]))
    return Choice(tuple(shown), ordered, len(moments) - len(shown))


def moments_of(
    run: Run,
    goals: Sequence[Goal],
    tracks: Sequence[tuple[Track, Sequence[Span], Motion | None]],
) -> list[Moment]:
    """Every event of a run that is worth a look.

    Args:
        run: that they are of.
        goals: of the run.
        tracks: with their spans and the motion of their best grasp.
    """
    found = []
    for number, goal in enumerate(goals, 1):
        found.append(
            Moment(Rank.GOAL, 'goal', goal.asked, f'Goal {number} is asked', goal.instruction)
        )
        if goal.answer is not None:
            title = f'Goal {number} is answered'
            found.append(
                Moment(
                    Rank.ANSWER, 'answer', goal.answer.t, title, goal.answer.message, goal.status
                )
            )
        else:
            assert goal.status == UNANSWERED
    for track, spans, motion in tracks:
        found += _changes(track, spans)
        found += [_jump(track, jump) for jump in (jumps_of(motion) if motion else ())]
    return [*found, *_notices(run)]


def _notices(run: Run) -> list[Moment]:
    """Notices; of those that say the same in a row, the first."""
    found: list[Moment] = []
    for event in run.of_kind(EventKind.NOTICE):
        if not found or found[-1].detail != event.message:
            found.append(Moment(Rank.NOTICE, 'notice', event.t, 'Notice', event.message))
    return found


def _changes(track: Track, spans: Sequence[Span]) -> list[Moment]:
    found = []
    for before, after in zip(spans[:-1], spans[1:], strict=True):
        if before.state == after.state:
            continue
        rank = Rank.STATE if after.state == 'CONFIRMED' else Rank.LOSS
        if min(before.frames, after.frames) < _FLICKER_FRAMES or after.state == 'TENTATIVE':
            rank = Rank.FLICKER
        reason = after.reasons[0][0] if after.reasons else STATES.get(after.state, '')
        title = f'{track.name} becomes'
        found.append(Moment(rank, 'state', after.start, title, reason, after.state))
    return found


def _jump(track: Track, jump: Jump) -> Moment:
    apart = f'{mm(jump.distance)} and {degrees(jump.angle)} from the frame before'
    title = f'The best grasp of {track.name} jumps'
    return Moment(Rank.JUMP, 'jump', jump.t, title, apart)


def _around(
    t: float, keys: list[FrameKey], times: list[float]
) -> tuple[tuple[str, FrameKey], ...]:
    """The frames before, at and after a time, without repetition."""
    if not keys:
        return ()
    at = max(bisect_right(times, t + 1e-9) - 1, 0)
    before = bisect_right(times, times[at] - OFFSET_S + 1e-9) - 1
    after = bisect_left(times, times[at] + OFFSET_S - 1e-9)
    frames = [('at', keys[at])]
    if before >= 0:
        frames.insert(0, ('before', keys[before]))
    if after < len(times):
        frames.append(('after', keys[after]))
    return tuple(frames)


def _evenly(frames: Mapping[FrameKey, float], room: int) -> list[FrameKey]:
    """Frames at equal distances in time, as many as there is room for."""
    keys, times = list(frames), list(frames.values())
    if not keys or room <= 0:
        return []
    span = times[-1] - times[0]
    count = min(room, int(span / _SPACING_S) + 1)
    wanted = [times[0] + span * (k + 0.5) / count for k in range(count)]
    return [keys[min(bisect_left(times, time), len(times) - 1)] for time in wanted]
