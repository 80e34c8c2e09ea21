"""How much a depth reading may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .arrays import FloatArray


@dataclass(frozen=True)
class DepthNoise:
    """Axial standard deviation sigma(z) = floor + quadratic z^2.

    The quadratic term is that of triangulation, z^2 times the disparity's noise over focal length
    times baseline (Khoshelham & Elberink 2012); the defaults fit a D435 at 640x480.

    Attributes:
        floor: at z = 0, m.
        quadratic: m at z = 1 m.
    """

    floor: float = 0.0005
    quadratic: float = 0.0020

    def sigma(self, z: npt.ArrayLike) -> FloatArray:
        """Standard deviation (...) of readings at depth z (...), m."""
        return self.floor + self.quadratic * np.asarray(z, np.float64) ** 2
