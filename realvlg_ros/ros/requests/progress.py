"""How far a request to plan grasps has come: its stages, their times and its feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ...action import PlanGrasps
from ..node.deadline import Deadline
from ..node.goals import FEEDBACK_PERIOD_S

Feedback: TypeAlias = PlanGrasps.Feedback

_STAGE_NAMES = {
    Feedback.WAITING_FOR_GROUNDER: 'waiting',
    Feedback.GROUNDING: 'grounding',
    Feedback.PLANNING: 'planning',
    Feedback.TRACKING: 'tracking',
}


class Progress:
    """The stage of a request, in words; published on each change and from time to time."""

    def __init__(self, deadline: Deadline, publish: Callable[[Feedback], None]) -> None:
        """Begin by waiting for a grounder.

        Args:
            deadline: of the request; gives the time that has passed.
            publish: called with each feedback.
        """
        self._deadline = deadline
        self._publish = publish
        self._stage = Feedback.WAITING_FOR_GROUNDER
        self._message = self._obstacle = ''
        self._began = self._published = 0.0
        self._timings: dict[str, float] = {}

    def enter(self, stage: int, message: str) -> None:
        """Begin a stage."""
        self._count_time()
        self._stage, self._message, self._obstacle = stage, message, ''
        self._feed_back()

    def wait_for(self, obstacle: str) -> None:
        """Say what the stage waits for now, in words; empty when it is on its way."""
        self._obstacle = obstacle

    def keep_alive(self) -> None:
        """Publish again if the last feedback is old."""
        if self._deadline.elapsed - self._published >= FEEDBACK_PERIOD_S:
            self._feed_back()

    def describe(self) -> str:
        """The stage, and what it waited for."""
        waits = self._stage in (Feedback.WAITING_FOR_GROUNDER, Feedback.TRACKING)
        said = self._message if waits else ''
        return '; '.join(filter(None, (_STAGE_NAMES[self._stage], said, self._obstacle)))

    def timings_ms(self) -> dict[str, float]:
        """Time spent in each stage so far, ms."""
        self._count_time()
        return dict(self._timings)

    def _count_time(self) -> None:
        name, now = _STAGE_NAMES[self._stage], self._deadline.elapsed
        self._timings[name] = self._timings.get(name, 0.0) + (now - self._began) * 1e3
        self._began = now

    def _feed_back(self) -> None:
        self._published = self._deadline.elapsed
        self._publish(
            Feedback(
                stage=self._stage,
                message=self._obstacle or self._message,
                elapsed=self._deadline.elapsed,
            )
        )
