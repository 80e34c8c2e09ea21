"""How much a depth reading may be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .arrays import FloatArray
from .boundary import Boundary
from .documents import read_yaml
from .errors import ParameterError
from .quoting import quoted
from .settings import Settings, setting

# A camera with more noise (m at 0 m, and 1/m) is no use to grasping. Chosen: most likely a wrong
# unit.
MAX_FLOOR = 0.1
MAX_QUADRATIC = 0.1
# The disparity's noise, px, by the largest disparity, px: the product of both limits. From Intel's
# D400 data sheet (126 px) and the 0.042 px measured for the D435: 0.17 m for that and 0.06 m for
# the D405, which are specified for 0.17 and 0.07 m.
_NEAREST_PER_QUADRATIC = 0.042 / 126
# All cameras with a larger nearest distance, m, count as ones of this. Chosen: most see that near.
_MAX_NEAREST_M = 0.17
# Readings of one surface lie within so many deviations of it, and so much farther, m: surfaces are
# uneven and calibrated depth bends. Chosen: for the default camera both make 3 mm + 3 mm z^2.
_TOLERATED_SIGMAS = 1.5
_UNEVENNESS_M = 0.00225
# The noise of readings over so many pixels in either direction is one reading's: the root of the
# sum of its autocorrelation. Measured by test_depth_camera_model.py on the model of a D435: 2.2 px
# at 0.4 m, where steps of a millimetre break it up, to 2.3 px at 0.9 m.
CORRELATION_PX = 2.2


@dataclass(frozen=True)
class DepthNoise(Settings):
    """Axial standard deviation sigma(z) = floor + quadratic z^2 of a depth camera.

    The quadratic term is that of triangulation, z^2 times the disparity's noise over focal length
    times baseline (Khoshelham & Elberink 2012); the defaults are those of a D435, for which
    config/depth_noise/d435.yaml says the sources.
    """

    floor: float = setting(
        0.0005, 'Standard deviation of a reading at 0 m.', unit='m', low=0.0, high=MAX_FLOOR
    )
    quadratic: float = setting(
        0.0020, 'Growth of the deviation with the square of the distance.',
        unit='1/m', low=0.0, high=MAX_QUADRATIC,
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.floor + self.quadratic == 0:
            raise ParameterError(
                'floor and quadratic of the depth noise are 0; every camera has some noise: '
                f"{DepthNoise.floor:g} m and {DepthNoise.quadratic:g} 1/m are a D435's"
            )

    @classmethod
    def from_values(cls, values: object, source: str) -> DepthNoise:
        """Read the two numbers of a file.

        Args:
            values: what the file holds, as YAML or JSON gives it.
            source: what to call the file in an error.

        Raises:
            ParameterError: a key is missing, unknown or not a number in its range.
        """
        names = [item.name for item in fields(cls)]
        if not isinstance(values, Mapping) or set(values) != set(names):
            raise ParameterError(
                f'{source} holds {quoted(values)}; expected the numbers {" and ".join(names)}'
            )
        try:
            return cls(**values)
        except ParameterError as error:
            raise ParameterError(f'{source}: {error}') from error

    @classmethod
    def from_yaml(cls, path: Path) -> DepthNoise:
        """Read a profile of config/depth_noise.

        Raises:
            ParameterError: the file cannot be read, or see from_values.
        """
        source = f'depth noise profile {path}'
        return cls.from_values(read_yaml(path, Boundary(source, ParameterError)), source)

    @property
    def nearest(self) -> float:
        """No reading is nearer than this, m.

        That of a stereo camera is where the disparity is as large as the camera searches; its
        quadratic term has the same product of focal length and baseline. The quadratic term of a
        time-of-flight camera says nothing of the near, so that there is a bound for all.
        """
        return min(_MAX_NEAREST_M, _NEAREST_PER_QUADRATIC / max(self.quadratic, 1e-6))

    def sigma(self, z: npt.ArrayLike) -> FloatArray:
        """Standard deviation (...) of readings at depth z (...), m."""
        return self.floor + self.quadratic * np.asarray(z, np.float64) ** 2

    def tolerance(self, z: npt.ArrayLike) -> FloatArray:
        """How far (...) from a surface its readings at depth z (...) may lie, m.

        What lies farther is something else; noise and the unevenness of surfaces explain the rest.
        """
        return _UNEVENNESS_M + _TOLERATED_SIGMAS * self.sigma(z)
