"""What a task is, and how an answer to one is measured."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum

from ..dataset import Truth
from ..metrics import GraspRule
from .reply import Reply


class Task(str, Enum):
    """What is asked for."""

    BOX = 'box'
    MASK = 'mask'
    GRASP = 'grasp'
    CONTACT = 'contact'


@dataclass(frozen=True)
class Measure:
    """A number of one answer.

    Attributes:
        name: in files.
        title: in tables.
        worst: what an answer that does not count gets under the strict rule.
        rules: that show it.
    """

    name: str
    title: str
    worst: float = 0.0
    rules: tuple[GraspRule, ...] = (GraspRule.OFFICIAL, GraspRule.STRICT)


@dataclass(frozen=True)
class Judgement:
    """One answer against the truth.

    Attributes:
        values: of the measures, by name.
        official: whether it is right by the published code.
        strict: whether it is right by the standard rule.
        on_object: whether it is on the right object, if not in the right place.
        overlap: IoU with the truth, by which it is ranked for the mean average precision.
    """

    values: dict[str, float] = field(default_factory=dict)
    official: bool = False
    strict: bool = False
    on_object: bool = False
    overlap: float = 0.0


class Judge(ABC):
    """Measures answers to one task."""

    measures: tuple[Measure, ...]
    # Thresholds of IoU whose average precisions are averaged; none: the strict rule decides.
    thresholds: tuple[float, ...] = ()
    # What a right answer is called in tables.
    accuracy: str

    @abstractmethod
    def has_truth(self, truth: Truth) -> bool:
        """Whether the truth says what this task asks for."""

    def judge(self, reply: Reply, truth: Truth, size: tuple[int, int]) -> Judgement | None:
        """Measure an answer; None where it holds nothing for this task.

        Args:
            reply: with the status OK.
            truth: that has what the task asks for.
            size: height and width of the image, px.
        """
        return self._judged(reply, truth, size)

    @abstractmethod
    def _judged(self, reply: Reply, truth: Truth, size: tuple[int, int]) -> Judgement | None:
        """See judge."""
