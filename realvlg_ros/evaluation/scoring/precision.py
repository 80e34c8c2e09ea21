"""Average precision of answers that are ranked by their confidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import BoolArray, FloatArray
from .score import Score


def mean_average_precision(
    answers: Sequence[Score], questions: int, thresholds: Sequence[float]
) -> float:
    """The mean over thresholds of the average precision; NaN without a question.

    Every question has one answer at most, so that none is counted twice. An answer to what is
    absent or ambiguous is a false one.

    Args:
        answers: replies with the status OK, to whatever question.
        questions: that an object answers.
        thresholds: of IoU, from which an answer is right; none: the strict rule decides.
    """
    confidence = np.array([score.confidence for score in answers], float)
    if not thresholds:
        right = np.array([score.strict for score in answers], bool)
        return average_precision(confidence, right, questions)
    overlap = np.array([score.overlap if score.valid else 0.0 for score in answers], float)
    precisions = [average_precision(confidence, overlap >= t, questions) for t in thresholds]
    return float(np.mean(precisions))


def average_precision(confidence: FloatArray, right: BoolArray, questions: int) -> float:
    """The area below the envelope of precision over recall (Everingham et al. 2010, all points).

    Answers of equal confidence are taken together: their order tells nothing.

    Args:
        confidence: (n,) of the answers.
        right: (n,) whether each is.
        questions: that have a right answer; 0 gives NaN.
    """
    if not questions:
        return float('nan')
    if not len(confidence):
        return 0.0
    order = np.argsort(-confidence, kind='stable')
    hits = np.cumsum(right[order])
    ranked = confidence[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    recall = np.concatenate([[0.0], hits[ends] / questions])
    precision = np.concatenate([[0.0], hits[ends] / (ends + 1)])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(((recall[1:] - recall[:-1]) * envelope[1:]).sum())
