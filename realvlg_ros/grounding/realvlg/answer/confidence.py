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


class ConfidenceMeter:
    """Collects the choices of one answer."""

    def __init__(self, fields: int) -> None:
        self._variance = [0.0] * fields
        self._range = [0.0] * fields
        self._weighted = 0.0
        self._weight = 0.0
        self._log_probability = 0.0

    def add(self, choice: Choice, probabilities: FloatArray, chosen: int) -> None:
        """Add a choice.

        Args:
            choice: the tokens that were allowed.
            probabilities: (branches,) of these tokens, summing to 1.
            chosen: index of the branch taken.
        """
        low = np.array([branch.low for branch in choice.branches])
        high = np.array([branch.high for branch in choice.branches])
        middle = (low + high) / 2
        self._variance[choice.field] += float(
            (probabilities * (middle - middle[chosen]) ** 2).sum()
        )
        reach = float(high.max() - low.min())
        self._range[choice.field] = max(self._range[choice.field], reach)
        weight = reach / self._range[choice.field] if reach else 0.0
        log_probability = math.log(max(float(probabilities[chosen]), 1e-12))
        self._weighted += weight * log_probability
        self._weight += weight
        self._log_probability += log_probability

    def result(self) -> Confidence:
        """The confidence of the whole answer."""
        score = math.exp(self._weighted / self._weight) if self._weight else 1.0
        spread = tuple(math.sqrt(variance) for variance in self._variance)
        return Confidence(score, spread, self._log_probability)
