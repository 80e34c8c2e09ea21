"""The frames in which two runs differ most, with their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import degrees

from ..report.words import counted, seconds
from ..runs.events import Event
from ..runs.goals import Goal
from ..runs.recording import Recording, read_recording
from ..runs.run_reader import FrameKey, Run
from .figures import Verdict, status_change
from .pairs import FramePair, GoalPair, RunPair, pose_of

# Pairs of pictures in a page and of one kind, and the least time between two of a kind, s. Chosen:
# a person looks at so many; frames that follow each other look the same.
MAX_PAIRS = 10
_MOST_ALIKE = 4
_APART_S = 0.5
_FAR_APART_S = 2.0
# Kinds of differences, those that matter more first: how a goal ended, whether it is followed,
# where the answer is, where the grasp of a frame is. Chosen: what a person asks first.
_ENDED, _FOLLOWED, _ANSWERED, _APART = range(4)
# Grasps that are nearer are not worth a picture, m. Chosen: not seen in it.
_SEEN_M = 0.0005


@dataclass(frozen=True)
class DifferingFrame:
    """A frame that both runs have seen, and why it is shown.

    Attributes:
        rank: kinds that matter more are lower.
        size: of the difference, to be compared within a kind.
        t: s since the first frame.
        key_a, key_b: the frame in each run.
        title: what differs.
        words: of A and of B, below its picture.
    """

    rank: int
    size: float
    t: float
    key_a: FrameKey | None
    key_b: FrameKey | None
    title: str
    words: tuple[str, str]


def differing_frames(pair: RunPair) -> list[DifferingFrame]:
    """The frames to show, in order of time."""
    found: list[DifferingFrame] = []
    for goal in pair.goals:
        found += _answers(pair, goal)
        found += _stretches(goal)
        found += [shown for frame in goal.frames if (shown := _apart(goal, frame))]
    kept: list[DifferingFrame] = []
    for each in sorted(found, key=lambda frame: (frame.rank, -frame.size, frame.t)):
        gap = _FAR_APART_S if each.rank == _APART else _APART_S
        near = any(
            abs(other.t - each.t) < gap
            for other in kept
            if other.rank == each.rank or each.rank == _APART
        )
        alike = sum(other.rank == each.rank for other in kept)
        if not near and alike < _MOST_ALIKE and len(kept) < MAX_PAIRS:
            kept.append(each)
    return sorted(kept, key=lambda frame: frame.t)


def read_pictures(pair: RunPair, frames: Sequence[DifferingFrame]) -> tuple[Recording, Recording]:
    """The pictures of A and of B; without a recording there are none."""
    sides = (
        (pair.a, [frame.key_a for frame in frames]),
        (pair.b, [frame.key_b for frame in frames]),
    )
    found = []
    for run, keys in sides:
        wanted = [key for key in keys if key is not None]
        there = bool(wanted) and run.recording.exists()
        found.append(read_recording(run.recording, wanted) if there else Recording())
    return found[0], found[1]


def _answers(pair: RunPair, goal: GoalPair) -> list[DifferingFrame]:
    """The answers of a goal that ended otherwise, or far from the other."""
    if goal.a is None or goal.b is None:
        return []
    change = status_change(goal)
    far = goal.distance or 0.0
    if change is Verdict.SAME and far < _SEEN_M:
        return []
    title = f'Goal {goal.number} is answered'
    if change is Verdict.SAME:
        title += f': {far * 1e3:.2f} mm apart'
    words = (_answer_words(goal.a), _answer_words(goal.b))
    times = [each.answer.t for each in (goal.a, goal.b) if each.answer]
    keys = (_answer_key(pair.a, goal.a), _answer_key(pair.b, goal.b))
    rank = _ENDED if change is not Verdict.SAME else _ANSWERED
    return [DifferingFrame(rank, far, min(times, default=goal.a.asked), *keys, title, words)]


def _answer_key(run: Run, goal: Goal) -> FrameKey | None:
    return run.frame_key(goal.answer) if goal.answer else None


def _answer_words(goal: Goal) -> str:
    if goal.answer is None:
        return goal.status
    reason = f': {goal.answer.message}' if goal.answer.message else ''
    return f'{goal.status} at {seconds(goal.answer.t)}{reason}'


def _stretches(goal: GoalPair) -> list[DifferingFrame]:
    """The first frame of each stretch that only one run follows; long ones matter more."""
    found = []
    follows = [tuple(pose_of(event) is not None for event in (f.a, f.b)) for f in goal.frames]
    for (a, b), group in groupby(zip(follows, goal.frames, strict=True), key=lambda pair: pair[0]):
        frames = [frame for _, frame in group]
        if a == b:
            continue
        first, count = frames[0], len(frames)
        title = (
            f'Goal {goal.number} from {seconds(first.t)} on: only {"A" if a else "B"} has a '
            f'followed grasp, for {counted(count, "frame")}'
        )
        found.append(
            DifferingFrame(_FOLLOWED, count, first.t, first.key, first.key, title, _states(first))
        )
    return found


def _apart(goal: GoalPair, frame: FramePair) -> DifferingFrame | None:
    if frame.distance is None or frame.angle is None or frame.distance < _SEEN_M:
        return None
    apart = f'{frame.distance * 1e3:.2f} mm and {degrees(frame.angle):.1f}° apart'
    title = f'Goal {goal.number} at {seconds(frame.t)}: {apart}'
    return DifferingFrame(
        _APART, frame.distance, frame.t, frame.key, frame.key, title, _states(frame)
    )


def _states(frame: FramePair) -> tuple[str, str]:
    return _state_words(frame.a), _state_words(frame.b)


def _state_words(event: Event | None) -> str:
    if event is None:
        return 'no target'
    return f'{event.status}: {event.message}' if event.message else event.status
