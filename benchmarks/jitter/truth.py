"""The true grasps of a target, and the error of a pose against them.

Of a grasp's six degrees of freedom an object fixes three: where the middle of the opening lies
along the opening, and both angles of the opening axis to the surfaces that oppose each other.
The other three degrees of freedom are free. So the error of a pose is what fingers that close
from it on the true mesh find in those three (`closing_error`): how far off their middle the
object is, and how far the opening axis is from the direction in which the surfaces oppose each
other. It takes position and angle from one closing, needs no planner and no choice of what was
meant, and is 0 for grasps that exist everywhere: it has no floor of its own.

Two others are printed beside it. The nearest of many grasps planned on the true depth
(`distance_to_truth`) errs by how densely these were sampled, but needs no contact: it serves while
things move. The noise-free twin (`twin_error`), the same grasp measured again on the true depth,
leaves out the planner's errors without noise: it measures the effect of noise alone. It is not the
main measure, since an error of the planner is an error of the target as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls
from scipy.spatial.transform import Rotation

from benchmarks.jitter.scenes import Shot
from benchmarks.jitter.sides import grounding_of
from realvlg_ros.arrays import FloatArray
from realvlg_ros.evaluation.mesh_judge import TriangleMesh, judge_grasp
from realvlg_ros.grasping.grasp import Grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.transforms import invert

_FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])
# Weight of an angle against a distance when the true grasp that was meant is looked for: m/rad.
_LEVER_M = 0.05
_TRUE_PLANS = 80
_TRUE_NOISE_M = 0.0003
# True grasps farther off than the nearest by at most this, m, and at most so many, are the
# neighbours between which poses are interpolated.
_LOCAL_M, _NEIGHBOURS = 0.008, 40
_SUM_WEIGHT = 10.0
# Fingers open wider by this much when they close from a pose with an error, m.
_ROOM_M = 0.003
_NONE = float('nan'), float('nan')


@dataclass(frozen=True)
class TrueGrasps:
    """The true grasps of a target.

    Attributes:
        poses: (n, 4, 4) in the object frame, both flips.
        grasps: (n) that these are poses of.
        mesh: of the object, in its frame.
        gripper: that grasps.
    """

    poses: FloatArray
    grasps: tuple[Grasp, ...]
    mesh: TriangleMesh
    gripper: Gripper

    @classmethod
    def joined(cls, first: TrueGrasps, second: TrueGrasps) -> TrueGrasps:
        """The grasps of both, of one object and gripper."""
        poses = np.concatenate([first.poses, second.poses])
        return cls(poses, first.grasps + second.grasps, first.mesh, first.gripper)

    def nearest(self, pose: FloatArray) -> Grasp:
        """The true grasp whose place and opening axis are nearest to those of a pose."""
        apart = np.linalg.norm(self.poses[:, :3, 3] - pose[:3, 3], axis=1)
        axes = np.clip(np.abs(self.poses[:, :3, 1] @ pose[:3, 1]), 0, 1)
        return self.grasps[int(np.argmin(apart + _LEVER_M * np.arccos(axes)))]

    def closing_error(self, pose: FloatArray) -> tuple[float, float]:
        """What fingers that close from a pose find on the true mesh.

        Returns:
            How far off their middle the object is, m, and the angle of the opening axis to the
            direction in which its surfaces oppose each other, rad; NaN where they do not hold it.
        """
        opening = min(self.nearest(pose).opening_width + _ROOM_M, self.gripper.max_opening)
        found = judge_grasp(pose, opening, self.gripper, self.mesh, table_height=None)
        return found.centering, found.axis_angle

    def twin_error(self, pose: FloatArray, shot: Shot) -> tuple[float, float]:
        """How a grasp changes when it is measured again on a shot's true depth.

        Returns:
            Its shift along the opening, m, and the turn of its opening axis, rad; NaN where the
            planner refuses it.
        """
        # With candidates given, the planner measures these again: no search, no proposals.
        planner = GraspPlanner(self.gripper, PlannerSettings(grasp_source='model'))
        object2camera = invert(shot.published2object @ _camera2published(shot))
        known = replace(self.nearest(pose), tcp2frame=object2camera @ pose)
        frame = replace(shot.frame, depth=shot.clean_depth.astype(np.float32))
        plan = planner.plan(frame, grounding_of(shot), frame.up, known=[known])
        if not plan.grasps:
            return _NONE
        axis = plan.grasps[0].opening_axis
        shift = axis @ (plan.grasps[0].position - known.position)
        sine = np.linalg.norm(np.cross(axis, known.opening_axis))
        return abs(float(shift)), float(np.arctan2(sine, axis @ known.opening_axis))


def clean_grasps(shot: Shot, gripper: Gripper) -> list[FloatArray]:
    """Poses (4x4) in the object frame of the grasps planned on a shot's true depth, best first."""
    frame = replace(shot.frame, depth=shot.clean_depth.astype(np.float32))
    plan = GraspPlanner(gripper).plan(frame, grounding_of(shot), frame.up)
    to_object = shot.published2object @ _camera2published(shot)
    return [to_object @ grasp.tcp2frame for grasp in plan.grasps]


def true_grasps(shot: Shot, mesh: TriangleMesh, gripper: Gripper) -> TrueGrasps:
    """Grasps planned on the true depth.

    A plan leaves out grasps within 1 cm of a better one, and which those are is random: several
    plans on depths that are 0.3 mm off the truth together cover the true grasps.
    """
    planner = GraspPlanner(gripper, PlannerSettings(max_grasps=200, min_quality=0.0))
    rng = np.random.default_rng(0)
    to_object = shot.published2object @ _camera2published(shot)
    grasps: list[Grasp] = []
    for _ in range(_TRUE_PLANS):
        offset = rng.normal(0, _TRUE_NOISE_M, shot.clean_depth.shape)
        depth = np.where(shot.clean_depth > 0, shot.clean_depth + offset, 0).astype(np.float32)
        plan = planner.plan(replace(shot.frame, depth=depth), grounding_of(shot), shot.frame.up)
        grasps += [grasp.transformed(to_object) for grasp in plan.grasps]
    poses = [grasp.tcp2frame for grasp in grasps]
    both = np.array([*poses, *[pose @ _FLIP for pose in poses]]).reshape(-1, 4, 4)
    return TrueGrasps(both, (*grasps, *grasps), mesh, gripper)


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


def rms_pairs(pairs: Sequence[tuple[float, float]] | FloatArray) -> tuple[float, float]:
    """RMS of each column of pairs, those that are not finite left out; NaN if none is."""
    table = np.asarray(pairs, np.float64).reshape(-1, 2)
    table = table[np.isfinite(table).all(axis=1)]
    if not len(table):
        return _NONE
    first, second = np.sqrt(np.mean(np.square(table), axis=0)).tolist()
    return first, second


def _camera2published(shot: Shot) -> FloatArray:
    pose = shot.frame.camera2fixed
    return np.eye(4) if pose is None else pose
