"""The numbers by which two runs differ, and which of them are better or worse."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ..runs.goals import UNANSWERED
from ..runs.latency import StageLatency, latencies_of
from ..runs.motion import Jitter
from .pairs import GoalPair, RunPair, pose_of

# The worse an end, the higher: an answer, a refusal with its evidence, a failure on the way. A
# refusal is not ranked among its like. Chosen: what a person can use.
_RANKS = {'OK': 0, 'NOT_FOUND': 1, 'AMBIGUOUS': 1, 'NO_GRASP': 1, 'LOST': 2}
_FAILURE = 3
# A ratio of wall times within 30 %, a time within a frame at 30 Hz, s, and a share within half a
# percent are the same. Chosen: less is noise, or rounding.
_SAME_LATENCY = 0.3
_SAME_TIME_S = 0.034
_SAME_SHARE = 0.005
# And one of jitter within 10 %. From its standard error: a root mean square of n steps is known to
# 1 / sqrt(2 n), which is 7 % for 100 steps.
_SAME_JITTER = 0.1
# Stages that are faster in A, ms, or that ran in fewer frames, tell no ratio. Chosen: the clock
# and the scheduler tell as much.
_FASTEST_MS = 0.5
_FEWEST_FRAMES = 20


class Verdict(Enum):
    """What a figure says of B against A."""

    BETTER = 'better'
    WORSE = 'worse'
    SAME = 'same'
    CHANGED = 'changed'
    UNKNOWN = 'not known'


@dataclass(frozen=True)
class Figure:
    """One number of a comparison.

    Attributes:
        name: as limits name it.
        words: what it is.
        unit: of the numbers; empty for a count or a ratio.
        value: that a limit bounds; None where it is not known.
        verdict: on B.
        a, b: of each run, where each has one.
    """

    name: str
    words: str
    unit: str
    value: float | None
    verdict: Verdict
    a: float | None = None
    b: float | None = None


def figures_of(pair: RunPair) -> list[Figure]:
    """Every figure, in the order in which they are read."""
    return [
        *_statuses(pair.goals),
        *_answer_times(pair.goals),
        *_answer_poses(pair.goals),
        *_frame_poses(pair.goals),
        *_followed(pair.goals),
        *_jitter(pair),
        *_latency(latencies_of(pair.a), latencies_of(pair.b)),
    ]


def status_change(pair: GoalPair) -> Verdict:
    """Whether a goal ended better or worse; one that only one run has is not known."""
    if pair.a is None or pair.b is None:
        return Verdict.UNKNOWN
    before, after = (_rank(goal.status) for goal in (pair.a, pair.b))
    if before != after:
        return Verdict.WORSE if after > before else Verdict.BETTER
    return Verdict.SAME if pair.a.status == pair.b.status else Verdict.CHANGED


def _rank(status: str) -> int:
    return _RANKS.get(status, _FAILURE)


def _statuses(goals: Sequence[GoalPair]) -> list[Figure]:
    changes = [status_change(goal) for goal in goals]
    worse = changes.count(Verdict.WORSE)
    better = changes.count(Verdict.BETTER)
    changed = worse + better + changes.count(Verdict.CHANGED)
    alone = changes.count(Verdict.UNKNOWN)
    return [
        Figure(
            'statuses_worse', 'goals that ended worse', '', float(worse),
            Verdict.WORSE if worse else Verdict.SAME,
        ),
        Figure(
            'statuses_better', 'goals that ended better', '', float(better),
            Verdict.BETTER if better else Verdict.SAME,
        ),
        Figure(
            'statuses_changed', 'goals that ended otherwise', '', float(changed),
            Verdict.CHANGED if changed else Verdict.SAME,
        ),
        Figure(
            'goals_unpaired', 'goals that only one run has', '', float(alone),
            Verdict.CHANGED if alone else Verdict.SAME,
        ),
    ]  # fmt: skip


def _answer_times(goals: Sequence[GoalPair]) -> list[Figure]:
    times = [
        (goal.a.time_to_answer, goal.b.time_to_answer)
        for goal in goals
        if goal.a and goal.b and UNANSWERED not in (goal.a.status, goal.b.status)
    ]
    known = [(a, b) for a, b in times if a is not None and b is not None]
    words = 'time to answer, of the goal that has lost most'
    if not known:
        return [Figure('answer_later_s_max', words, 's', None, Verdict.UNKNOWN)]
    a, b = max(known, key=lambda pair: pair[1] - pair[0])
    verdict = _less_is_better(b - a, 0.0, _SAME_TIME_S)
    return [Figure('answer_later_s_max', words, 's', b - a, verdict, a, b)]


def _answer_poses(goals: Sequence[GoalPair]) -> list[Figure]:
    distances = [1e3 * goal.distance for goal in goals if goal.distance is not None]
    angles = [math.degrees(goal.angle) for goal in goals if goal.angle is not None]
    return [
        _change('answer_position_mm_max', "answers' grasps apart, farthest", 'mm', distances, max),
        _change('answer_rotation_deg_max', "answers' grasps turned, most", '°', angles, max),
    ]


def _frame_poses(goals: Sequence[GoalPair]) -> list[Figure]:
    pairs = [frame for goal in goals for frame in goal.frames]
    distances = [1e3 * frame.distance for frame in pairs if frame.distance is not None]
    angles = [math.degrees(frame.angle) for frame in pairs if frame.angle is not None]
    kinds: tuple[tuple[str, str, Callable[[list[float]], float]], ...] = (
        ('median', 'median', lambda values: float(np.median(values))),
        ('p95', '95 % are below', lambda values: float(np.percentile(values, 95))),
        ('max', 'largest', max),
    )
    found = [
        _change(f'position_mm_{kind}', f'grasps of a frame apart, {words}', 'mm', distances, of)
        for kind, words, of in kinds
    ]
    return found + [
        _change(f'rotation_deg_{kind}', f'grasps of a frame turned, {words}', '°', angles, of)
        for kind, words, of in kinds
    ]


def _followed(goals: Sequence[GoalPair]) -> list[Figure]:
    """Frames in which one of the runs has a target, and in which each follows it."""
    pairs = [frame for goal in goals if goal.a and goal.b for frame in goal.frames]
    words = 'share of the frames with a target in A or B in which it is followed'
    if not pairs:
        return [Figure('followed_drop', words, '', None, Verdict.UNKNOWN)]
    a = sum(pose_of(frame.a) is not None for frame in pairs) / len(pairs)
    b = sum(pose_of(frame.b) is not None for frame in pairs) / len(pairs)
    verdict = _less_is_better(a - b, 0.0, _SAME_SHARE)
    return [Figure('followed_drop', words, '', a - b, verdict, a, b)]


def _jitter(pair: RunPair) -> list[Figure]:
    """Jitter over the frames that both follow, and the jumps of each run in them."""
    steps = [goal.steps(pair.period) for goal in pair.goals]
    sides = []
    for k in (0, 1):
        both = np.concatenate([np.zeros((0, 2)), *(step[k] for step in steps)])
        sides.append(Jitter.of(both[:, 0], both[:, 1]))
    a, b = sides
    position = (1e3 * a.position, 1e3 * b.position)
    rotation = (math.degrees(a.rotation), math.degrees(b.rotation))
    jumps = [float(side.jumps) for side in sides] if a.steps + a.jumps else [None, None]
    return [
        _ratio(
            'jitter_position_ratio', 'jitter of the position, root mean square', 'mm', position
        ),
        _ratio('jitter_rotation_ratio', 'jitter of the rotation, root mean square', '°', rotation),
        _difference('jumps_more', 'jumps to another grasp', jumps[0], jumps[1]),
    ]


def _difference(name: str, words: str, a: float | None, b: float | None) -> Figure:
    if a is None or b is None:
        return Figure(name, words, '', None, Verdict.UNKNOWN)
    return Figure(name, words, '', b - a, _less_is_better(b - a, 0.0, 0.0), a, b)


def _ratio(name: str, words: str, unit: str, sides: tuple[float, float]) -> Figure:
    a, b = sides
    if not (math.isfinite(a) and math.isfinite(b)):
        return Figure(name, words, unit, None, Verdict.UNKNOWN)
    if a == 0:
        value = 1.0 if b == 0 else None
        verdict = Verdict.SAME if b == 0 else Verdict.WORSE
        return Figure(name, words, unit, value, verdict, a, b)
    return Figure(name, words, unit, b / a, _less_is_better(b / a, 1.0, _SAME_JITTER), a, b)


def _latency(a: Sequence[StageLatency], b: Sequence[StageLatency]) -> list[Figure]:
    others = {stage.stage: stage for stage in b}
    pairs = [
        (stage, others[stage.stage])
        for stage in a
        if stage.stage in others
        and stage.median_ms >= _FASTEST_MS
        and min(stage.frames, others[stage.stage].frames) >= _FEWEST_FRAMES
    ]
    medians = [(one.stage, one.median_ms, two.median_ms) for one, two in pairs]
    highs = [(one.stage, one.p95_ms, two.p95_ms) for one, two in pairs]
    sums = [1e-3 * sum(stage.sum_ms for stage in side) for side in (a, b)]
    total = Figure('work_ratio', 'wall time of all stages', 's', None, Verdict.UNKNOWN)
    if sums[0] > 0 and sums[1] > 0:
        total = _ratio('work_ratio', 'wall time of all stages', 's', (sums[0], sums[1]))
        total = replace(total, verdict=_less_is_better(total.value or 1.0, 1.0, _SAME_LATENCY))
    return [
        _slowest('latency_ratio', 'median wall time', medians),
        _slowest('latency_p95_ratio', 'wall time that 95 % are below', highs),
        total,
    ]


def _slowest(name: str, words: str, stages: Sequence[tuple[str, float, float]]) -> Figure:
    """The stage whose time has grown most."""
    if not stages:
        return Figure(name, f'{words}, of a stage', 'ms', None, Verdict.UNKNOWN)
    stage, a, b = max(stages, key=lambda item: item[2] / item[1])
    verdict = _less_is_better(b / a, 1.0, _SAME_LATENCY)
    return Figure(name, f'{words} of "{stage}"', 'ms', b / a, verdict, a, b)


def _change(
    name: str, words: str, unit: str, values: list[float], of: Callable[[list[float]], float]
) -> Figure:
    if not values:
        return Figure(name, words, unit, None, Verdict.UNKNOWN)
    value = of(values)
    return Figure(name, words, unit, value, Verdict.CHANGED if value > 0 else Verdict.SAME)


def _less_is_better(value: float, same: float, margin: float) -> Verdict:
    if abs(value - same) <= margin:
        return Verdict.SAME
    return Verdict.WORSE if value > same else Verdict.BETTER
