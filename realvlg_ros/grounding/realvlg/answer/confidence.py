"""Confidence of an answer, from the probabilities of the tokens that were chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ....arrays import FloatArray
from .grammar import Choice


@dataclass(frozen=True)
class Confidence:
    """Confidence of one answer.

    Attributes:
        score: 0 to 1: geometric mean of the chosen probabilities, each weighted by the share of
            its number's range that it decides, so that an uncertain last digit costs little.
        spread: standard deviation of each number, in the answer's own units.
        log_probability: of the whole answer among all answers that the grammar allows.
    """

    score: float
    spread: tuple[float, ...]
    log_probability: float


class _ThingMeter:
    """Collects the choices of one thing of an answer."""

    def __init__(self, fields: int) -> None:
        self._variance = [0.0] * fields
        self._range = [0.0] * fields
        self._weighted = 0.0
        self._weight = 0.0
        self._log_probability = 0.0

    def add(self, choice: Choice, field: int, probabilities: FloatArray, chosen: int) -> None:
        """Add a choice.

        Args:
            choice: the tokens that were allowed, for a number of this thing.
            field: index of that number in the thing.
            probabilities: (branches,) of these tokens, summing to 1.
            chosen: index of the branch taken.
        """
        low = np.array([branch.low for branch in choice.branches])
        high = np.array([branch.high for branch in choice.branches])
        middle = (low + high) / 2
        self._variance[field] += float((probabilities * (middle - middle[chosen]) ** 2).sum())
        reach = float(high.max() - low.min())
        self._range[field] = max(self._range[field], reach)
        weight = reach / self._range[field] if reach else 0.0
        log_probability = math.log(max(float(probabilities[chosen]), 1e-12))
        self._weighted += weight * log_probability
        self._weight += weight
        self._log_probability += log_probability

    def result(self) -> Confidence:
        """The confidence of the thing."""
        score = math.exp(self._weighted / self._weight) if self._weight else 1.0
        spread = tuple(math.sqrt(variance) for variance in self._variance)
        return Confidence(score, spread, self._log_probability)


class ConfidenceMeter:
    """Collects the choices of an answer of several things, or of none."""

    def __init__(self, fields: int) -> None:
        """Take the count of numbers of a thing."""
        self._fields = fields
        self._meters: list[_ThingMeter] = []
        self._structure: list[float] = []

    def add(self, choice: Choice, probabilities: FloatArray, chosen: int) -> None:
        """Add a choice; each counts for the number that it decides.

        Args:
            choice: the tokens that were allowed.
            probabilities: (branches,) of these tokens, summing to 1.
            chosen: index of the branch taken.
        """
        if choice.field is None:
            self._structure.append(math.log(max(float(probabilities[chosen]), 1e-12)))
            return
        thing, field = divmod(choice.field, self._fields)
        while len(self._meters) <= thing:
            self._meters.append(_ThingMeter(self._fields))
        self._meters[thing].add(choice, field, probabilities, chosen)

    def scores(self, count: int) -> tuple[float, ...]:
        """The score of each of so many things."""
        return tuple(self._of(number).score for number in range(count))

    def result(self) -> Confidence:
        """The confidence of the whole: the best thing's, or of the choice that there is none."""
        written = [meter.result() for meter in self._meters]
        total = sum(each.log_probability for each in written) + sum(self._structure)
        if not written:
            chance = math.exp(sum(self._structure))
            return Confidence(chance, (0.0,) * self._fields, total)
        best = max(written, key=lambda each: each.score)
        return Confidence(best.score, best.spread, total)

    def _of(self, number: int) -> Confidence:
        known = number < len(self._meters)
        return (self._meters[number] if known else _ThingMeter(self._fields)).result()
