"""How far a share or a mean can be trusted."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr

# Resamples of the bootstrap. Chosen: the ends of a 95 % interval move by a tenth of its length
# from seed to seed.
_RESAMPLES = 1000
# From so many clusters on the interval is computed from the variance, of which the bootstrap's is
# an estimate. Chosen: they then differ by less than two seeds do.
_MANY_CLUSTERS = 2000
# Quantile of the normal distribution for 95 %. From tables.
_Z = 1.959964


def wilson_interval(successes: float, trials: float, z: float = _Z) -> tuple[float, float]:
    """The Wilson score interval of a proportion, 95 % by default (Wilson 1927).

    Args:
        successes: of the trials.
        trials: how many there were, or how many independent ones they are worth; 0 tells nothing.
        z: quantile of the normal distribution.
    """
    if trials == 0:
        return 0.0, 1.0
    p = successes / trials
    middle = p + z * z / (2 * trials)
    spread = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def newcombe_interval(
    first: tuple[float, float], second: tuple[float, float]
) -> tuple[float, float]:
    """The 95 % interval of the second proportion less the first (Newcombe 1998, method 10).

    Args:
        first: successes and trials; see wilson_interval.
        second: likewise.
    """
    p, q = (successes / trials if trials else 0.5 for successes, trials in (first, second))
    (p_low, p_high), (q_low, q_high) = wilson_interval(*first), wilson_interval(*second)
    below = math.hypot(q - q_low, p_high - p)
    above = math.hypot(q_high - q, p - p_low)
    return q - p - below, q - p + above


def bootstrap_interval(
    sums: npt.ArrayLike, counts: npt.ArrayLike, seed: int = 0
) -> tuple[float, float]:
    """The 95 % percentile interval of a mean over clusters (Efron 1979); NaN without a case.

    Whole clusters are drawn with replacement: questions about one image are not independent. Of
    2000 and more clusters it is the normal interval by the variance of a ratio (Cochran 1977).

    Args:
        sums: (n,) of the cases of each cluster.
        counts: (n,) cases of each.
        seed: of the draws.
    """
    totals, cases = np.asarray(sums, np.float64), np.asarray(counts, np.float64)
    if not cases.sum():
        return math.nan, math.nan
    n, whole = len(cases), cases.sum()
    if n >= _MANY_CLUSTERS:
        mean = totals.sum() / whole
        spread = _Z * math.sqrt(float(((totals - mean * cases) ** 2).sum())) / whole
        return float(mean - spread), float(mean + spread)
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), _RESAMPLES)
    of = drawn @ cases
    means = np.divide(drawn @ totals, of, where=of > 0, out=np.full(len(of), np.nan))
    low, high = np.nanpercentile(means, (2.5, 97.5))
    return float(low), float(high)


def mcnemar(first_only: int, second_only: int) -> float:
    """The exact two-sided p-value that two shares of the same cases are equal (McNemar 1947).

    Args:
        first_only: cases in which the first alone is right.
        second_only: cases in which the second alone is.
    """
    n, less = first_only + second_only, min(first_only, second_only)
    if not n:
        return 1.0
    return min(1.0, 2 * float(bdtr(less, n, 0.5)))
