"""Which of several things is the first, the second or the last by a measure."""

from __future__ import annotations

import numpy as np

from ....arrays import FloatArray


def nth(values: FloatArray, chances: FloatArray, rank: int, margin: float) -> FloatArray:
    """Probability (n,) of each thing to be the rank-th, the largest value first.

    Which of the things count is uncertain; how many of those with a larger value do is a sum of
    independent events (Poisson binomial). Values within the margin may be in either order, and
    each of such things may be the one.

    Args:
        values: (n,) of the measure.
        chances: (n,) probability of each to be one of those that are counted.
        rank: from 1 on; -1 is the last, -2 the one before it.
        margin: values that differ by no more are not told apart.
    """
    if rank < 0:
        return nth(-values, chances, -rank, margin)
    found = np.zeros(len(values))
    for index, (value, chance) in enumerate(zip(values, chances, strict=True)):
        others = np.arange(len(values)) != index
        ahead = _counts(chances[others & (values > value + margin)])
        beside = _counts(chances[others & (np.abs(values - value) <= margin)])
        # The rank is its own where no more than rank - 1 are ahead, and the tied make up the rest.
        fits = 0.0
        for count, share in enumerate(ahead[:rank]):
            fits += share * float(beside[rank - 1 - count :].sum())
        found[index] = chance * fits
    return found


def _counts(chances: FloatArray) -> FloatArray:
    """Probability (n + 1,) that 0, 1, ... n of independent events come true."""
    counts = np.ones(1)
    for chance in chances:
        counts = np.convolve(counts, [1 - chance, chance])
    return counts
