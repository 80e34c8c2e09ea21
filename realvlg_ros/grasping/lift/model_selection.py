"""Model selection between a circle and a slab for the readings between the jaws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray

# Penalty for the three further parameters of a circle, in units of log-likelihood. Chosen: half
# that of Akaike's information criterion.
_PARAMETERS = 1.5
# Factor on the log-likelihood (a tempered likelihood). Chosen: readings are neither independent
# nor Gaussian.
_TEMPER = 0.5
# Largest rms distance of readings from a circle that they lie on, in standard deviations. Chosen:
# 99 % of Gaussian readings lie nearer.
_MISFIT = 2.5
# Lower bound of a mean square, m^2. Chosen: the square of 0.2 mm.
_FLOOR = 4e-8


@dataclass(frozen=True)
class CircleOrSlab:
    """Comparison of a circle with the slab that may be there instead.

    Attributes:
        slab: (n,) residuals of the readings on the slab, along their rays, m; NaN for readings
            that are not compared.
        sigma: standard deviation of the readings, m.
        count: effective number of independent readings.
    """

    slab: FloatArray
    sigma: float
    count: float

    def log_odds_of_circle(self, residuals: FloatArray) -> float:
        """Log odds of the circle against the slab.

        Args:
            residuals: (n,) on the circle, m, as for the slab; infinite for readings outside it.
        """
        observed = ~np.isnan(residuals + self.slab)
        circle, slab = (self._square(errors[observed]) for errors in (residuals, self.slab))
        count = 0.5 * _TEMPER * self.count
        rounder = count * math.log(slab / circle) - _TEMPER * _PARAMETERS
        # All readings must lie on the circle, while a slab may stand in front of other things.
        misfit = count * math.log((_MISFIT * self.sigma + 0.0005) ** 2 / circle)
        return min(rounder, misfit) if misfit < 0 else rounder

    def _square(self, errors: FloatArray) -> float:
        """Mean square, m^2, of errors (n,), m, clipped at about 4 standard deviations."""
        cut = np.minimum(np.abs(errors), 4 * self.sigma + 0.001)
        return float(cut @ cut) / max(len(cut), 1) + _FLOOR
