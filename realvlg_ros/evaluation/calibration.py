"""How far stated probabilities are those of what happens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import BoolArray, FloatArray

# Edges of the ranges that are counted together. Chosen: finer where grasps are.
EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True)
class ProbabilityRange:
    """Cases whose stated probability is in a range.

    Attributes:
        low, high: the range.
        mean: of the stated probabilities.
        hits: how many of the cases came true.
        count: of the cases, one at least.
    """

    low: float
    high: float
    mean: float
    hits: int
    count: int

    @property
    def share(self) -> float:
        """Of the cases that came true."""
        return self.hits / self.count


def reliability(stated: FloatArray, true: BoolArray) -> list[ProbabilityRange]:
    """Cases counted by ranges of their stated probability; ranges without a case are left out.

    Args:
        stated: (n,) probabilities.
        true: (n,) what came true.
    """
    where = np.clip(np.searchsorted(EDGES, stated, 'right') - 1, 0, len(EDGES) - 2)
    return [
        ProbabilityRange(
            EDGES[k], EDGES[k + 1], float(stated[where == k].mean()),
            int(true[where == k].sum()), int((where == k).sum()),
        )
        for k in np.unique(where)
    ]  # fmt: skip


def calibration_error(ranges: Sequence[ProbabilityRange]) -> float:
    """The expected calibration error (Naeini et al. 2015); NaN without a case."""
    total = sum(part.count for part in ranges)
    if not total:
        return math.nan
    return sum(part.count * abs(part.share - part.mean) for part in ranges) / total
