"""What became of each goal."""

from __future__ import annotations

from dataclasses import dataclass

from .events import Event, EventKind
from .json_fields import number, sequence, text
from .run_reader import Run

# Status of a goal without an answer; not one of PlanGrasps.
UNANSWERED = 'NO_ANSWER'


@dataclass(frozen=True)
class Goal:
    """A goal and what came of it.

    Attributes:
        id: names it in the run.
        instruction: what was asked.
        asked: when, s since the first frame.
        answer: None where none came within the bag.
        groundings: in order, those that were asked for again included.
        targets: what was followed for it, in order of frames.
    """

    id: str
    instruction: str
    asked: float
    answer: Event | None
    groundings: tuple[Event, ...]
    targets: tuple[Event, ...]

    @property
    def status(self) -> str:
        """Of the answer."""
        return self.answer.status if self.answer else UNANSWERED

    @property
    def time_to_answer(self) -> float | None:
        """In the bag's time, s."""
        return self.answer.t - self.asked if self.answer else None

    @property
    def question(self) -> Event | None:
        """The grounding that tells candidates, where the answer is about them."""
        asking = [g for g in self.groundings if g.question or g.candidates]
        told = self.status in ('AMBIGUOUS', 'NOT_FOUND')
        return asking[-1] if asking and told else None

    def followed_share(self) -> float | None:
        """Share of the frames with a target in which it is confirmed and has a grasp."""
        frames: dict[tuple[int, float], bool] = {}
        for event in self.targets:
            followed = event.status == 'CONFIRMED' and event.pose is not None
            # The stamps of a recording that loops come again.
            key = event.stamp_ns, event.t
            frames[key] = frames.get(key, False) or followed
        return sum(frames.values()) / len(frames) if frames else None


def goals_of(run: Run) -> list[Goal]:
    """The goals of a run in the order in which they were asked, or were to be asked."""
    planned: dict[str, tuple[str, float]] = {}
    for item in sequence(run.facts, 'goals'):
        if isinstance(item, dict):
            planned[text(item, 'id')] = text(item, 'instruction'), number(item, 'at_s') or 0.0
    for event in run.of_kind(EventKind.GOAL):
        planned[event.goal] = event.instruction, event.t
    return [_goal(run, key, *given) for key, given in planned.items()]


def _goal(run: Run, key: str, instruction: str, asked: float) -> Goal:
    mine = [event for event in run.events if event.goal == key]
    answers = [event for event in mine if event.kind is EventKind.ANSWER]
    return Goal(
        key,
        instruction,
        asked,
        answers[-1] if answers else None,
        tuple(event for event in mine if event.kind is EventKind.GROUNDING),
        tuple(event for event in mine if event.kind is EventKind.TARGET),
    )
