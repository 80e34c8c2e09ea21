import numpy as np
import pytest
from grippers import GRIPPER

from realvlg_ros.grasping.candidates import Candidates, local_coordinates
from realvlg_ros.grasping.contact.pad_contacts import (
    PadContacts,
    before_pads,
    between_fingers,
    entries,
)

TURN = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
TIPS = np.array([[0, 0, 0], [0.02, 0.01, -0.02], [0.5, 0, 0]])
OPENINGS = np.array([0.05, 0.03, 0.05])
POINTS = np.random.default_rng(0).uniform(-0.05, 0.05, (400, 3))
NORMALS = np.random.default_rng(1).normal(size=(400, 3))


@pytest.fixture(scope='module')
def local():
    turns = np.tile(TURN, (3, 1, 1))
    candidates = Candidates(turns, TIPS, OPENINGS, OPENINGS, np.zeros(3, bool))
    return local_coordinates(candidates, POINTS)


def inside_of(k, margin=0.0):
    x, y, z = (POINTS - TIPS[k]).T
    beside = np.abs(x) < GRIPPER.finger_width / 2 + margin
    return beside & (-z < margin) & (z < GRIPPER.finger_length), y


@pytest.mark.parametrize('margin', [0.0, 0.01])
def test_points_before_the_pads(local, margin):
    inside = before_pads(local, GRIPPER, margin)
    for k in range(3):
        assert inside[k].tolist() == inside_of(k, margin)[0].tolist()
    assert inside[0].sum() > 20 and not inside[2].any()


@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_a_finger_touches_the_outermost_points_between_the_fingers(local, sign):
    inside = between_fingers(local, OPENINGS, GRIPPER)
    pads = PadContacts.touched(inside, local, sign, 0.005)
    for k in range(2):
        before, y = inside_of(k)
        # The finger's y points the other way than the world's.
        reach = np.where(before & (np.abs(y) < OPENINGS[k] / 2), -sign * y, -np.inf)
        expected = np.flatnonzero(reach > reach.max() - 0.005)
        assert pads.points[pads.rows == k].tolist() == expected.tolist()
        assert pads.local[1, pads.rows == k] == pytest.approx(sign * reach[expected])
    assert 2 not in pads.rows and len(pads.rows) < inside.sum()


def test_sums_of_each_candidate(local):
    pads = PadContacts.where(before_pads(local, GRIPPER), local)
    for k in (0, 1):
        assert pads.sums(pads.local[2])[k] == pytest.approx(pads.local[2, pads.rows == k].sum())
    assert pads.sums(pads.local).shape == (3, 3)
    assert pads.sums(pads.local)[:, 2].tolist() == [0, 0, 0]


def test_axes_along_normals(local):
    pads = PadContacts.where(before_pads(local, GRIPPER), local)
    axes = np.random.default_rng(2).normal(size=(3, 3))
    expected = (axes[pads.rows] * NORMALS[pads.points]).sum(axis=1)
    assert pads.along(axes, NORMALS) == pytest.approx(expected)


def test_entries_are_those_of_nonzero():
    inside = np.random.default_rng(1).random((7, 11)) < 0.3
    for ours, theirs in zip(entries(inside), np.nonzero(inside), strict=True):
        assert ours.tolist() == theirs.tolist()
