"""The methods that `jitter` compares, as they are used in practice."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from benchmarks.jitter.scenes import Shot
from realvlg_ros.arrays import FloatArray
from realvlg_ros.grasping.grasp import Grasp
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.target import GraspTarget, TargetState
from realvlg_ros.tracking.tracker import TargetTracker
from realvlg_ros.transforms import make_transform

# The frame that is grounded.
GROUNDED = 5
REQUEST = 'jitter'


def grounding_of(shot: Shot) -> Grounding:
    """What a perfect grounder answers for a shot."""
    camera = shot.frame.camera
    return Grounding(
        GroundingStatus.OK, 'the target', stamp_ns=shot.frame.stamp_ns,
        frame_id=camera.frame_id, image_width=camera.width, image_height=camera.height,
        request_id=REQUEST, label='target', box=shot.mask.box if shot.mask else None,
        mask=shot.mask,
    )  # fmt: skip


class Side(Protocol):
    """A method: shots in, a TCP pose (4x4) in the published frame out, or None."""

    name: str

    def step(self, shot: Shot, plan: FloatArray | None) -> FloatArray | None:
        """Take the newest shot and the raw plan that is known by now."""
        ...


class RawPlans:
    """Plans every frame anew on a perfect mask; delay shots late, as its grounder is."""

    def __init__(self, planner: GraspPlanner) -> None:
        self._planner = planner

    def plan(self, shot: Shot) -> FloatArray | None:
        """The best grasp of one shot in the published frame."""
        if shot.mask is None:
            return None
        frame = shot.frame
        plan = self._planner.plan(frame, grounding_of(shot), frame.up)
        if not plan.grasps:
            return None
        return _published(shot, plan.grasps[0]).tcp2frame


class Raw:
    """The newest plan, as it comes; the last one while there is none."""

    name = 'raw'

    def __init__(self) -> None:
        self._last: FloatArray | None = None

    def step(self, shot: Shot, plan: FloatArray | None) -> FloatArray | None:
        """Keep the last plan while there is no newer."""
        self._last = self._last if plan is None else plan
        return self._last


@dataclass
class MeanOfTen:
    """Mean of the last 10 plans with an outlier gate of 20 cm and 30 degrees, stale after 5 s."""

    name: str = 'mean10'
    samples: list[tuple[int, FloatArray]] = field(default_factory=list)

    def step(self, shot: Shot, plan: FloatArray | None) -> FloatArray | None:
        """Take a plan into the mean if it is near it."""
        now = shot.frame.stamp_ns
        self.samples = [s for s in self.samples if now - s[0] < 5e9][-10:]
        mean = self._mean()
        if plan is not None:
            if mean is not None:
                plan = _nearer_flip(plan, mean)
                turn = Rotation.from_matrix(plan[:3, :3] @ mean[:3, :3].T).magnitude()
                apart = float(np.linalg.norm(plan[:3, 3] - mean[:3, 3]))
                if apart > 0.20 or turn > np.radians(30):
                    return mean
            self.samples = [*self.samples, (now, plan)][-10:]
        return self._mean()

    def _mean(self) -> FloatArray | None:
        if not self.samples:
            return None
        poses = np.array([pose for _, pose in self.samples])
        rotation = Rotation.from_matrix(poses[:, :3, :3]).mean().as_matrix()
        return make_transform(rotation, poses[:, :3, 3].mean(axis=0))


class BoxKalman:
    """The first plan, moved along with a SORT box filter (Bewley et al., 2016) at filtered depth.

    State u, v, area, aspect and the velocities of the first three, noise as in the paper's code;
    a scalar filter of the same kind for the median depth in the mask.
    """

    name = 'sort'

    def __init__(self) -> None:
        self._filter = cv2.KalmanFilter(8, 5, 0, cv2.CV_64F)
        self._filter.transitionMatrix = np.eye(8)
        for index in range(3):
            self._filter.transitionMatrix[index, 5 + index] = 1.0
        self._filter.measurementMatrix = np.eye(5, 8)
        self._filter.measurementNoiseCov = np.diag([1.0, 1.0, 10.0, 10.0, 1e-5])
        self._filter.processNoiseCov = np.diag([1.0, 1, 1, 1, 1e-6, 0.01, 0.01, 1e-4])
        self._filter.errorCovPost = np.diag([10.0, 10, 10, 10, 1e-4, 1e4, 1e4, 1e4])
        self._started = False
        self._pose: FloatArray | None = None
        self._place = np.zeros(3)

    def step(self, shot: Shot, plan: FloatArray | None) -> FloatArray | None:
        """Filter the box; the first plan moves as its middle does."""
        if shot.mask is not None:
            self._measure(shot)
        if not self._started:
            return None
        place = self._deprojected(shot)
        if self._pose is None:
            if plan is None:
                return None
            self._pose, self._place = plan, place
        moved = self._pose.copy()
        moved[:3, 3] += place - self._place
        return moved

    def _measure(self, shot: Shot) -> None:
        assert shot.mask is not None
        box = shot.mask.box
        inside = shot.frame.depth[box.slices()][shot.mask.data]
        if not np.any(inside > 0):
            return
        depth = float(np.median(inside[inside > 0]))
        seen = np.array([*box.center, box.area, box.width / box.height, depth])
        if not self._started:
            self._filter.statePost = np.append(seen, np.zeros(3))
            self._started = True
        self._filter.predict()
        self._filter.correct(seen)

    def _deprojected(self, shot: Shot) -> FloatArray:
        state = self._filter.statePost.ravel()
        point = shot.frame.camera.deproject(state[:2], state[4])
        if shot.frame.camera2fixed is None:
            return point
        pose = shot.frame.camera2fixed
        return np.asarray(pose[:3, :3] @ point + pose[:3, 3])


class Ours:
    """The TargetTracker, with its times and its reports."""

    name = 'ours'

    def __init__(self, planner: GraspPlanner, answer_at: int, settings: TrackerSettings) -> None:
        self._stream = LockStep(TargetTracker(settings), planner)
        self._answer_at = answer_at
        self._grounding: Grounding | None = None
        self._index = -1
        self._spent_ms = 0.0
        self.steady_ms: list[float] = []
        self.first: GraspTarget | None = None
        self.ids: list[int] = []
        self.lost = 0
        self.memory_mb = 0.0

    def step(self, shot: Shot, plan: FloatArray | None) -> FloatArray | None:
        """Update the tracker; the answer for one early frame comes when it comes."""
        self._index += 1
        started = time.process_time()
        targets = self._stream.update(shot.frame)
        spent = (time.process_time() - started) * 1e3
        self.memory_mb = max(self.memory_mb, self._stream.tracker.memory_bytes / 1e6)
        # A plan is reported in the frame after the one in which it was made.
        if targets and 'plan' not in targets[0].timings_ms:
            self.steady_ms.append(self._spent_ms)
        self._spent_ms = spent
        if self._index == GROUNDED:
            self._stream.tracker.begin(REQUEST, shot.frame.stamp_ns)
            self._grounding = grounding_of(shot)
        if self._index == self._answer_at and self._grounding is not None:
            self.first = self._stream.set_grounding(self._grounding)
            targets = [self.first]
        for target in targets:
            self.ids.append(target.track_id)
            self.lost += target.state == TargetState.LOST
            if target.grasps:
                return target.grasps[0].tcp2frame
        return None


def late(history: list[FloatArray | None], delay: int) -> FloatArray | None:
    """The plan of `delay` shots ago, which is the newest that is known."""
    return history[-1 - delay] if len(history) > delay + GROUNDED else None


def _published(shot: Shot, grasp: Grasp) -> Grasp:
    pose = shot.frame.camera2fixed
    return grasp if pose is None else grasp.transformed(pose)


def _nearer_flip(pose: FloatArray, reference: FloatArray) -> FloatArray:
    flipped = pose @ np.diag([-1.0, -1.0, 1.0, 1.0])
    as_is = float(np.trace(reference[:3, :3].T @ pose[:3, :3]))
    turned = float(np.trace(reference[:3, :3].T @ flipped[:3, :3]))
    return pose if as_is >= turned else flipped
