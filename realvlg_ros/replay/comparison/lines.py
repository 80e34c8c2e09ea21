"""What the script of a comparison draws: lanes of both runs, and lines of each goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..report.page_data import bounded_marks, lanes_json, marks_json
from ..report.series import MAX_POINTS, bounded_lines
from ..runs.run_reader import Run
from ..runs.tracks import spans_of, tracks_of
from .pairs import GoalPair, RunPair, pose_of, steps_between


def page_json(pair: RunPair, pictures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """For the script of the page.

    Args:
        pair: of runs.
        pictures: of A and B in turns.
    """
    spans = [run.span() for run in (pair.a, pair.b)]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    goals = [goal for goal in pair.goals if goal.frames]
    room = MAX_POINTS // max(1, len(goals))
    sides = (
        ('A', pair.a, {goal.a.id: goal.number for goal in pair.goals if goal.a}),
        ('B', pair.b, {goal.b.id: goal.number for goal in pair.goals if goal.b}),
    )
    lanes = [lane for side in sides for lane in _lanes(*side, pair.period)]
    return {
        'span': [round(first, 4), round(max(last, first + 0.001), 4)],
        'period': round(pair.period, 5),
        # The objects of one goal stand together.
        'lanes': sorted(lanes, key=lambda lane: int(lane['goal'])),
        **bounded_marks([mark for side in sides for mark in _marks(*side)]),
        'goals': [_lines(goal, pair.period, room) for goal in goals],
        'pictures': list(pictures),
    }


def _lanes(name: str, run: Run, numbers: Mapping[str, int], period: float) -> list[dict[str, Any]]:
    tracks = [(track, spans_of(track.events, period)) for track in tracks_of(run)]
    goals = [numbers.get(track.goal, len(numbers) + 1) for track, _ in tracks]
    return [
        {**lane, 'name': f'{name}: {lane["name"]}', 'goal': goal}
        for lane, goal in zip(lanes_json(tracks), goals, strict=True)
    ]


def _marks(name: str, run: Run, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    marks = marks_json(run, numbers)
    return [{**mark, 'title': f'{name}: {mark["title"]}'} for mark in marks]


def _lines(goal: GoalPair, period: float, room: int) -> dict[str, Any]:
    frames = goal.frames
    t = np.array([frame.t for frame in frames])
    apart = np.array(
        [[_known(frame.distance) * 1e3, np.degrees(_known(frame.angle))] for frame in frames]
    )
    steps = [steps_between([pose_of(frame.a) for frame in frames], t, period)]
    steps.append(steps_between([pose_of(frame.b) for frame in frames], t, period))
    peaking = {
        'distance': [apart[:, 0]],
        'angle': [apart[:, 1]],
        'step': [each[:, 0] * 1e3 for each in steps],
        'turn': [np.degrees(each[:, 1]) for each in steps],
    }
    name = f'Goal {goal.number}: {goal.instruction}'
    return {'name': name, **bounded_lines(t, {}, peaking, period, room)}


def _known(value: float | None) -> float:
    return np.nan if value is None else value
