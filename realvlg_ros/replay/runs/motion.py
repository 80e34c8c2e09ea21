"""How the best grasp of a track moves: against its median, from frame to frame, in a window."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from ...arrays import BoolArray, FloatArray
from .events import Event, GraspPose, worst_std

# Spread is measured over so long, s, of at least so many poses. Chosen: a robot's motion to a
# grasp takes longer; fewer poses tell no spread.
WINDOW_S = 1.0
_FEWEST = 5
# Two poses farther apart than so many frame periods are no step. Chosen: one frame may lack.
STEP_PERIODS = 2.5
# A step of more is a jump: another grasp has become the best, m and rad. From the defaults of
# tracker.match_distance and tracker.match_angle_deg, which tell whether two grasps are one.
JUMP_M = 0.008
JUMP_RAD = math.radians(12.0)


@dataclass(frozen=True)
class Motion:
    """The poses of a track's best grasp, all in one frame; NaN where nothing is known.

    Attributes:
        frame_id: of the poses.
        other_frames: frames of the poses that were left out, being in another frame.
        stamps_ns: (n,) of the images, ns.
        t: (n,) s since the first frame.
        position: (n, 3) from the median position, m.
        rotation: (n, 3) rotation vector from the mean rotation, rad.
        step: (n,) distance from the pose in the frame before, m.
        turn: (n,) angle from the pose in the frame before, rad.
        position_spread: (n,) standard deviation in the window, in its worst direction, m.
        rotation_spread: (n,) the same of the rotation, rad.
        position_std: (n,) that the covariance tells, in its worst direction, m.
        rotation_std: (n,) the same of the rotation, rad.
    """

    frame_id: str
    other_frames: tuple[str, ...]
    stamps_ns: tuple[int, ...]
    t: FloatArray
    position: FloatArray
    rotation: FloatArray
    step: FloatArray
    turn: FloatArray
    position_spread: FloatArray
    rotation_spread: FloatArray
    position_std: FloatArray
    rotation_std: FloatArray


@dataclass(frozen=True)
class Jitter:
    """Steps from frame to frame; jumps are counted for themselves.

    Attributes:
        position: root mean square of the distances, m; NaN without a step.
        rotation: root mean square of the angles, rad; NaN without a step.
        jumps: steps of more than 8 mm or 12 degrees.
        steps: how many others there were.
    """

    position: float
    rotation: float
    jumps: int
    steps: int

    @classmethod
    def of(cls, step: FloatArray, turn: FloatArray) -> Jitter:
        """Of distances (n,), m, and angles (n,), rad; NaN where there is no step."""
        known = np.isfinite(step) & np.isfinite(turn)
        jumped = known & ((step > JUMP_M) | (turn > JUMP_RAD))
        small = known & ~jumped
        return cls(_rms(step[small]), _rms(turn[small]), int(jumped.sum()), int(small.sum()))


def motion_of(events: Sequence[Event], period: float) -> Motion | None:
    """The motion of the poses of a track; None where it has none.

    The gripper's symmetry is resolved from frame to frame: of the two poses that are one grasp,
    the one nearer to the pose before counts.

    Args:
        events: of one track, in order of frames.
        period: time between frames, s.
    """
    posed = [(event, event.pose) for event in events if event.pose is not None]
    if not posed:
        return None
    frame_id = Counter(pose.frame_id for _, pose in posed).most_common(1)[0][0]
    others = sorted({pose.frame_id for _, pose in posed} - {frame_id})
    posed = [(event, pose) for event, pose in posed if pose.frame_id == frame_id]
    poses = [pose for _, pose in posed]
    t = np.array([event.t for event, _ in posed])
    places = np.array([pose.position for pose in poses])
    turned = unflipped(Rotation.from_matrix([pose.tcp2frame[:3, :3] for pose in poses]))
    position = places - np.median(places, axis=0)
    rotation = (turned * turned.mean().inv()).as_rotvec()
    step, turn = _steps(t, places, turned, period)
    starts = _window_starts(t)
    return Motion(
        frame_id,
        tuple(others),
        tuple(event.stamp_ns for event, _ in posed),
        t,
        position,
        rotation,
        step,
        turn,
        _spread(position, starts),
        _spread(rotation, starts),
        *_stated(poses),
    )


def unflipped(rotations: Rotation) -> Rotation:
    """The same grasps, each as the one of its two rotations that is nearer to the one before."""
    if len(rotations) < 2:
        return rotations
    half_turn = Rotation.from_quat([0.0, 0.0, 1.0, 0.0])
    as_is = (rotations[:-1].inv() * rotations[1:]).magnitude()
    flipped = (rotations[:-1].inv() * rotations[1:] * half_turn).magnitude()
    # What turns one of a pair turns the relation to the next.
    odd: BoolArray = np.concatenate([[False], np.cumsum(flipped < as_is) % 2 == 1])
    quaternions = rotations.as_quat()
    quaternions[odd] = (rotations[odd] * half_turn).as_quat() if odd.any() else quaternions[odd]
    return Rotation.from_quat(quaternions)


def pose_difference(pose: GraspPose, other: GraspPose) -> tuple[float, float]:
    """Distance, m, and angle, rad, of two grasps; one with its fingers exchanged is the same."""
    relative = Rotation.from_matrix(pose.tcp2frame[:3, :3].T @ other.tcp2frame[:3, :3])
    half_turn = Rotation.from_quat([0.0, 0.0, 1.0, 0.0])
    angle = min(float(relative.magnitude()), float((relative * half_turn).magnitude()))
    return float(np.linalg.norm(pose.position - other.position)), angle


def _steps(
    t: FloatArray, places: FloatArray, turned: Rotation, period: float
) -> tuple[FloatArray, FloatArray]:
    """Distance, m, and angle, rad, (n,) of each pose from the one in the frame before."""
    step, turn = np.full((2, len(t)), np.nan)
    if len(t) > 1:
        step[1:] = np.linalg.norm(np.diff(places, axis=0), axis=1)
        turn[1:] = (turned[1:] * turned[:-1].inv()).magnitude()
        gap = np.diff(t)
        apart = 1 + np.flatnonzero((gap <= 0) | (gap > STEP_PERIODS * period))
        step[apart] = turn[apart] = np.nan
    return step, turn


@dataclass(frozen=True)
class Jump:
    """A step that is too large for one grasp.

    Attributes:
        t: of the pose after it, s since the first frame.
        distance: m.
        angle: rad.
    """

    t: float
    distance: float
    angle: float


def jumps_of(motion: Motion) -> list[Jump]:
    """The steps of more than 8 mm or 12 degrees."""
    known = np.isfinite(motion.step) & np.isfinite(motion.turn)
    found = np.flatnonzero(known & ((motion.step > JUMP_M) | (motion.turn > JUMP_RAD)))
    return [Jump(float(motion.t[k]), float(motion.step[k]), float(motion.turn[k])) for k in found]


def _rms(values: FloatArray) -> float:
    return math.sqrt(float(np.mean(values**2))) if values.size else math.nan


def _stated(poses: Sequence[GraspPose]) -> tuple[FloatArray, FloatArray]:
    """Standard deviations (n,) of position, m, and rotation, rad, by the covariances."""
    position, rotation = np.full((2, len(poses)), np.nan)
    known = [k for k, pose in enumerate(poses) if pose.covariance is not None]
    if known:
        covariances = np.array([poses[k].covariance for k in known])
        position[known] = worst_std(covariances[:, :3, :3])
        rotation[known] = worst_std(covariances[:, 3:, 3:])
    return position, rotation


def _window_starts(t: FloatArray) -> np.ndarray:
    """The index (n,) of the first pose in the window that ends with each."""
    order = np.maximum.accumulate(t)
    return np.searchsorted(order, order - WINDOW_S, side='right')


def _spread(values: FloatArray, starts: np.ndarray) -> FloatArray:
    """Standard deviation (n,) of values (n, 3) in each window, in its worst direction."""
    ends = np.arange(1, len(values) + 1)
    counts = ends - starts
    products = values[:, :, None] * values[:, None, :]
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(values, axis=0)])
    squares = np.concatenate([np.zeros((1, 3, 3)), np.cumsum(products, axis=0)])
    mean = (sums[ends] - sums[starts]) / counts[:, None]
    square = (squares[ends] - squares[starts]) / counts[:, None, None]
    covariance = square - mean[:, :, None] * mean[:, None, :]
    unbiased = counts / np.maximum(counts - 1, 1)
    worst = np.linalg.eigvalsh(covariance)[:, -1] * unbiased
    spread = np.sqrt(np.maximum(worst, 0.0))
    spread[counts < _FEWEST] = np.nan
    return spread
