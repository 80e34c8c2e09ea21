"""The name of each status of a result of PlanGrasps."""

from __future__ import annotations

from ...action import PlanGrasps

STATUS_NAMES = {
    getattr(PlanGrasps.Result, name): name
    for name in (
        'OK', 'NOT_FOUND', 'AMBIGUOUS', 'NO_GRASP', 'LOST', 'TIMED_OUT', 'CANCELED', 'FAILED',
        'TF_UNAVAILABLE',
    )
}  # fmt: skip
