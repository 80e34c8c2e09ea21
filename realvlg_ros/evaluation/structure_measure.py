"""The structure measure of Fan et al., "Structure-measure" (ICCV 2017), for binary masks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..arrays import BoolArray, FloatArray
from ..errors import EvaluationError


def structure_measure(
    predicted: npt.ArrayLike, truth: npt.ArrayLike, object_weight: float = 0.5
) -> float:
    """S = weight * S_object + (1 - weight) * S_region, 0 to 1.

    Args:
        predicted: (height, width) mask or soft map, 0 to 1.
        truth: (height, width) mask.
        object_weight: the alpha of the paper.

    Raises:
        EvaluationError: the sizes differ.
    """
    prediction = np.asarray(predicted, np.float64)
    mask = np.asarray(truth, bool)
    if prediction.shape != mask.shape:
        raise EvaluationError(
            f'masks of sizes {prediction.shape} and {mask.shape} cannot be compared'
        )
    if not mask.any():
        return 1.0 - float(prediction.mean())
    if mask.all():
        return float(prediction.mean())
    measure = object_weight * _object(prediction, mask) + (1 - object_weight) * _region(
        prediction, mask
    )
    return max(0.0, measure)


def _object(prediction: FloatArray, mask: BoolArray) -> float:
    """Likeness of foreground and background, weighted by their share."""
    share = float(mask.mean())
    return share * _likeness(prediction[mask]) + (1 - share) * _likeness(1 - prediction[~mask])


def _likeness(values: FloatArray) -> float:
    mean, deviation = float(values.mean()), float(values.std(ddof=1)) if values.size > 1 else 0.0
    return 2 * mean / (mean * mean + 1 + deviation + np.finfo(float).eps)


def _region(prediction: FloatArray, mask: BoolArray) -> float:
    """Structural similarity of the four quadrants about the truth's centroid."""
    rows, columns = np.nonzero(mask)
    row, column = round(rows.mean()) + 1, round(columns.mean()) + 1
    total = 0.0
    for part in (
        np.s_[:row, :column],
        np.s_[:row, column:],
        np.s_[row:, :column],
        np.s_[row:, column:],
    ):
        if mask[part].size:
            weight = mask[part].size / mask.size
            total += weight * _similarity(prediction[part], mask[part].astype(np.float64))
    return total


def _similarity(prediction: FloatArray, truth: FloatArray) -> float:
    """SSIM without constants, as in the paper."""
    x, y = float(prediction.mean()), float(truth.mean())
    count = max(prediction.size - 1, 1)
    var_x = float(((prediction - x) ** 2).sum()) / count
    var_y = float(((truth - y) ** 2).sum()) / count
    covariance = float(((prediction - x) * (truth - y)).sum()) / count
    numerator = 4 * x * y * covariance
    denominator = (x * x + y * y) * (var_x + var_y)
    if numerator != 0:
        return numerator / (denominator + np.finfo(float).eps)
    return 1.0 if denominator == 0 else 0.0
