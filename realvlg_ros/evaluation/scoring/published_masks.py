"""Measures of masks as the published code of RealVLG-R1 computes them (evaluation/eval_sam.py).

Its structure measure is simplified: four quadrants of the image instead of those about the
centroid, and means instead of likenesses. The true one is evaluation.structure_measure.
"""

from __future__ import annotations

import numpy as np

from ...arrays import BoolArray

# Keeps divisions finite. From the published code.
_EPSILON = 1e-7


def f_measure(predicted: BoolArray, truth: BoolArray) -> float:
    """The harmonic mean of precision and recall of the pixels, 0 to 1.

    Args are (height, width).
    """
    common = int((predicted & truth).sum())
    precision = common / (int(predicted.sum()) + _EPSILON)
    recall = common / (int(truth.sum()) + _EPSILON)
    return 2 * precision * recall / (precision + recall + _EPSILON)


def simplified_structure(predicted: BoolArray, truth: BoolArray) -> float:
    """The simplified structure measure of two masks (height, width)."""
    both, neither = float((predicted & truth).mean()), float((~predicted & ~truth).mean())
    rows, columns = (side // 2 for side in truth.shape)
    regions = 0.0
    for part in (
        np.s_[:rows, :columns],
        np.s_[:rows, columns:],
        np.s_[rows:, :columns],
        np.s_[rows:, columns:],
    ):
        one, other = float(predicted[part].mean()), float(truth[part].mean())
        regions += 2 * one * other / (one**2 + other**2 + _EPSILON)
    return (both + neither) / 4 + regions / 8


def alignment(predicted: BoolArray, truth: BoolArray) -> float:
    """The enhanced-alignment measure without its square (Fan et al. 2018), 0 to 1.

    Args are (height, width).
    """
    one = predicted - predicted.mean()
    other = truth - truth.mean()
    matrix = 2 * one * other / (one**2 + other**2 + _EPSILON)
    return float(((matrix + 1) / 2).mean())
