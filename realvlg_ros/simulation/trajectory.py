"""Where a simulated camera is at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..arrays import FloatArray
from ..camera import Camera
from ..errors import WorldError
from ..transforms import make_transform

Vector = tuple[float, float, float]


class Trajectory(Protocol):
    """A path of the camera through the world."""

    def camera2world(self, time_s: float) -> FloatArray:
        """The 4x4 pose of the camera's optical frame in the world at a time."""
        ...


@dataclass(frozen=True)
class StaticView:
    """A camera that stays.

    Attributes:
        eye: where it is, m.
        target: where it looks, m.
    """

    eye: Vector = (-0.55, 0.0, 0.52)
    target: Vector = (0.02, 0.0, 0.03)

    def camera2world(self, time_s: float) -> FloatArray:
        """The pose, the same at every time."""
        return look_at(self.eye, self.target)


@dataclass(frozen=True)
class Orbit:
    """A camera that circles a point at constant height and looks at it.

    Attributes:
        target: the point, m.
        radius: horizontal distance, m.
        height: above the target, m.
        start_angle: from the world's -x axis, seen from above counter-clockwise, rad.
        rate: rad/s.
        sweep: turns back after this angle, rad; 0 goes round and round.
    """

    target: Vector = (0.02, 0.0, 0.03)
    radius: float = 0.55
    height: float = 0.48
    start_angle: float = 0.0
    rate: float = 0.2
    sweep: float = 0.0

    def __post_init__(self) -> None:
        if not (self.radius > 0 and self.sweep >= 0):
            raise WorldError(
                f'orbit: radius {self.radius} m must be positive and sweep at least 0'
            )

    def camera2world(self, time_s: float) -> FloatArray:
        """The pose at a time."""
        turned = self.rate * time_s
        if self.sweep > 0:
            turned = _back_and_forth(turned, self.sweep)
        angle = np.pi + self.start_angle + turned
        offset = (self.radius * np.cos(angle), self.radius * np.sin(angle), self.height)
        return look_at(np.add(self.target, offset), self.target)


@dataclass(frozen=True)
class LinearSweep:
    """A camera that moves on a straight line at constant speed without turning.

    Attributes:
        start: where it begins, m.
        end: where it turns back, m.
        speed: m/s.
        target: the point at which it looks from the middle of its way, m.
    """

    start: Vector = (-0.55, -0.15, 0.52)
    end: Vector = (-0.55, 0.15, 0.52)
    speed: float = 0.1
    target: Vector = (0.02, 0.0, 0.03)

    def __post_init__(self) -> None:
        if self.speed < 0 or self.start == self.end:
            raise WorldError(
                f'sweep: speed {self.speed} m/s must be at least 0 and start differ from end'
            )

    def camera2world(self, time_s: float) -> FloatArray:
        """The pose at a time."""
        start, way = np.asarray(self.start), np.subtract(self.end, self.start)
        length = float(np.linalg.norm(way))
        pose = look_at(start + way / 2, self.target)
        pose[:3, 3] = start + way * (_back_and_forth(self.speed * time_s, length) / length)
        return pose


def look_at(eye: npt.ArrayLike, target: npt.ArrayLike) -> FloatArray:
    """The 4x4 pose in the world of an optical frame at `eye` that looks at `target`.

    The image's upper edge is toward the world's z; looking straight down it is toward x.

    Raises:
        WorldError: eye and target are the same point.
    """
    eye = np.asarray(eye, np.float64)
    forward = np.asarray(target, np.float64) - eye
    distance = float(np.linalg.norm(forward))
    if not distance > 1e-6:
        raise WorldError(f'the camera at {eye} looks at itself; move its eye or target')
    forward /= distance
    up = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < 0.9999 else np.array([1.0, 0.0, 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    return make_transform(np.stack([right, np.cross(forward, right), forward], axis=1), eye)


def d435_camera(width: int = 640, height: int = 480) -> Camera:
    """The colour camera of a RealSense D435 at an image size, rectified.

    Its vertical field of view is 42.5 degrees (product datasheet: 69 by 42 degrees at 16:9);
    narrower sizes crop the sides.
    """
    focal = height / (2 * np.tan(np.radians(42.5) / 2))
    return Camera(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


def _back_and_forth(way: float, length: float) -> float:
    """The place on 0..length after going `way` to and fro."""
    phase = way % (2 * length)
    return phase if phase <= length else 2 * length - phase


def random_view(
    rng: np.random.Generator,
    distance: tuple[float, float] = (0.50, 0.85),
    elevation: tuple[float, float] = (40.0, 75.0),
) -> FloatArray:
    """A camera pose (4x4, to world) that looks at the middle of the table.

    Args:
        rng: draws it.
        distance: least and largest, m.
        elevation: least and largest, degrees.
    """
    azimuth, away = rng.uniform(-np.pi, np.pi), rng.uniform(*distance)
    rise = np.radians(rng.uniform(*elevation))
    target = np.array([*rng.uniform(-0.03, 0.03, 2), 0.03])
    toward = np.cos(azimuth) * np.cos(rise), np.sin(azimuth) * np.cos(rise), np.sin(rise)
    return look_at(target + away * np.array(toward), target)
