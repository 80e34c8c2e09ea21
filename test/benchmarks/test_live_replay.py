"""How far a live run and one in lock step are apart."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from realvlg_ros.msg import GraspCandidate, GraspTarget

from benchmarks.live_replay.followed import Difference, offers_of
from realvlg_ros.replay.runs.events import GraspPose
from realvlg_ros.transforms import make_transform


def pose(x_mm: float, turn_deg: float = 0.0) -> GraspPose:
    c, s = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    rotation = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return GraspPose('world', make_transform(rotation, (x_mm / 1e3, 0.0, 0.0)))


def test_distances_are_taken_where_both_follow_and_shares_since_both_did_first() -> None:
    live = {20: (pose(0), pose(2)), 40: (pose(1),), 50: (pose(30), pose(0, 3))}
    lock_step = {10: pose(0), 20: pose(2), 30: pose(0), 40: pose(1, 185), 50: pose(0)}
    found = Difference.of([0, 10, 20, 30, 40, 50], live, lock_step)
    assert found.best.position_mm == pytest.approx([2, 0, 30])
    # A gripper with its fingers exchanged is the same.
    assert found.best.rotation_deg == pytest.approx([0, 5, 0], abs=1e-6)
    assert found.best.same == pytest.approx(2 / 3)
    assert found.nearest.position_mm == pytest.approx([0, 0, 0], abs=1e-6)
    assert found.nearest.rotation_deg == pytest.approx([0, 5, 3], abs=1e-6)
    assert found.nearest.same == 1.0
    assert (found.images, found.live, found.other) == (4, 3, 4)


def test_nothing_is_said_where_one_never_follows() -> None:
    found = Difference.of([0, 10], {}, {0: pose(0)})
    assert len(found.best.position_mm) == found.live == 0
    assert np.isnan(found.best.same) and np.isnan(found.nearest.same)


def test_only_a_target_that_is_followed_now_offers_grasps() -> None:
    target = GraspTarget(state=GraspTarget.CONFIRMED)
    assert offers_of(target) == ()
    candidate = GraspCandidate()
    candidate.pose.pose.position.z = 0.4
    target.grasps = [candidate]
    (found,) = offers_of(target)
    assert found.position[2] == 0.4
    target.state = GraspTarget.OCCLUDED
    assert offers_of(target) == ()
