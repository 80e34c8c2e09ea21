"""How likely a thing is a part of the one beside it, by what speaks for that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray

# What speaks for a part, by name, and its weight in the logarithm of the odds. Measured by
# `python -m benchmarks.grounding --part parts --seed 2000 --scenes 84`, of pairs that touch.
_WEIGHTS = {
    'border': 0.33,
    'bend': -0.18,
    'step': -0.5,
    'chroma': -0.98,
    'same_paint': 0.95,
    'beyond': -0.26,
    'size': -1.32,
    'slender': 1.02,
    'relative_size': 1.25,
    'top': 0.17,
    'lift': 0.2,
}
_BIAS = 1.66
# The names of what speaks for a part, in order. Chosen: those of the weights.
EVIDENCE = tuple(_WEIGHTS)


@dataclass(frozen=True)
class Bond:
    """What speaks for a thing's being a part of another one.

    Attributes:
        part: label of the smaller one.
        whole: label of the other.
        evidence: (n,) by the names of EVIDENCE.
    """

    part: int
    whole: int
    evidence: FloatArray

    @property
    def score(self) -> float:
        """How likely it is a part, 0 to 1."""
        return float(1 / (1 + np.exp(-(_BIAS + self.evidence @ np.array([*_WEIGHTS.values()])))))
