"""How far published grasps are from the truth, and how much they tremble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls
from scipy.spatial.transform import Rotation

from benchmarks.jitter_scenes import RATE_HZ, Scenario, Shot
from benchmarks.jitter_sides import grounding_of
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.transforms import FloatArray

_FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])
# Weight of an angle against a distance when the true grasp that was meant is looked for: m/rad.
_LEVER_M = 0.05
_TRUE_PLANS = 80
_TRUE_NOISE_M = 0.0003
# True grasps that lie so much farther off than the nearest, m, and at most so many, are those
# between which there are others.
_LOCAL_M, _NEIGHBOURS = 0.008, 40
_SUM_WEIGHT = 10.0


def true_grasps(shot: Shot, gripper: Gripper) -> FloatArray:
    """(n, 4, 4) grasps in the object frame, both flips, planned on the true depth.

    A plan leaves out grasps within 1 cm of a better one, and which those are is chance: plans on
    depths that are 0.3 mm off the truth, different each time, together cover what is true.
    """
    planner = GraspPlanner(gripper, PlannerSettings(max_grasps=200, min_quality=0.0))
    rng = np.random.default_rng(0)
    camera2published = (
        np.eye(4) if shot.frame.camera2fixed is None else shot.frame.camera2fixed
    )  # fmt: skip
    to_object = shot.published2object @ camera2published
    poses = []
    for _ in range(_TRUE_PLANS):
        offset = rng.normal(0, _TRUE_NOISE_M, shot.clean_depth.shape)
        depth = np.where(shot.clean_depth > 0, shot.clean_depth + offset, 0).astype(np.float32)
        plan = planner.plan(replace(shot.frame, depth=depth), grounding_of(shot), shot.frame.up)
        poses += [to_object @ grasp.tcp2frame for grasp in plan.grasps]
    return np.array([*poses, *[pose @ _FLIP for pose in poses]]).reshape(-1, 4, 4)


@dataclass(frozen=True)
class Trace:
    """What one side published over a sequence, against the truth.

    Attributes:
        in_object: (n, 4, 4) published poses in the true object frame; NaN while there is none.
        position: (n,) distance to the nearest true grasp, m.
        angle: (n,) angle to the same, rad.
        still: (n,) the target neither moves nor is hidden, and the warm-up is over.
        published: (n,) a pose was published.
    """

    in_object: FloatArray
    position: FloatArray
    angle: FloatArray
    still: np.ndarray
    published: np.ndarray

    @classmethod
    def of(
        cls,
        poses: Sequence[FloatArray | None],
        shots: Sequence[Shot],
        scenario: Scenario,
        truth: FloatArray,
        warm_from: int,
    ) -> Trace:
        """Score published poses (one a shot) against true grasps (n, 4, 4) in the object frame."""
        in_object = np.full((len(shots), 4, 4), np.nan)
        position, angle = np.full((2, len(shots)), np.nan)
        for index, (pose, shot) in enumerate(zip(poses, shots, strict=True)):
            if pose is None:
                continue
            local = shot.published2object @ pose
            in_object[index] = local
            position[index], angle[index] = distance_to_truth(local, truth)
        still = np.array(
            [index >= warm_from and scenario.still(index / RATE_HZ) for index in range(len(shots))]
        )
        return cls(in_object, position, angle, still, np.isfinite(position))

    def error(self) -> tuple[float, float]:
        """RMS position error, m, and angle error, rad, on still parts."""
        use = self.still & self.published
        if not use.any():
            return float('nan'), float('nan')
        return _rms(self.position[use]), _rms(self.angle[use])

    def jitter(self) -> tuple[float, float]:
        """RMS frame-to-frame change of position, m, and rotation, rad, on still parts."""
        both = self.still & self.published
        steps = np.flatnonzero(both[1:] & both[:-1])
        if steps.size == 0:
            return float('nan'), float('nan')
        before, after = self.in_object[steps], self.in_object[steps + 1]
        moved = np.linalg.norm(after[:, :3, 3] - before[:, :3, 3], axis=1)
        turn = after[:, :3, :3] @ np.swapaxes(before[:, :3, :3], 1, 2)
        return _rms(moved), _rms(Rotation.from_matrix(turn).magnitude())

    def frames_to_follow(self, start: int, bound_m: float = 0.005) -> float:
        """Frames after `start` until the pose is, and stays, within a bound of where it was.

        Where it was: carried along with the true object since just before `start`.
        """
        before = self.in_object[start - 1, :3, 3]
        apart = np.linalg.norm(self.in_object[start:, :3, 3] - before, axis=1)
        outside = np.flatnonzero(~(apart <= bound_m)[:RATE_HZ])
        return 0.0 if outside.size == 0 else float(outside[-1] + 1)


def distance_to_truth(pose: FloatArray, truth: FloatArray) -> tuple[float, float]:
    """Distance, m, and angle, rad, to the nearest true grasp.

    One may grasp anywhere along an edge: what lies between neighbouring true grasps is true as
    well, or the error would be how densely they were sampled. The nearest mean of neighbours with
    weights that are not negative is the solution of a small least-squares problem.
    """
    apart = truth[:, :3, 3] - pose[:3, 3]
    cosine = (np.einsum('nij,ij->n', truth[:, :3, :3], pose[:3, :3]) - 1) / 2
    angle = np.arccos(np.clip(cosine, -1, 1))
    distance = np.hypot(np.linalg.norm(apart, axis=1), _LEVER_M * angle)
    near = np.argsort(distance)[:_NEIGHBOURS]
    near = near[distance[near] <= distance[near[0]] + _LOCAL_M]
    turns = Rotation.from_matrix(truth[near, :3, :3] @ pose[:3, :3].T).as_rotvec()
    errors = np.concatenate([apart[near], _LEVER_M * turns], axis=1).T
    rows = np.vstack([errors, np.full(len(near), _SUM_WEIGHT)])
    weights, _ = nnls(rows, np.append(np.zeros(6), _SUM_WEIGHT))
    error = errors @ (weights / weights.sum())
    return float(np.linalg.norm(error[:3])), float(np.linalg.norm(error[3:]) / _LEVER_M)


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
