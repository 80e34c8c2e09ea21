"""Whether readings between jaws lie rather on a circle or on a slab."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray

# What the three further parameters of a circle cost, in units of log-likelihood. Chosen: half of
# what Akaike's criterion takes.
_PARAMETERS = 1.5
# By how much less the readings say than independent Gaussian ones. Chosen: they are neither.
_TEMPER = 0.5
# Readings that lie farther from a circle than this many times their deviation are not on one.
# Chosen: 99 % of Gaussian ones lie nearer.
_MISFIT = 2.5
# No mean square is known to be smaller, m^2. Chosen: the square of 0.2 mm.
_FLOOR = 4e-8


@dataclass(frozen=True)
class CircleOrSlab:
    """What readings say for a circle, against the slab that may be there instead.

    Attributes:
        slab: (n,) residuals of the readings on the slab, along their rays, m; NaN where that says
            nothing.
        sigma: standard deviation of the readings, m.
        count: of readings whose noise is independent.
    """

    slab: FloatArray
    sigma: float
    count: float

    def log_odds_of_circle(self, residuals: FloatArray) -> float:
        """Logarithm of how much likelier the readings are on the circle than on the slab.

        Args:
            residuals: (n,) on the circle, as for the slab; infinite where readings are beside it.
        """
        observed = ~np.isnan(residuals + self.slab)
        circle, slab = (self._square(errors[observed]) for errors in (residuals, self.slab))
        count = 0.5 * _TEMPER * self.count
        rounder = count * math.log(slab / circle) - _TEMPER * _PARAMETERS
        # All between the jaws should be round, where a slab may stand before other things.
        astray = count * math.log((_MISFIT * self.sigma + 0.0005) ** 2 / circle)
        return min(rounder, astray) if astray < 0 else rounder

    def _square(self, errors: FloatArray) -> float:
        """Mean square of errors (n,), m; the largest count as 4 deviations."""
        cut = np.minimum(np.abs(errors), 4 * self.sigma + 0.001)
        return float(cut @ cut) / max(len(cut), 1) + _FLOOR
