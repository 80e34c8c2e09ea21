"""The plans that a new target waits for before it is published."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from .plan_job import PlanJob

# Milliseconds in a second. From SI.
_MS = 1000.0


@dataclass(frozen=True)
class FirstPlans:
    """What is still to be planned of a new target, and since when it is waited for.

    Attributes:
        jobs: after the one in the grounded frame; each is made when the one before has come back,
            to be told its grasps.
        grounded: when the grounding came, s of time.perf_counter.
        carried: when the target had been carried to the newest frame, on the same clock.
    """

    jobs: Iterator[PlanJob]
    grounded: float
    carried: float

    def timings_ms(self) -> dict[str, float]:
        """Wall time by stage until now."""
        now = time.perf_counter()
        return {
            'plan': (now - self.carried) * _MS,
            'catch_up': (self.carried - self.grounded) * _MS,
            'set_grounding': (now - self.grounded) * _MS,
        }
