"""Percentiles of a few thousand values, without what numpy spends on the general case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...arrays import FloatArray


def percentiles(values: npt.NDArray[np.number], percents: Sequence[float]) -> FloatArray:
    """Percentiles (p, ...) along the first axis, interpolated as numpy.percentile does it.

    That takes 0.1 ms a call, whatever it is given; sorting a few thousand values takes less.

    Args:
        values: (n, ...) with n at least 1.
        percents: (p,) 0 to 100.
    """
    ordered = values.copy()
    ordered.sort(axis=0)
    last = len(ordered) - 1
    found = []
    for percent in percents:
        place = percent / 100 * last
        below = int(place)
        lower, upper = np.float64(ordered[below]), np.float64(ordered[min(below + 1, last)])
        found.append(lower + (place - below) * (upper - lower))
    return np.array(found, np.float64)


def median(values: npt.NDArray[np.number]) -> FloatArray:
    """The median (...) along the first axis of values (n, ...), n at least 1."""
    return percentiles(values, (50,))[0]
