import numpy as np
import pytest
import trimesh

from realvlg_ros.evaluation.contact_patch import ContactPatch, pressure_centers
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file

GRIPPER = Gripper.from_yaml(gripper_file('franka_hand'))


def patch_of(mesh, side, opening=0.06, compliance=0.002):
    triangles = np.asarray(mesh.triangles)
    return ContactPatch.touched(triangles, GRIPPER, opening, side, compliance)


@pytest.mark.parametrize('side', [1, -1])
def test_a_pad_touches_the_face_of_a_box_as_far_as_both_reach(side):
    """A face from 4 mm above the fingertips up, 10 mm to one side, narrower than the pad."""
    box = trimesh.creation.box((0.01, 0.03, 0.02))
    box.apply_translation((0.003, 0.002, -0.014))
    patch = patch_of(box, side)
    face = 0.002 + side * 0.015
    assert patch.normal == pytest.approx([0, side, 0])
    assert patch.center == pytest.approx([0.003, face, -0.014])
    assert patch.lower == pytest.approx([-0.002, face, -0.024])
    assert patch.upper == pytest.approx([0.008, face, -0.004])


def test_a_round_wall_touches_as_far_as_the_pad_gives_way():
    ball = trimesh.creation.icosphere(5, 0.02)
    ball.apply_translation((0, 0, -0.01))
    for compliance in (0.0005, 0.002):
        patch = patch_of(ball, 1, compliance=compliance)
        radius = np.sqrt(0.02**2 - (0.02 - compliance) ** 2)
        assert patch.upper[0] - patch.lower[0] == pytest.approx(2 * radius, rel=0.05)
        assert patch.upper[1] == pytest.approx(0.02, abs=2e-5)
        assert patch.normal == pytest.approx([0, 1, 0], abs=0.01)


def test_what_is_beside_the_pads_is_not_touched():
    box = trimesh.creation.box((0.02, 0.02, 0.02))
    for offset in ((0, 0, 0.02), (0.05, 0, -0.01), (0, 0.05, -0.01)):
        beside = box.copy()
        beside.apply_translation(offset)
        assert patch_of(beside, 1) is None


def test_pressure_acts_where_both_patches_oppose_each_other():
    low = ContactPatch(
        *np.array([[0, 0.02, -0.03], [0, 0.02, -0.04], [0, 0.02, -0.01], [0, 1, 0]])
    )
    high = ContactPatch(
        *np.array([[0, -0.02, -0.01], [0, -0.02, -0.03], [0, -0.02, 0], [0, -1, 0]])
    )
    contacts, normals = pressure_centers(low, high)
    assert contacts == pytest.approx(np.array([[0, 0.02, -0.02], [0, -0.02, -0.02]]))
    assert normals[:, 1] == pytest.approx([1, -1])
