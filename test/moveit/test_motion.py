"""Poses of the link, computed by hand for a hand that is turned by 45 degrees on its link."""

import numpy as np
import pytest

from realvlg_ros.errors import StaleTargetError
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.moveit.motion import Plan, motions_of
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.transforms import from_quaternion, make_transform

# Panda: hand_tcp in link8 is 103.4 mm ahead, turned by -45 degrees about z.
TCP2LINK8 = from_quaternion([0.0, 0.0, 0.1034], [0.0, 0.0, -np.sin(np.pi / 8), np.cos(np.pi / 8)])
HALF = np.sqrt(0.5)
TCP2BASE = make_transform(np.diag([1.0, -1.0, -1.0]), [0.5, 0.1, 0.05])


@pytest.fixture
def grasp_from_above():
    """Standoff 80 mm, and 100 mm up."""
    return Grasp(
        TCP2BASE, np.eye(6) * 1e-6, 0.045, 0.065, 0.08, np.array([0, 0, 1.0]), 0.1, 0.9,
        GraspSource.GEOMETRY, GraspRectangle(10, 20, 0.3, 40, 20), ContactPair(0, 20, 20, 20),
        np.array([[0.5, 0.08, 0.05], [0.5, 0.12, 0.05]]), (11, 22), 0.01,
    )  # fmt: skip


def test_a_grasp_from_above_with_the_fingers_along_y(grasp_from_above):
    plain, turned = motions_of([grasp_from_above], TCP2LINK8, 'base', 'panda_link8')
    # The link stands 103.4 mm above the TCP. Its x is that of the TCP turned by +45 degrees about
    # the approach, which points down: from base x toward base -y.
    assert np.allclose(plain.grasp[:3, 3], [0.5, 0.1, 0.1534])
    assert np.allclose(plain.grasp[:3, 0], [HALF, -HALF, 0.0])
    assert np.allclose(plain.grasp[:3, 2], [0.0, 0.0, -1.0])
    assert np.allclose(plain.pre_grasp[:3, 3], [0.5, 0.1, 0.2334])
    assert np.allclose(plain.lifted[:3, 3], [0.5, 0.1, 0.2534])
    assert np.allclose(plain.retreat, [0.0, 0.0, 0.1])
    # Turned, the link is at the same place with x and y reversed.
    assert np.allclose(turned.grasp[:3, 3], plain.grasp[:3, 3])
    assert np.allclose(turned.grasp[:3, :2], -plain.grasp[:3, :2])
    assert (plain.flipped, turned.flipped, turned.index) == (False, True, 0)
    assert not plain.is_near(turned)


def test_a_grasp_is_found_again_where_it_moved_little(grasp_from_above):
    def plan(x):
        moved = grasp_from_above.transformed(make_transform(np.eye(3), [x, 0.0, 0.0]))
        return Plan(motions_of([moved], TCP2LINK8, 'base', 'panda_link8'))

    before = plan(0.0).motions[1]
    near = plan(0.01).now(before)
    assert near.flipped and np.isclose(near.grasp[0, 3], 0.51)
    with pytest.raises(StaleTargetError, match='grasp 0 turned by 180 degrees is not among the 2'):
        plan(0.02).now(before)
    assert plan(0.0).untried([plan(0.0).motions[0]]).flipped
    assert plan(0.0).untried(plan(0.01).motions) is None
