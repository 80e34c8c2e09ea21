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
    ordered = np.sort(values, axis=0)
    place = np.asarray(percents) / 100 * (len(ordered) - 1)
    below = place.astype(np.intp)
    above = np.minimum(below + 1, len(ordered) - 1)
    share = (place - below).reshape(-1, *[1] * (ordered.ndim - 1))
    lower = ordered[below].astype(np.float64)
    return np.asarray(lower + share * (ordered[above] - lower))


def median(values: npt.NDArray[np.number]) -> FloatArray:
    """The median (...) along the first axis of values (n, ...), n at least 1."""
    return percentiles(values, (50,))[0]
