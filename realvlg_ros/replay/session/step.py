"""What one image or notice of a recording came to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ...frame import RgbdFrame
from ...grounding.grounding import Grounding
from ...tracking.target.target import GraspTarget
from .events import answer_event, grounding_event, notice_event, target_event
from .goal_run import GoalAnswer
from .places import support_in


@dataclass
class Step:
    """One image or notice, and what came with it.

    Attributes:
        stamp_ns: of it, ns.
        time_ns: in the time of the bag, ns after the first image.
        log_ns: when it was recorded, ns.
        frame: the image; None for a notice, a pause and the end.
        targets: as they are reported with it.
        shown: the target of the newest request.
        groundings: that were delivered with it.
        answers: to goals that ended with it.
        events: in the order in which they came, without their time.
        timings_ms: wall time by stage.
    """

    stamp_ns: int
    time_ns: int
    log_ns: int
    frame: RgbdFrame | None = None
    targets: list[GraspTarget] = field(default_factory=list)
    shown: GraspTarget | None = None
    groundings: list[Grounding] = field(default_factory=list)
    answers: list[GoalAnswer] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)

    def notice(self, message: str) -> None:
        """Add something that happened to the stream."""
        self.events.append(notice_event(message))

    def deliver(self, grounding: Grounding, again: bool = False) -> None:
        """Add a grounding that came."""
        self.groundings.append(grounding)
        self.events.append(grounding_event(grounding, again))

    def report(self, targets: list[GraspTarget]) -> None:
        """Set the targets, of each the last that was said."""
        last = {target.track_id or target.request_id: target for target in targets}
        self.targets = list(last.values())
        self.events += [target_event(target) for target in self.targets]

    def end_goal(self, answer: GoalAnswer) -> None:
        """Add the answer to a goal, with the support as this image shows it."""
        self.answers.append(answer)
        support = None if self.frame is None else support_in(self.frame, answer.target)
        self.events.append(answer_event(answer, support))

    def lines(self) -> Iterator[dict[str, Any]]:
        """The events with their time."""
        for event in self.events:
            kind, rest = event['event'], {k: v for k, v in event.items() if k != 'event'}
            yield {
                'event': kind, 'stamp_ns': self.stamp_ns, 't_s': self.time_ns / 1e9, **rest,
            }  # fmt: skip

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the wall time of a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timings_ms[stage] = (time.perf_counter() - started) * 1e3
