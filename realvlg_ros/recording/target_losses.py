"""How long targets stay lost that are found again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from ..tracking.target.target import TargetState

# Targets that are remembered as lost, and recoveries that are averaged. Chosen: far more targets
# than there are at a time, and one recovery in fifty is 2 %.
_REMEMBERED = 64
_RECENT = 50


class TargetLosses:
    """Counts losses and recoveries of targets; thread-safe.

    A target has recovered when it is CONFIRMED again, with grasps.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from now on, by a steady clock, s."""
        self._clock = clock
        self._lost: dict[str, float] = {}
        self._recoveries: deque[float] = deque(maxlen=_RECENT)
        self._losses = self._recovered = 0
        self._lock = Lock()

    def target(self, request_id: str, state: TargetState, has_grasps: bool) -> float | None:
        """A target was published; for how long it was lost, s, when it has recovered.

        Args:
            request_id: of the target.
            state: in its life.
            has_grasps: whether it has any.
        """
        now = self._clock()
        with self._lock:
            if state is TargetState.LOST:
                if request_id not in self._lost:
                    self._losses += 1
                    self._lost[request_id] = now
                    if len(self._lost) > _REMEMBERED:
                        self._lost.pop(next(iter(self._lost)))
                return None
            if state is not TargetState.CONFIRMED or not has_grasps:
                return None
            since = self._lost.pop(request_id, None)
            if since is None:
                return None
            self._recovered += 1
            self._recoveries.append(now - since)
            return now - since

    def values(self) -> dict[str, object]:
        """The figures by name; what is not known yet is 'unknown'."""
        with self._lock:
            known = list(self._recoveries)
            return {
                'targets_lost': self._losses,
                'targets_recovered': self._recovered,
                'target_recovery_mean_s': sum(known) / len(known) if known else 'unknown',
                'target_recovery_longest_s': max(known, default='unknown'),
            }
