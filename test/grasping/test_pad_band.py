import numpy as np
import pytest
from grippers import GRIPPER

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.pad_band import PadBand, entries
from realvlg_ros.grasping.target_cloud import TargetCloud


@pytest.fixture(scope='module')
def cloud():
    points = np.random.default_rng(0).uniform(-0.05, 0.05, (400, 3))
    return TargetCloud(points, np.tile((0, 0, 1.0), (400, 1)), np.ones(400, bool), 400)


@pytest.fixture(scope='module')
def candidates():
    turn = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    tips = np.array([[0, 0, 0], [0.02, 0.01, -0.02], [0.5, 0, 0]])
    size = np.full(3, 0.05)
    return Candidates(np.tile(turn, (3, 1, 1)), tips, size, size, np.zeros(3, bool))


def test_band_holds_what_lies_before_the_pads(cloud, candidates):
    band = PadBand.of(candidates, cloud, GRIPPER)
    for k, tip in enumerate(candidates.tips):
        off = cloud.points - tip
        inside = (np.abs(off[:, 0]) < GRIPPER.finger_width / 2) & (off[:, 2] > 0)
        inside &= off[:, 2] < GRIPPER.finger_length
        assert band.points[band.rows == k].tolist() == np.flatnonzero(inside).tolist()
    assert len(band.rows) > 50 and 2 not in band.rows


def test_margin_is_taken_off_again(cloud, candidates):
    local = candidates.rotations[0].T @ (cloud.points - candidates.tips[0]).T
    wide = PadBand.among(local[None].astype(np.float32), GRIPPER, 0.01)
    narrow = PadBand.among(local[None].astype(np.float32), GRIPPER)
    assert len(wide.rows) > len(narrow.rows)
    assert wide.before_pads(GRIPPER).points.tolist() == narrow.points.tolist()


def test_sums_and_largest_of_each_candidate(cloud, candidates):
    band = PadBand.of(candidates, cloud, GRIPPER)
    keep = band.local[:, 1] > 0
    height = band.local[:, 2]
    kept = band.only(keep)
    for k in (0, 1):
        mine = height[keep & (band.rows == k)]
        assert kept.sums(kept.local[:, 2])[k] == pytest.approx(mine.sum())
        assert kept.largest(kept.local[:, 2])[k] == mine.max()
    assert kept.sums(kept.local).shape == (3, 3)
    assert kept.sums(kept.local[:, 2])[2] == 0 and kept.largest(kept.local[:, 2])[2] == -np.inf


def test_entries_are_those_of_nonzero():
    inside = np.random.default_rng(1).random((7, 11)) < 0.3
    for ours, theirs in zip(entries(inside), np.nonzero(inside), strict=True):
        assert ours.tolist() == theirs.tolist()
