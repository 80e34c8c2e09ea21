"""Lines for the page's charts: bounded in number, broken where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import FloatArray
from ..runs.motion import Motion
from ..runs.run_reader import Run

# Points of all lines of one kind in a page. Chosen: 1.5 MB of numbers at most.
MAX_POINTS = 12_000
# Stages that have a line; others are in the table. Chosen: as many as can be told apart.
MAX_STAGES = 6
# A pause of so many frame periods breaks a line. Chosen: three frames may be dropped in a row.
_GAP_PERIODS = 4.5


def motion_lines(motion: Motion, period: float, room: int) -> dict[str, Any]:
    """The motion of one track, in mm and degrees.

    Args:
        motion: of its best grasp.
        period: time between frames, s.
        room: the largest number of points; of more, each point stands for several frames: the
            last pose, and the largest motion.
    """
    stride = max(1, -(-len(motion.t) // max(room, 1)))
    lines = {
        'position': [_lasts(motion.position[:, k] * 1e3, stride) for k in range(3)],
        'rotation': [_lasts(np.degrees(motion.rotation[:, k]), stride) for k in range(3)],
        'step': [_largest(motion.step * 1e3, stride)],
        'turn': [_largest(np.degrees(motion.turn), stride)],
        'position_spread': [_lasts(motion.position_spread * 1e3, stride)],
        'rotation_spread': [_lasts(np.degrees(motion.rotation_spread), stride)],
        'position_std': [_lasts(motion.position_std * 1e3, stride)],
        'rotation_std': [_lasts(np.degrees(motion.rotation_std), stride)],
    }
    t = _lasts(motion.t, stride)
    breaks = _breaks(t, period * stride)
    return {
        't': _plain(np.insert(t, breaks, np.nan), 4),
        'stride': stride,
        **{
            name: [_plain(np.insert(line, breaks, np.nan), 4) for line in several]
            for name, several in lines.items()
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
    return 1 + np.flatnonzero((gaps > _GAP_PERIODS * period) | (gaps < 0))


def _plain(values: FloatArray, digits: int) -> list[float | None]:
    rounded = np.round(values, digits).tolist()
    return [None if value != value else value for value in rounded]
