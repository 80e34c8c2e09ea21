"""How far published grasps are from the truth, and how much they tremble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls
from scipy.spatial.transform import Rotation

from benchmarks.jitter_scenes import RATE_HZ, Scenario, Shot
from benchmarks.jitter_sides import grounding_of
from realvlg_ros.evaluation.mesh_judge import TriangleMesh, judge_grasp
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
# Fingers open so much wider when they close from a pose that errs, m.
_ROOM_M = 0.003
# One of so many poses is closed on the mesh.
_CLOSED_EVERY = 3


@dataclass(frozen=True)
class TrueGrasps:
    """What is true of a target.

    Attributes:
        poses: (n, 4, 4) in the object frame, both flips.
        openings: (n,) of the gripper before it closes, m.
        mesh: of the object, in its frame.
        gripper: that grasps.
    """

    poses: FloatArray
    openings: FloatArray
    mesh: TriangleMesh
    gripper: Gripper

    @classmethod
    def joined(cls, first: TrueGrasps, second: TrueGrasps) -> TrueGrasps:
        """The grasps of both, of one object and gripper."""
        poses = np.concatenate([first.poses, second.poses])
        openings = np.concatenate([first.openings, second.openings])
        return cls(poses, openings, first.mesh, first.gripper)

    def closing_error(self, pose: FloatArray) -> tuple[float, float]:
        """What fingers that close from a pose find on the true mesh; it needs no planner.

        Returns:
            How far off their middle the object is, m, and the mean angle of its surface normals
            to the opening axis, rad; NaN where they do not hold it.
        """
        apart = np.linalg.norm(self.poses[:, :3, 3] - pose[:3, 3], axis=1)
        axes = self.poses[:, :3, 1] @ pose[:3, 1]
        near = int(np.argmin(apart + _LEVER_M * np.arccos(np.clip(np.abs(axes), 0, 1))))
        opening = min(self.openings[near] + _ROOM_M, self.gripper.max_opening)
        found = judge_grasp(pose, opening, self.gripper, self.mesh, table_height=None)
        if found.axis_angles is None:
            return float('nan'), float('nan')
        return found.centering, float(np.mean(found.axis_angles))


def true_grasps(shot: Shot, mesh: TriangleMesh, gripper: Gripper) -> TrueGrasps:
    """Grasps planned on the true depth.

    A plan leaves out grasps within 1 cm of a better one, and which those are is chance: plans on
    depths that are 0.3 mm off the truth, different each time, together cover what is true.
    """
    planner = GraspPlanner(gripper, PlannerSettings(max_grasps=200, min_quality=0.0))
    rng = np.random.default_rng(0)
    camera2published = (
        np.eye(4) if shot.frame.camera2fixed is None else shot.frame.camera2fixed
    )  # fmt: skip
    to_object = shot.published2object @ camera2published
    poses, openings = [], []
    for _ in range(_TRUE_PLANS):
        offset = rng.normal(0, _TRUE_NOISE_M, shot.clean_depth.shape)
        depth = np.where(shot.clean_depth > 0, shot.clean_depth + offset, 0).astype(np.float32)
        plan = planner.plan(replace(shot.frame, depth=depth), grounding_of(shot), shot.frame.up)
        poses += [to_object @ grasp.tcp2frame for grasp in plan.grasps]
        openings += [grasp.opening_width for grasp in plan.grasps]
    both = np.array([*poses, *[pose @ _FLIP for pose in poses]]).reshape(-1, 4, 4)
    return TrueGrasps(both, np.array(openings * 2), mesh, gripper)


@dataclass(frozen=True)
class Trace:
    """What one side published over a sequence, against the truth.

    Attributes:
        in_object: (n, 4, 4) published poses in the true object frame; NaN while there is none.
        position: (n,) distance to the nearest true grasp, m.
        angle: (n,) angle to the same, rad.
        closing: (n, 2) closing errors, m and rad, where they were measured, in still parts.
        still: (n,) the target neither moves nor is hidden, and the warm-up is over.
        published: (n,) a pose was published.
    """

    in_object: FloatArray
    position: FloatArray
    angle: FloatArray
    closing: FloatArray
    still: np.ndarray
    published: np.ndarray

    @classmethod
    def of(
        cls,
        poses: Sequence[FloatArray | None],
        shots: Sequence[Shot],
        scenario: Scenario,
        truth: TrueGrasps,
        warm_from: int,
    ) -> Trace:
        """Score published poses, one a shot, against true grasps."""
        in_object = np.full((len(shots), 4, 4), np.nan)
        position, angle = np.full((2, len(shots)), np.nan)
        for index, (pose, shot) in enumerate(zip(poses, shots, strict=True)):
            if pose is None:
                continue
            local = shot.published2object @ pose
            in_object[index] = local
            position[index], angle[index] = distance_to_truth(local, truth.poses)
        still = np.array(
            [index >= warm_from and scenario.still(index / RATE_HZ) for index in range(len(shots))]
        )
        published = np.isfinite(position)
        closed = np.flatnonzero(still & published)[::_CLOSED_EVERY]
        closing = np.array([truth.closing_error(in_object[k]) for k in closed]).reshape(-1, 2)
        return cls(in_object, position, angle, closing, still, published)

    def error(self) -> tuple[float, float]:
        """RMS position error, m, and angle error, rad, on still parts."""
        use = self.still & self.published
        if not use.any():
            return float('nan'), float('nan')
        return _rms(self.position[use]), _rms(self.angle[use])

    def closing_error(self) -> tuple[float, float]:
        """RMS closing error, m and rad, of the poses that hold the object."""
        held = self.closing[np.isfinite(self.closing).all(axis=1)]
        if not len(held):
            return float('nan'), float('nan')
        return _rms(held[:, 0]), _rms(held[:, 1])

    def held(self) -> float:
        """Share of the poses in still parts that hold the true object."""
        return float(np.isfinite(self.closing).all(axis=1).mean()) if len(self.closing) else 0.0

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
