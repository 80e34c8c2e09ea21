"""Error-state Kalman filter of a pose on SE(3).

The error (dp, dr) perturbs the pose on the left; the state is the pose and, while the object
moves, its twist as a decaying prediction. Process noise has two levels, still and moving. A
measurement beyond the gate is held back until it has disagreed persistently: then the object did
move and the filter follows.
"""

from __future__ import annotations

import copy
import math

import numpy as np

from ...arrays import FloatArray
from ..measurement.rigid_fit import difference, perturbed
from ..settings import TrackerSettings

# A mean normalised innovation (per degree of freedom) above this says that the object moves; the
# mean forgets by this factor a frame. Chosen: 1 is expected of a still object.
_MOVING_INNOVATION = 2.5
_INNOVATION_MEMORY = 0.6
# The object is still once it has moved less than so many of its own deviations in the window, s.
# Chosen: eight frames at 30 Hz, and the usual three deviations.
_STILL_WINDOW_S = 0.25
_STILL_SIGMAS = 3.0
# Prediction of a seen object trusts its velocity for about this long, s. Chosen: a few frames; a
# hand changes its speed in less than a second.
_VELOCITY_DECAY_S = 0.25


class PoseFilter:
    """A pose, its covariance and whether it moves; `distance` is the last chi-square."""

    def __init__(
        self,
        pose: FloatArray,
        covariance: FloatArray,
        settings: TrackerSettings,
        stamp_ns: int = 0,
    ) -> None:
        """Start from a pose (4x4) with covariance (6x6).

        Args:
            pose: (4x4) object2world.
            covariance: (6x6) of x, y, z (m) and the rotation about them (rad).
            settings: of the tracker.
            stamp_ns: time of the pose, ns.
        """
        self.pose = pose
        self.covariance = covariance
        self.moving = False
        self.twist = np.zeros(6)
        self.distance = 0.0
        self._settings = settings
        self._stamp_ns = stamp_ns
        self._innovation = 1.0
        self._rejected: list[tuple[int, FloatArray]] = []
        self._followed = True
        self._history: list[tuple[int, FloatArray]] = [(stamp_ns, pose)]

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self._settings = settings

    @property
    def held_back(self) -> int:
        """How many measurements in a row disagree with the state."""
        return len(self._rejected)

    def predict(self, stamp_ns: int, seen: bool = True) -> None:
        """Move the state to a later time; an object out of sight may have been moved."""
        dt = max((stamp_ns - self._stamp_ns) * 1e-9, 0.0)
        self._stamp_ns = stamp_ns
        if dt == 0:
            return
        if self.moving:
            decay = math.exp(-dt / _VELOCITY_DECAY_S)
            self.pose = perturbed(self.pose, self.twist * _VELOCITY_DECAY_S * (1 - decay))
            self.twist = self.twist * decay
        self.covariance = self.covariance + self._process_noise(dt, seen)

    def update(self, measured: FloatArray, noise: FloatArray) -> bool:
        """Fuse a measured pose with its covariance (6x6); False while it is held back."""
        innovation = difference(measured, self.pose)
        spread = self.covariance + noise
        distance = self.distance = float(innovation @ np.linalg.solve(spread, innovation))
        if distance > self._settings.gate and not self._believe(measured, noise):
            return False
        self._rejected.clear()
        self._innovation += (1 - _INNOVATION_MEMORY) * (min(distance / 6, 10.0) - self._innovation)
        if distance > self._settings.gate:
            self.moving = True
            self._innovation = 10.0
            # The old covariance was of an object that was where it was: it says nothing now.
            self.covariance = self.covariance + np.diag(innovation**2) + noise
        elif self._innovation > _MOVING_INNOVATION:
            self.moving = True
        gain = np.linalg.solve(self.covariance + noise, self.covariance).T
        self.pose = perturbed(self.pose, gain @ innovation)
        rest = np.eye(6) - gain
        # Joseph's form keeps the covariance symmetric and positive.
        self.covariance = rest @ self.covariance @ rest.T + gain @ noise @ gain.T
        self._remember(noise)
        return True

    def miss(self) -> None:
        """There was no measurement: disagreement must be in a row to be believed."""
        self._rejected.clear()
        self._followed = False

    def copy(self) -> PoseFilter:
        """The same state, independent of what comes."""
        twin = copy.copy(self)
        twin._rejected, twin._history = list(self._rejected), list(self._history)
        return twin

    def change_frame(self, old2new: FloatArray) -> None:
        """Express the state in another frame."""
        block = np.kron(np.eye(2), old2new[:3, :3])
        self.pose = old2new @ self.pose
        self.covariance = block @ self.covariance @ block.T
        self.twist = block @ self.twist
        self._rejected = [(stamp, old2new @ pose) for stamp, pose in self._rejected]
        self._history = [(stamp, old2new @ pose) for stamp, pose in self._history]

    def _process_noise(self, dt: float, seen: bool) -> FloatArray:
        settings = self._settings
        still = np.array(
            [settings.still_position_noise] * 3
            + [math.radians(settings.still_rotation_noise_deg)] * 3
        )
        variance = still**2 * dt
        turn = math.radians(settings.unseen_turn_dps)
        if not seen:
            # What moved when it went out of sight may go on.
            speed = settings.moving_speed / 3 if self.moving else settings.unseen_speed
            variance = variance + np.array([speed] * 3 + [turn] * 3) ** 2 * dt
        elif self.moving:
            speed, turn = settings.moving_speed, math.radians(settings.moving_turn_dps)
            variance = variance + (np.array([speed] * 3 + [turn] * 3) * min(dt, 0.2)) ** 2
        return np.diag(variance)

    def _believe(self, measured: FloatArray, noise: FloatArray) -> bool:
        """Whether enough measurements in a row have disagreed with the state in one way."""
        if self._rejected:
            stamp, last = self._rejected[-1]
            dt = max((self._stamp_ns - stamp) * 1e-9, 1e-3)
            step = difference(measured, last)
            reach = 4 * self._settings.moving_speed * dt + 4 * math.sqrt(noise[0, 0])
            turn = 4 * math.radians(self._settings.moving_turn_dps) * dt
            turn += 4 * math.sqrt(float(np.diag(noise)[3:].max()))
            if np.linalg.norm(step[:3]) > reach or np.linalg.norm(step[3:]) > turn:
                self._rejected.clear()
        self._rejected.append((self._stamp_ns, measured))
        return len(self._rejected) >= self._settings.gate_persistence

    def _remember(self, noise: FloatArray) -> None:
        """Keep recent poses: they give the velocity, and tell when motion has ended."""
        if not self._followed:
            # How it came here from where it was last seen says nothing about its speed now.
            self._history, self.twist, self._followed = [], np.zeros(6), True
        self._history.append((self._stamp_ns, self.pose))
        limit = self._stamp_ns - int(_STILL_WINDOW_S * 1e9)
        while len(self._history) > 2 and self._history[1][0] <= limit:
            del self._history[0]
        if not self.moving or len(self._history) < 2:
            return
        stamp, pose = self._history[-2]
        dt = max((self._stamp_ns - stamp) * 1e-9, 1e-3)
        self.twist = 0.5 * self.twist + 0.5 * difference(self.pose, pose) / dt
        if self._history[0][0] > limit:
            return
        bound = _STILL_SIGMAS * np.sqrt(2 * np.diag(noise))
        # All of them: what swings comes by where it was.
        if all(np.all(np.abs(difference(self.pose, past)) < bound) for _, past in self._history):
            self.moving = False
            self.twist = np.zeros(6)
            self._innovation = 1.0
