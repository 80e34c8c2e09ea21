"""How far a share that was counted can be trusted."""

from __future__ import annotations

import math


def wilson_interval(successes: float, trials: float, z: float = 1.959964) -> tuple[float, float]:
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
