"""Two runs put side by side: their goals paired, and their poses frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray
from ..runs.events import Event, GraspPose
from ..runs.goals import Goal, goals_of
from ..runs.motion import STEP_PERIODS, pose_difference
from ..runs.run_reader import FrameKey, Run
from ..runs.tracks import frame_period

# Two goals are the same question when they are asked within this, s. Chosen: one frame at 10 Hz.
_SAME_TIME_S = 0.1


@dataclass(frozen=True)
class FramePair:
    """What both runs say of one frame, for one goal.

    Attributes:
        key: of the frame.
        t: s since the first frame.
        a, b: the target; None where the run has none in this frame.
        distance: of the two best grasps, m; None where they cannot be compared.
        angle: of the same, rad, with the gripper's symmetry taken into account.
    """

    key: FrameKey
    t: float
    a: Event | None
    b: Event | None
    distance: float | None = None
    angle: float | None = None


@dataclass(frozen=True)
class GoalPair:
    """One question in both runs.

    Attributes:
        number: of the pair, from 1.
        a, b: the goals; None where only the other run asks.
        frames: in which one of the runs has a target for it, in order.
        distance: of the answers' best grasps, m; None where they cannot be compared.
        angle: of the same, rad.
    """

    number: int
    a: Goal | None
    b: Goal | None
    frames: tuple[FramePair, ...] = ()
    distance: float | None = None
    angle: float | None = None

    @property
    def instruction(self) -> str:
        """What is asked."""
        goal = self.a or self.b
        return goal.instruction if goal else ''

    @property
    def followed(self) -> tuple[float, float] | None:
        """Share of the frames in which A, and in which B follows; None without a frame."""
        if not self.frames:
            return None
        count = len(self.frames)
        return (
            sum(pose_of(frame.a) is not None for frame in self.frames) / count,
            sum(pose_of(frame.b) is not None for frame in self.frames) / count,
        )

    def steps(self, period: float) -> tuple[FloatArray, FloatArray]:
        """Steps of A and of B, (n, 2) m and rad each, over the frames that both follow.

        Args:
            period: time between frames, s.
        """
        both = [frame for frame in self.frames if frame.distance is not None]
        t = np.array([frame.t for frame in both])
        a = steps_between([pose_of(frame.a) for frame in both], t, period)
        b = steps_between([pose_of(frame.b) for frame in both], t, period)
        known = np.isfinite(a[:, 0]) & np.isfinite(b[:, 0])
        return a[known], b[known]


@dataclass(frozen=True)
class RunPair:
    """Two runs with what is compared of them.

    Attributes:
        a: the run before.
        b: the run after.
        goals: the questions, those of A first.
        period: time between frames, s.
        equal: every event is the same in both.
    """

    a: Run
    b: Run
    goals: tuple[GoalPair, ...]
    period: float
    equal: bool

    @classmethod
    def of(cls, a: Run, b: Run) -> RunPair:
        """Pair the goals of two runs on the same bag."""
        period = frame_period(a) or frame_period(b)
        pairs = [
            _pair(number, (a, goal_a), (b, goal_b))
            for number, (goal_a, goal_b) in enumerate(_matched(goals_of(a), goals_of(b)), 1)
        ]
        equal = [_facts(event) for event in a.events] == [_facts(event) for event in b.events]
        return cls(a, b, tuple(pairs), period, equal)


def pose_of(event: Event | None) -> GraspPose | None:
    """The pose of a target that is followed now; a predicted one does not count."""
    return event.pose if event is not None and event.status == 'CONFIRMED' else None


def steps_between(poses: Sequence[GraspPose | None], t: FloatArray, period: float) -> FloatArray:
    """How far each pose is from the one in the frame before: (n, 2) m and rad; NaN unknown.

    Args:
        poses: one a frame.
        t: (n,) of the frames, s.
        period: time between frames, s.
    """
    steps = np.full((len(poses), 2), np.nan)
    for k in range(1, len(poses)):
        before, after = poses[k - 1], poses[k]
        if before is None or after is None or before.frame_id != after.frame_id:
            continue
        if 0 < t[k] - t[k - 1] <= STEP_PERIODS * period:
            steps[k] = pose_difference(before, after)
    return steps


def _matched(
    mine: Sequence[Goal], others: Sequence[Goal]
) -> list[tuple[Goal | None, Goal | None]]:
    """Goals of the same words at the same time; the others alone."""
    left = list(others)
    pairs: list[tuple[Goal | None, Goal | None]] = []
    for goal in mine:
        same = [
            other
            for other in left
            if other.instruction == goal.instruction
            and abs(other.asked - goal.asked) <= _SAME_TIME_S
        ]
        if same:
            left.remove(same[0])
        pairs.append((goal, same[0] if same else None))
    return pairs + [(None, other) for other in left]


def _pair(number: int, one: tuple[Run, Goal | None], other: tuple[Run, Goal | None]) -> GoalPair:
    (run_a, a), (run_b, b) = one, other
    targets_a, targets_b = _targets(run_a, a), _targets(run_b, b)
    frames = []
    for key in sorted({*targets_a, *targets_b}, key=lambda key: _time(key, targets_a, targets_b)):
        event_a, event_b = targets_a.get(key), targets_b.get(key)
        apart = _difference(pose_of(event_a), pose_of(event_b))
        frames.append(FramePair(key, _time(key, targets_a, targets_b), event_a, event_b, *apart))
    answers = [goal.answer.pose if goal and goal.answer else None for goal in (a, b)]
    return GoalPair(number, a, b, tuple(frames), *_difference(*answers))


def _targets(run: Run, goal: Goal | None) -> dict[FrameKey, Event]:
    """The target of a goal in each frame; of several the one that is followed with a grasp."""
    found: dict[FrameKey, Event] = {}
    for event in goal.targets if goal else ():
        key = run.frame_key(event)
        if key is None:
            continue
        if key not in found or (pose_of(found[key]) is None and pose_of(event) is not None):
            found[key] = event
    return found


def _time(key: FrameKey, *targets: dict[FrameKey, Event]) -> float:
    return next(each[key].t for each in targets if key in each)


def _difference(a: GraspPose | None, b: GraspPose | None) -> tuple[float | None, float | None]:
    if a is None or b is None or a.frame_id != b.frame_id:
        return None, None
    return pose_difference(a, b)


def _facts(event: Event) -> tuple[object, ...]:
    """What an event tells, to be compared."""
    pose = event.pose
    numbers = None
    if pose is not None:
        covariance = None if pose.covariance is None else pose.covariance.tolist()
        numbers = (pose.tcp2frame.tolist(), pose.width, pose.quality, covariance)
    return (
        event.kind, event.stamp_ns, event.t, event.goal, event.status, event.message,
        event.label, event.track_id, event.stable, event.again, event.grasps, numbers,
    )  # fmt: skip
