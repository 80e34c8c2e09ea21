import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from realvlg_ros.grasping.grasp import Grasp, GraspSource, nearest_representative
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.transforms import from_quaternion, make_transform


def make_grasp(tcp2frame):
    return Grasp(
        tcp2frame, np.diag([1.0, 2, 3, 4, 5, 6]) * 1e-6, 0.05, 0.06, 0.1, np.array([0, 0, -1.0]),
        0.1, 0.9, GraspSource.GEOMETRY, GraspRectangle(10, 20, 0.3, 40, 20),
        ContactPair(0, 20, 20, 20), np.array([[0, -0.025, 0.5], [0, 0.025, 0.5]]), (11, 22), 0.01,
    )  # fmt: skip


def test_axes_of_the_tcp_frame():
    grasp = make_grasp(from_quaternion([1, 2, 3], [1, 0, 0, 0]))  # half a turn about x
    assert grasp.position == pytest.approx([1, 2, 3])
    assert grasp.approach == pytest.approx([0, 0, -1])
    assert grasp.opening_axis == pytest.approx([0, -1, 0])


def test_transformed_moves_every_spatial_part():
    grasp = make_grasp(np.eye(4))
    turned = grasp.transformed(from_quaternion([0, 0, 1], [0, np.sqrt(0.5), 0, np.sqrt(0.5)]))
    assert turned.approach == pytest.approx([1, 0, 0])
    assert turned.retreat == pytest.approx([-1, 0, 0])
    assert turned.contact_points[0] == pytest.approx([0.5, -0.025, 1])
    assert np.diag(turned.covariance) == pytest.approx(np.array([3, 2, 1, 6, 5, 4]) * 1e-6)


def test_flipped_exchanges_the_fingers_and_keeps_the_approach():
    grasp = make_grasp(make_transform(Rotation.random(random_state=1).as_matrix(), [1, 2, 3]))
    flipped = grasp.flipped()
    assert flipped.approach == pytest.approx(grasp.approach)
    assert flipped.opening_axis == pytest.approx(-grasp.opening_axis)
    assert flipped.position == pytest.approx(grasp.position)
    assert flipped.support_counts == (22, 11)
    assert flipped.contacts == ContactPair(20, 20, 0, 20)
    assert np.linalg.det(flipped.tcp2frame[:3, :3]) == pytest.approx(1)


@pytest.mark.parametrize('seed', range(6))
def test_nearest_representative_is_continuous(seed):
    """Turned in small steps by a whole turn, the representative never jumps."""
    start = Rotation.random(random_state=seed).as_matrix()
    reference = make_transform(start, np.zeros(3))
    for degrees in range(0, 360, 15):
        turn = Rotation.from_rotvec([0, 0, np.radians(degrees)]).as_matrix()
        grasp = make_grasp(make_transform(start @ turn, np.zeros(3)))
        for candidate in (grasp, grasp.flipped()):
            kept = nearest_representative(candidate, reference)
            assert kept.tcp2frame == pytest.approx(grasp.tcp2frame)
        reference = kept.tcp2frame
