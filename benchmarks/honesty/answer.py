"""What became of one goal."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.honesty.judge import Verdict

# The kinds of goals that were asked while nothing was wrong.
CLEAN, ROS_CLEAN = 'clean', 'ROS: clean'


@dataclass(frozen=True)
class Answer:
    """What became of one goal.

    Attributes:
        seed: of its story.
        kind: of the fault; 'clean' for a goal that was asked before it.
        number: of the goal in its story, from 1.
        status: OK, the name of a refusal, SILENT or CRASHED.
        message: of the answer.
        verdict: on the best grasp, if there was one.
        graspable: on a refusal: the target can be grasped; None where nobody looked.
        worst: the first that is false of the best few grasps of an answer, if there is one.
        embedded: what the embedded grounder answers on the frame of a clean goal; empty where
            it was not asked.
    """

    seed: int
    kind: str
    number: int
    status: str
    message: str
    verdict: Verdict | None = None
    graspable: bool | None = None
    worst: Verdict | None = None
    embedded: str = ''

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong when it was asked."""
        return self.kind in (CLEAN, ROS_CLEAN)

    @property
    def is_false_ok(self) -> bool:
        """Whether it was OK and its best grasp is not true."""
        return self.verdict is not None and not self.verdict.cause.honest

    @property
    def is_false_refusal(self) -> bool:
        """Whether nothing was wrong and yet an object that can be grasped was refused."""
        return self.is_clean and self.graspable is True
