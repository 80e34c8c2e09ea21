"""The best grasp in each image of a run, and how far two runs are apart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from realvlg_ros.msg import GraspTarget

from realvlg_ros.arrays import FloatArray
from realvlg_ros.replay.runs.events import EventKind, GraspPose
from realvlg_ros.replay.runs.motion import JUMP_M, JUMP_RAD, pose_difference
from realvlg_ros.replay.runs.run_reader import read_run
from realvlg_ros.ros.conversions.pose import pose_with_covariance_from_msg

# Grasps by the stamp of the image, ns: the best, and all that were offered, the best first.
Poses = dict[int, GraspPose]
Offers = dict[int, tuple[GraspPose, ...]]


def poses_of_run(folder: Path) -> Poses:
    """The best grasps that a replay in lock step followed."""
    return {
        event.stamp_ns: event.pose
        for event in read_run(folder).of_kind(EventKind.TARGET)
        if event.status == 'CONFIRMED' and event.pose is not None
    }


def offers_of(target: GraspTarget) -> tuple[GraspPose, ...]:
    """The grasps of a target that is followed now, the best first."""
    if target.state != GraspTarget.CONFIRMED:
        return ()
    return tuple(
        GraspPose(target.header.frame_id, pose_with_covariance_from_msg(grasp.pose)[0])
        for grasp in target.grasps
    )


@dataclass(frozen=True)
class Apart:
    """Distances (n,), mm, and angles (n,), degrees, of grasps, image by image.

    A gripper with its fingers exchanged is the same.
    """

    position_mm: FloatArray
    rotation_deg: FloatArray

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, float]]) -> Apart:
        """Of distances, m, and angles, rad."""
        apart = np.array(list(pairs)).reshape(-1, 2)
        return cls(apart[:, 0] * 1e3, np.degrees(apart[:, 1]))

    @property
    def same(self) -> float:
        """Share that is one grasp by the tracker's bounds, 8 mm and 12 degrees; NaN of none."""
        near = self.position_mm <= JUMP_M * 1e3
        is_same = near & (self.rotation_deg <= math.degrees(JUMP_RAD))
        return float(is_same.mean()) if is_same.size else math.nan


@dataclass(frozen=True)
class Difference:
    """How far a live run and another are apart in the images since both followed first.

    Attributes:
        best: of the best grasps of both, in the images in which both followed.
        nearest: of the best grasp of the other and the nearest that the live run offered.
        images: how many there were since then.
        live: in how many of them the live run followed.
        other: and the other.
    """

    best: Apart
    nearest: Apart
    images: int
    live: int
    other: int

    @classmethod
    def of(cls, stamps: list[int], live: Offers, other: Poses) -> Difference:
        """Compare two runs over the images of a bag, whose stamps are given in ns."""
        begin = max(min(live, default=stamps[-1]), min(other, default=stamps[-1]))
        since = [stamp for stamp in stamps if stamp >= begin]
        both = [stamp for stamp in since if stamp in live and stamp in other]
        return cls(
            Apart.of(pose_difference(live[stamp][0], other[stamp]) for stamp in both),
            Apart.of(_nearest(live[stamp], other[stamp]) for stamp in both),
            len(since), sum(stamp in live for stamp in since),
            sum(stamp in other for stamp in since),
        )  # fmt: skip


def _nearest(offered: tuple[GraspPose, ...], pose: GraspPose) -> tuple[float, float]:
    """Distance, m, and angle, rad, of the grasp that is nearest by the tracker's bounds."""
    found = [pose_difference(each, pose) for each in offered]
    return min(found, key=lambda apart: math.hypot(apart[0] / JUMP_M, apart[1] / JUMP_RAD))
