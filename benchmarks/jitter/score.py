"""Errors of published grasps against the truth, and their jitter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from benchmarks.jitter.scenes import RATE_HZ, Scenario, Shot
from benchmarks.jitter.truth import TrueGrasps, distance_to_truth, rms_pairs
from realvlg_ros.arrays import FloatArray

# One of so many poses is closed on the mesh, and one of so many is measured again.
_CLOSED_EVERY, _TWIN_EVERY = 3, 15


@dataclass(frozen=True)
class Trace:
    """What one side published over a sequence, against the truth.

    Attributes:
        in_object: (n, 4, 4) published poses in the true object frame; NaN while there is none.
        position: (n,) distance to the nearest true grasp, m.
        angle: (n,) angle to the same, rad.
        closing: (n, 2) closing errors, m and rad, where they were measured, in still parts.
        twin: (n, 2) the same to the noise-free twin; only if asked for.
        still: (n,) the target neither moves nor is hidden, and the warm-up is over.
        published: (n,) a pose was published.
    """

    in_object: FloatArray
    position: FloatArray
    angle: FloatArray
    closing: FloatArray
    twin: FloatArray
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
        twins: bool = False,
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
        scored = np.flatnonzero(still & published)
        closing = [truth.closing_error(in_object[k]) for k in scored[::_CLOSED_EVERY]]
        again = scored[::_TWIN_EVERY] if twins else scored[:0]
        twin = [truth.twin_error(in_object[k], shots[k]) for k in again]
        return cls(
            in_object, position, angle, np.array(closing).reshape(-1, 2),
            np.array(twin).reshape(-1, 2), still, published,
        )  # fmt: skip

    def closing_error(self) -> tuple[float, float]:
        """RMS closing error, m and rad, of the poses that hold the object in still parts."""
        return rms_pairs(self.closing)

    def nearest_error(self) -> tuple[float, float]:
        """RMS distance, m, and angle, rad, to the nearest true grasp in still parts."""
        use = self.still & self.published
        return rms_pairs(np.stack([self.position[use], self.angle[use]], axis=1))

    def twin_error(self) -> tuple[float, float]:
        """RMS shift, m, and turn, rad, to the noise-free twins in still parts."""
        return rms_pairs(self.twin)

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


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
