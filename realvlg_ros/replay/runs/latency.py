"""How long the stages of a frame took."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .run_reader import Run


@dataclass(frozen=True)
class StageLatency:
    """The wall time of one stage over a run, ms.

    Attributes:
        stage: its name.
        frames: in which it ran.
        median_ms, p95_ms, max_ms, sum_ms: of those frames.
    """

    stage: str
    frames: int
    median_ms: float
    p95_ms: float
    max_ms: float
    sum_ms: float


def latencies_of(run: Run) -> list[StageLatency]:
    """The stages of a run, the one that took most in all first."""
    times: dict[str, list[float]] = {}
    for timing in run.timings:
        for stage, value in timing.stages_ms.items():
            times.setdefault(stage, []).append(value)
    found = []
    for stage, values in times.items():
        median, p95 = np.percentile(values, [50, 95])
        found.append(
            StageLatency(
                stage, len(values), float(median), float(p95), max(values), float(sum(values))
            )
        )
    return sorted(found, key=lambda latency: (-latency.sum_ms, latency.stage))
