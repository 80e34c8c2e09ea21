"""What is kept of one image: one line of JSON, the same whoever computed it."""

from __future__ import annotations

from dataclasses import dataclass

from ...boundary import Boundary
from ...documents import LISTING, parse_json
from ...errors import EvaluationError
from ...fields import Fields
from ...json_text import to_json_text
from ..dataset import Problem
from ..scoring.score import Score


@dataclass(frozen=True)
class GroupResult:
    """All that was asked about one image.

    Attributes:
        group: its key.
        scores: of the questions, under every condition.
        problems: what of it cannot be used.
        without_truth: samples that have no truth for the task.
        other_split: samples of a split that is not asked.
    """

    group: str
    scores: tuple[Score, ...] = ()
    problems: tuple[Problem, ...] = ()
    without_truth: int = 0
    other_split: int = 0

    def line(self) -> str:
        """As one line of JSON."""
        return to_json_text(
            {
                'group': self.group,
                'scores': [score.to_json() for score in self.scores],
                'problems': [[problem.where, problem.reason] for problem in self.problems],
                'without_truth': self.without_truth,
                'other_split': self.other_split,
            }
        )

    @classmethod
    def from_line(cls, line: str) -> GroupResult:
        """Read a line.

        Raises:
            EvaluationError: it is cut off, or of another kind.
        """
        boundary = Boundary('not a line of an evaluation', EvaluationError)
        with boundary.guard():
            fields = Fields(parse_json(line, boundary, LISTING), boundary)
            return cls(
                fields.text('group'),
                tuple(Score.from_json(values) for values in fields.values['scores']),
                tuple(Problem(*texts) for texts in fields.values['problems']),
                int(fields.number('without_truth')),
                int(fields.number('other_split')),
            )
