"""Lines for the page's charts: bounded in number, broken where nothing is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...arrays import FloatArray
from ..runs.motion import Motion
from ..runs.run_reader import Run
from ..runs.tracks import GAP_PERIODS

Lines = Mapping[str, Sequence[FloatArray]]
# Points of all lines of one kind in a page. Chosen: 1.5 MB of numbers at most.
MAX_POINTS = 12_000
# Stages that have a line; others are in the table. Chosen: as many as can be told apart.
MAX_STAGES = 6


def motion_lines(motion: Motion, period: float, room: int) -> dict[str, Any]:
    """The motion of one track, in mm and degrees.

    Args:
        motion: of its best grasp.
        period: time between frames, s.
        room: the largest number of points; of more, each stands for several frames.
    """
    lasting = {
        'position': list(motion.position.T * 1e3),
        'rotation': list(np.degrees(motion.rotation.T)),
        'position_spread': [motion.position_spread * 1e3],
        'rotation_spread': [np.degrees(motion.rotation_spread)],
        'position_std': [motion.position_std * 1e3],
        'rotation_std': [np.degrees(motion.rotation_std)],
    }
    peaking = {'step': [motion.step * 1e3], 'turn': [np.degrees(motion.turn)]}
    return bounded_lines(motion.t, lasting, peaking, period, room)


def bounded_lines(
    t: FloatArray, lasting: Lines, peaking: Lines, period: float, room: int
) -> dict[str, Any]:
    """Lines over one time, for the page's script.

    Args:
        t: (n,) s.
        lasting: lines by name; of several frames in one point the last counts.
        peaking: the same; of several frames the largest counts.
        period: time between frames, s.
        room: the largest number of points of a line.
    """
    stride = max(1, -(-len(t) // max(room, 1)))
    times = _lasts(t, stride)
    breaks = _breaks(times, period * stride)
    lines = {name: [_lasts(line, stride) for line in some] for name, some in lasting.items()}
    for name, some in peaking.items():
        lines[name] = [_largest(line, stride) for line in some]
    return {
        't': _plain(np.insert(times, breaks, np.nan), 4),
        'stride': stride,
        **{
            name: [_plain(np.insert(line, breaks, np.nan), 4) for line in some]
            for name, some in lines.items()
        },
    }


def latency_lines(run: Run, stages: Sequence[str], room: int) -> dict[str, Any]:
    """The wall time of stages, ms; of several frames in one point, the longest.

    Args:
        run: with timings.
        stages: names, those that take most first.
        room: the largest number of points.
    """
    shown = stages[:MAX_STAGES]
    stride = max(1, -(-len(run.timings) * max(len(shown), 1) // max(room, 1)))
    t = np.array([timing.t for timing in run.timings])
    lines = []
    for stage in shown:
        values = np.array([timing.stages_ms.get(stage, np.nan) for timing in run.timings])
        lines.append({'name': stage, 'values': _plain(_largest(values, stride), 3)})
    return {'t': _plain(_lasts(t, stride), 4), 'stride': stride, 'stages': lines}


def _lasts(values: FloatArray, stride: int) -> FloatArray:
    """The last of each `stride` values."""
    ends = np.minimum(np.arange(stride - 1, len(values) + stride - 1, stride), len(values) - 1)
    return values[ends]


def _largest(values: FloatArray, stride: int) -> FloatArray:
    """The largest known of each `stride` values; NaN where none is known."""
    padded = np.full(-(-len(values) // stride) * stride, np.nan)
    padded[: len(values)] = values
    bins = np.where(np.isnan(padded), -np.inf, padded).reshape(-1, stride)
    largest = bins.max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(largest), largest, np.nan)


def _breaks(t: FloatArray, period: float) -> np.ndarray:
    """Where a line is broken: indices before which a hole is put in."""
    gaps = np.diff(t)
    return 1 + np.flatnonzero((gaps > GAP_PERIODS * period) | (gaps < 0))


def _plain(values: FloatArray, digits: int) -> list[float | None]:
    rounded = np.round(values, digits).tolist()
    return [None if value != value else value for value in rounded]
