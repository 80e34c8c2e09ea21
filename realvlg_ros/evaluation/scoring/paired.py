"""Two backends on the same questions: which differ, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import EvaluationError
from ..intervals import bootstrap_interval, mcnemar
from .score import Score


@dataclass(frozen=True)
class Pair:
    """One question and what came of it with both backends."""

    first: Score
    second: Score

    @property
    def change(self) -> int:
        """1 where the second alone is right, -1 where the first alone is, else 0."""
        return self.second.outcome.is_right - self.first.outcome.is_right


@dataclass(frozen=True)
class PairedTest:
    """The paired comparison of two backends.

    Attributes:
        questions: that both were asked.
        both, neither: are right.
        first_only, second_only: are right.
        difference: share of the second that is right less that of the first.
        low, high: its 95 % interval by the bootstrap over images.
        p: exact two-sided p-value of McNemar's test.
    """

    questions: int
    both: int
    neither: int
    first_only: int
    second_only: int
    difference: float
    low: float
    high: float
    p: float

    def words(self) -> str:
        """What it says, in a sentence."""
        if self.p >= 0.05:
            return f'no difference that chance could not make (p = {self.p:.3g})'
        better = 'second' if self.second_only > self.first_only else 'first'
        return f'the {better} is better (p = {self.p:.3g})'


def pair_up(first: Sequence[Score], second: Sequence[Score]) -> list[Pair]:
    """The questions that both were asked under the same condition, in the order of the first.

    Raises:
        EvaluationError: there is none.
    """
    found = {(score.key, score.condition): score for score in second}
    pairs = [
        Pair(score, found[score.key, score.condition])
        for score in first
        if (score.key, score.condition) in found
    ]
    if not pairs:
        raise EvaluationError('the two runs share no question; compare runs on the same data set')
    return pairs


def compare(pairs: Sequence[Pair]) -> PairedTest:
    """Test whether the shares of right outcomes differ."""
    images: dict[str, list[int]] = {}
    for pair in pairs:
        images.setdefault(pair.first.image, []).append(pair.change)
    first = sum(pair.change < 0 for pair in pairs)
    second = sum(pair.change > 0 for pair in pairs)
    both = sum(pair.first.outcome.is_right and pair.second.outcome.is_right for pair in pairs)
    low, high = bootstrap_interval(
        [sum(changes) for changes in images.values()],
        [len(changes) for changes in images.values()],
    )
    return PairedTest(
        len(pairs), both, len(pairs) - both - first - second, first, second,
        (second - first) / len(pairs), low, high, mcnemar(first, second),
    )  # fmt: skip
