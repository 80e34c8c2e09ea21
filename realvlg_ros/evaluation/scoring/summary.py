"""Scores counted: means with intervals under both rules, precision and recall, outcomes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..dataset import Expected
from ..intervals import bootstrap_interval
from ..metrics import GraspRule
from .judge import Judge
from .outcome import Outcome
from .precision import mean_average_precision
from .reply import ReplyStatus
from .score import Score


@dataclass(frozen=True)
class Estimate:
    """A mean, and its 95 % interval by the bootstrap over images.

    Attributes:
        value: NaN where there is no case.
        low, high: the interval.
        cases: how many there are.
    """

    value: float
    low: float
    high: float
    cases: int

    @classmethod
    def of(cls, scores: Sequence[Score], value: Callable[[Score], float]) -> Estimate:
        """The mean of a value of scores."""
        images: dict[str, list[float]] = {}
        for score in scores:
            images.setdefault(score.image, []).append(value(score))
        sums = [sum(values) for values in images.values()]
        counts = [len(values) for values in images.values()]
        if not images:
            return cls(math.nan, math.nan, math.nan, 0)
        low, high = bootstrap_interval(sums, counts)
        return cls(sum(sums) / sum(counts), low, high, sum(counts))


@dataclass(frozen=True)
class RuleSummary:
    """Questions that an object answers, under one rule.

    Attributes:
        rule: OFFICIAL leaves out what holds no answer, STRICT counts it as wrong.
        accuracy: share of right answers.
        means: of the measures, by name.
    """

    rule: GraspRule
    accuracy: Estimate
    means: dict[str, Estimate]


@dataclass(frozen=True)
class Summary:
    """All figures of a set of scores.

    Attributes:
        questions: how many.
        images: about how many.
        valid_rate: R_v, share of questions that an object answers whose reply holds an answer.
        official, strict: means under both rules.
        precision: share of answers that are right, of all questions.
        recall: share of questions that an object answers which are answered rightly.
        mean_ap: mean average precision.
        accepted: share of absent objects that were said not to be there.
        asked: share of ambiguous sentences that were answered by a question.
        outcomes: how many questions ended so, all of them.
    """

    questions: int
    images: int
    valid_rate: Estimate
    official: RuleSummary
    strict: RuleSummary
    precision: Estimate
    recall: Estimate
    mean_ap: float
    accepted: Estimate
    asked: Estimate
    outcomes: dict[Outcome, int]


def summarise(scores: Sequence[Score], judge: Judge) -> Summary:
    """Count scores of one condition."""
    asked = [score for score in scores if score.asks_object]
    answers = [score for score in scores if score.status is ReplyStatus.OK]
    counted = Counter(score.outcome for score in scores)
    return Summary(
        questions=len(scores),
        images=len({score.image for score in scores}),
        valid_rate=Estimate.of(asked, lambda score: score.valid),
        official=_official(asked, judge),
        strict=_strict(asked, judge),
        precision=Estimate.of(answers, lambda score: score.strict),
        recall=Estimate.of(asked, lambda score: score.strict),
        mean_ap=mean_average_precision(answers, len(asked), judge.thresholds),
        accepted=_right(scores, Expected.ABSENT),
        asked=_right(scores, Expected.QUESTION),
        outcomes={outcome: counted[outcome] for outcome in Outcome if counted[outcome]},
    )


def _official(asked: Sequence[Score], judge: Judge) -> RuleSummary:
    valid = [score for score in asked if score.valid]
    means = {
        measure.name: Estimate.of(valid, lambda s, name=measure.name: s.values[name])  # type: ignore[misc]
        for measure in judge.measures
        if GraspRule.OFFICIAL in measure.rules
    }
    accuracy = Estimate.of(valid, lambda score: score.official)
    return RuleSummary(GraspRule.OFFICIAL, accuracy, means)


def _strict(asked: Sequence[Score], judge: Judge) -> RuleSummary:
    means = {
        measure.name: Estimate.of(
            asked,
            lambda s, name=measure.name, worst=measure.worst: s.values.get(name, worst),  # type: ignore[misc]
        )
        for measure in judge.measures
        if GraspRule.STRICT in measure.rules
    }
    accuracy = Estimate.of(asked, lambda score: score.strict)
    return RuleSummary(GraspRule.STRICT, accuracy, means)


def _right(scores: Sequence[Score], expected: Expected) -> Estimate:
    of_kind = [score for score in scores if score.expected is expected]
    return Estimate.of(of_kind, lambda score: score.outcome.is_right)


def by(scores: Sequence[Score], name: Callable[[Score], str]) -> dict[str, list[Score]]:
    """Scores by a name of each, in order of the names."""
    parts: dict[str, list[Score]] = {}
    for score in scores:
        parts.setdefault(name(score), []).append(score)
    return dict(sorted(parts.items()))
