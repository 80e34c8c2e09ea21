"""The best grasp in each image of a run, and how far two runs are apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from realvlg_ros.msg import GraspTarget

from realvlg_ros.arrays import FloatArray
from realvlg_ros.replay.runs.events import EventKind, GraspPose
from realvlg_ros.replay.runs.motion import JUMP_M, JUMP_RAD, pose_difference
from realvlg_ros.replay.runs.run_reader import read_run
from realvlg_ros.ros.conversions.pose import pose_with_covariance_from_msg

# By the stamp of the image, ns.
Poses = dict[int, GraspPose]


def poses_of_run(folder: Path) -> Poses:
    """The grasps that a replay in lock step followed."""
    return {
        event.stamp_ns: event.pose
        for event in read_run(folder).of_kind(EventKind.TARGET)
        if event.status == 'CONFIRMED' and event.pose is not None
    }


def pose_of_target(target: GraspTarget) -> GraspPose | None:
    """The best grasp of a target that is followed now."""
    if target.state != GraspTarget.CONFIRMED or not target.grasps:
        return None
    tcp2frame, covariance = pose_with_covariance_from_msg(target.grasps[0].pose)
    return GraspPose(target.header.frame_id, tcp2frame, covariance=covariance)


@dataclass(frozen=True)
class Difference:
    """How far two runs are apart in the images since both followed the target first.

    Attributes:
        position_mm: (n,) of the best grasps, in the images in which both followed.
        rotation_deg: (n,) of the same; a gripper with its fingers exchanged is the same.
        images: how many there were since then.
        same: share of the images in which both followed with the same grasp, by the bounds that
            tell whether two grasps are one (8 mm, 12 degrees).
        live: in how many of them the live run followed.
        lock_step: and the one in lock step.
    """

    position_mm: FloatArray
    rotation_deg: FloatArray
    same: float
    images: int
    live: int
    lock_step: int

    @classmethod
    def of(cls, stamps: list[int], live: Poses, lock_step: Poses) -> Difference:
        """Compare two runs over the images of a bag, ns."""
        begin = max(min(live, default=stamps[-1]), min(lock_step, default=stamps[-1]))
        since = [stamp for stamp in stamps if stamp >= begin]
        both = [stamp for stamp in since if stamp in live and stamp in lock_step]
        apart = np.array([pose_difference(live[stamp], lock_step[stamp]) for stamp in both])
        distance, angle = apart.reshape(-1, 2).T
        is_same = (distance <= JUMP_M) & (angle <= JUMP_RAD)
        return cls(
            distance * 1e3, np.degrees(angle), float(is_same.mean()) if both else math.nan,
            len(since), sum(stamp in live for stamp in since),
            sum(stamp in lock_step for stamp in since),
        )  # fmt: skip
