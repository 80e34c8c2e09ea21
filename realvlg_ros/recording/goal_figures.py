"""How well goals go: success, interventions of people, and the time until it goes on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from .goal_event import CANCELED, SUCCESSES, GoalEvent

# Goals over which the present success rate is taken. Chosen: one in fifty is 2 %.
_RECENT = 50
# Requests, and goals that failed, that are remembered. Chosen: far more than there are at a time.
_REMEMBERED = 64


@dataclass(frozen=True)
class EndedGoal:
    """What is counted of a goal that has ended.

    Attributes:
        event: its end.
        elapsed_s: since it was accepted, s; None where that was not heard.
        success: whether its status is one of SUCCESSES.
        intervention: what a person had to do: answered, repeated, canceled, or nothing (empty).
        recovery_s: with the first success after failures, the time since the first of these, s.
    """

    event: GoalEvent
    elapsed_s: float | None
    success: bool
    intervention: str = ''
    recovery_s: float | None = None


@dataclass(frozen=True)
class _Failed:
    """A goal that did not give what was asked for, and when, s."""

    instruction: str
    at_s: float


class GoalFigures:
    """Counts the goals of one kind; thread-safe.

    * Success: the share of goals with what was asked for, of all that were not canceled. Nothing
      here knows whether an object was there: NOT_FOUND is no success.
    * Intervention: a goal that answers the question of another, that repeats within a time the
      instruction of one that failed, or that was canceled.
    * Time to recovery: from the first failure to the next success.
    """

    def __init__(self, repeat_within: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from now on.

        Args:
            repeat_within: an instruction that is given again so soon after a failure, s, counts
                as an intervention.
            clock: steady, s.
        """
        self._repeat_within = repeat_within
        self._clock = clock
        self._begun: dict[str, tuple[float, str]] = {}
        self._failed: deque[_Failed] = deque(maxlen=_REMEMBERED)
        self._recent: deque[bool] = deque(maxlen=_RECENT)
        self._failing_since: float | None = None
        self._recoveries: deque[float] = deque(maxlen=_RECENT)
        self._counts = dict.fromkeys(
            ('goals', 'succeeded', 'answered', 'repeated', 'canceled', 'recovered'), 0
        )
        self._lock = Lock()

    def accepted(self, event: GoalEvent) -> None:
        """A goal was accepted."""
        now = self._clock()
        with self._lock:
            if len(self._begun) >= _REMEMBERED:
                self._begun.pop(next(iter(self._begun)))
            self._begun[_key(event)] = (now, self._intervention(event, now))

    def ended(self, event: GoalEvent) -> EndedGoal:
        """A goal has ended; returns what is counted of it."""
        now = self._clock()
        with self._lock:
            begun, intervention = self._begun.pop(_key(event), (None, ''))
            success = event.status in SUCCESSES
            recovery_s = None
            if event.status == CANCELED:
                intervention = 'canceled'
            else:
                self._recent.append(success)
            if success:
                recovery_s = self._recover(now)
            elif event.status != CANCELED:
                self._failed.append(_Failed(_plain(event.instruction), now))
                self._failing_since = now if self._failing_since is None else self._failing_since
            self._counts['goals'] += 1
            self._counts['succeeded'] += int(success)
            if intervention:
                self._counts[intervention] += 1
            elapsed = None if begun is None else now - begun
            return EndedGoal(event, elapsed, success, intervention, recovery_s)

    def values(self) -> dict[str, object]:
        """The figures by name; what is not known yet is 'unknown'."""
        with self._lock:
            counts = dict(self._counts)
            judged = counts['goals'] - counts['canceled']
            people = counts['answered'] + counts['repeated'] + counts['canceled']
            known = list(self._recoveries)
            since = self._failing_since
            failing_s = 0.0 if since is None else self._clock() - since
            return {
                **counts,
                'success_rate': _share(counts['succeeded'], judged),
                f'success_rate_last_{_RECENT}': _share(sum(self._recent), len(self._recent)),
                'intervention_rate': _share(people, counts['goals']),
                'recovery_mean_s': sum(known) / len(known) if known else 'unknown',
                'recovery_longest_s': max(known, default='unknown'),
                'failing_for_s': failing_s,
            }

    def _intervention(self, event: GoalEvent, now: float) -> str:
        if event.token:
            return 'answered'
        words = _plain(event.instruction)
        again = any(
            failed.instruction == words and now - failed.at_s <= self._repeat_within
            for failed in self._failed
        )
        return 'repeated' if again else ''

    def _recover(self, now: float) -> float | None:
        since, self._failing_since = self._failing_since, None
        self._failed.clear()
        if since is None:
            return None
        self._counts['recovered'] += 1
        self._recoveries.append(now - since)
        return now - since


def _key(event: GoalEvent) -> str:
    return event.goal_id or event.request_id


def _plain(instruction: str) -> str:
    return ' '.join(instruction.lower().split())


def _share(part: int, whole: int) -> object:
    return part / whole if whole else 'unknown'
