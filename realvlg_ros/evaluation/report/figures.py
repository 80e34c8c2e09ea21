"""All figures of an evaluation: over everything, by split, by kind of sentence, by condition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ...json_text import to_plain
from ..conditions import ARTICLE_LIGHT_CHANGE, Curve, curves_of
from ..run.run import EvaluationRun
from ..scoring.paired import PairedTest, compare, pair_up
from ..scoring.score import Score
from ..scoring.summary import Estimate, Summary, by, summarise
from .published import SPLITS

# Curves beside which the article's figure stands.
_LIGHT = ('darker', 'brighter')


@dataclass(frozen=True)
class Step:
    """One level of a curve, on the questions that were asked at it.

    Attributes:
        level: of the curve.
        right: share of right answers under the strict rule.
        change: of that share against the images as they are, relative; NaN where none was right.
        low, high: its 95 % interval.
    """

    level: float
    right: Estimate
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class Robustness:
    """One curve.

    Attributes:
        name, unit: of the curve.
        undisturbed: share of right answers on the images as they are.
        undisturbed_level: level of these.
        steps: one for each level.
        article: change that the article tells of, from and to; empty where it tells of none.
    """

    name: str
    unit: str
    undisturbed: Estimate
    undisturbed_level: float
    steps: tuple[Step, ...]
    article: tuple[float, ...] = ()


@dataclass(frozen=True)
class Figures:
    """Everything that is counted of a run.

    Attributes:
        whole: of all questions about the images as they are.
        splits, kinds: of parts, by their names.
        robustness: one for each curve.
    """

    whole: Summary
    splits: dict[str, Summary] = field(default_factory=dict)
    kinds: dict[str, Summary] = field(default_factory=dict)
    robustness: tuple[Robustness, ...] = ()

    @classmethod
    def of(cls, run: EvaluationRun) -> Figures:
        """Count a run."""
        plain, judge = run.plain, run.options.judge

        def parts(scores: dict[str, list[Score]]) -> dict[str, Summary]:
            return {name: summarise(part, judge) for name, part in scores.items()}

        splits = by(plain, lambda score: score.split)
        splits = {name: splits[name] for name in sorted(splits, key=_place_of_split)}
        return cls(
            summarise(plain, judge),
            parts(splits) if set(splits) != {''} else {},
            parts(by(plain, lambda score: score.kind)),
            tuple(_robustness(curve, run.scores) for curve in curves_of(run.options.conditions)),
        )

    def to_json(self) -> dict[str, Any]:
        """As JSON knows it."""
        values: dict[str, Any] = to_plain(asdict(self))
        return values


def _place_of_split(name: str) -> tuple[int, str]:
    """The article's splits in its order, then others by their names."""
    return (SPLITS.index(name) if name in SPLITS else len(SPLITS)), name


def _robustness(curve: Curve, scores: Sequence[Score]) -> Robustness:
    disturbed = {score.key for score in scores if score.condition}
    plain = [score for score in scores if not score.condition and score.key in disturbed]
    steps = []
    for condition in curve.conditions():
        seen = [score for score in scores if score.condition == condition.key]
        steps.append(_step(condition.level, plain, seen))
    article = ARTICLE_LIGHT_CHANGE if curve.name in _LIGHT else ()
    return Robustness(
        curve.name, curve.unit, Estimate.of(plain, _strict), curve.undisturbed, tuple(steps),
        article,
    )  # fmt: skip


def _step(level: float, plain: Sequence[Score], seen: Sequence[Score]) -> Step:
    """One level against the same questions about the images as they are."""
    right, before = Estimate.of(seen, _strict), Estimate.of(plain, _strict)
    if not before.value > 0:
        return Step(level, right, math.nan, math.nan, math.nan)
    found = {score.key: score for score in seen}
    change = Estimate.of(
        [score for score in plain if score.key in found],
        lambda score: float(found[score.key].strict) - float(score.strict),
    )
    scale = 1 / before.value
    return Step(level, right, change.value * scale, change.low * scale, change.high * scale)


def _strict(score: Score) -> float:
    return float(score.strict)


@dataclass(frozen=True)
class Against:
    """Two backends on the same questions.

    Attributes:
        test: over all of them.
        kinds: by the kind of the sentence.
    """

    test: PairedTest
    kinds: dict[str, PairedTest]

    @classmethod
    def of(cls, first: EvaluationRun, second: EvaluationRun) -> Against:
        """Compare two runs on the images as they are.

        Raises:
            EvaluationError: they share no question.
        """
        pairs = pair_up(first.plain, second.plain)
        kinds = sorted({pair.first.kind for pair in pairs})
        return cls(
            compare(pairs),
            {kind: compare([p for p in pairs if p.first.kind == kind]) for kind in kinds},
        )
