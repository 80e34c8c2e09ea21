"""Whether a target has settled: small spread and little movement, for long enough."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from ...arrays import FloatArray
from ..measurement.rigid_fit import difference
from ..settings import TrackerSettings

# Negative variance that rounding leaves, as a share of the largest entry. Chosen: many times
# the rounding of sums in 64 bits.
_ROUNDING = 1e-9


def position_std(covariance: FloatArray) -> float:
    """Standard deviation of a position in its worst direction, m; infinite if it is none."""
    return _worst(covariance[:3, :3])


def rotation_std(covariance: FloatArray) -> float:
    """Standard deviation of a rotation about its worst axis, rad; infinite if it is none."""
    return _worst(covariance[3:, 3:])


def _worst(covariance: FloatArray) -> float:
    """The largest standard deviation of a covariance (3, 3).

    What holds NaN or a negative variance says nothing: no bound is kept.
    """
    if not np.all(np.isfinite(covariance)):
        return math.inf
    variances = np.linalg.eigvalsh(covariance)
    largest = float(variances[-1])
    if not variances[0] >= -_ROUNDING * abs(covariance).max():
        return math.inf
    return math.sqrt(max(largest, 0.0))


class StabilityGauge:
    """The recent history of a pose and its covariance.

    Stable means that, over the whole window, both standard deviations stayed within their bounds
    and the pose stayed within three of those bounds of where it is now.
    """

    def __init__(self, settings: TrackerSettings) -> None:
        """Start unsettled."""
        self._calm: deque[tuple[int, FloatArray]] = deque()
        self.use_settings(settings)

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self._position = settings.stable_position_mm / 1000
        self._rotation = math.radians(settings.stable_rotation_deg)
        self._window_ns = int(settings.stable_for * 1e9)

    def reset(self) -> None:
        """Forget the history: what follows is another pose."""
        self._calm.clear()

    def add(self, stamp_ns: int, pose: FloatArray, covariance: FloatArray) -> None:
        """Take the pose (4x4) and covariance (6x6) of one frame.

        Args:
            stamp_ns: of the frame, ns.
            pose: (4x4) object2world.
            covariance: (6x6) of x, y, z (m) and the rotation about them (rad).
        """
        within = position_std(covariance) <= self._position
        within &= rotation_std(covariance) <= self._rotation
        if not (within and np.all(np.isfinite(pose))):
            self._calm.clear()
            return
        if any(not self._near(pose, other) for _, other in self._calm):
            self._calm.clear()
        self._calm.append((stamp_ns, pose))
        while len(self._calm) > 2 and self._calm[1][0] <= stamp_ns - self._window_ns:
            self._calm.popleft()

    @property
    def stable(self) -> bool:
        """Whether the bounds have held for the whole window."""
        if not self._calm:
            return False
        return self._calm[-1][0] - self._calm[0][0] >= self._window_ns

    def _near(self, pose: FloatArray, other: FloatArray) -> bool:
        error = difference(pose, other)
        return bool(
            np.linalg.norm(error[:3]) <= 3 * self._position
            and np.linalg.norm(error[3:]) <= 3 * self._rotation
        )
