import math
from pathlib import Path

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from realvlg_ros.errors import JudgeError
from realvlg_ros.evaluation.mesh_judge import GraspFailure, JudgeSettings, judge_grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.transforms import make_transform

PROFILE = Path(__file__).parents[2] / 'config' / 'grippers' / 'franka_hand.yaml'
DOWN = np.diag([1.0, -1.0, -1.0])


@pytest.fixture(scope='module')
def gripper():
    return Gripper.from_yaml(PROFILE)


def pose(x=0.0, y=0.0, z=0.0, yaw=0.0, rotation=DOWN):
    """A TCP at a point, by default pointing down, turned about the vertical by yaw degrees."""
    turn = Rotation.from_euler('z', yaw, degrees=True).as_matrix()
    return make_transform(turn @ rotation, [x, y, z])


def box(x, y, z, at=(0, 0, 0)):
    """A box standing on the table at a point."""
    mesh = trimesh.creation.box((x, y, z))
    mesh.apply_translation([at[0], at[1], at[2] + z / 2])
    return mesh


def mug(radius=0.04, height=0.09, wall=0.004):
    profile = [
        [0, 0], [radius, 0], [radius, height], [radius - wall, height],
        [radius - wall, wall], [0, wall],
    ]  # fmt: skip
    return trimesh.creation.revolve(profile, sections=64)


def test_box_from_above_is_valid_with_contacts_on_its_faces(gripper):
    verdict = judge_grasp(pose(z=0.03), 0.06, gripper, box(0.10, 0.04, 0.05))
    assert verdict.valid
    assert verdict.reason == ''
    assert np.abs(verdict.contacts[:, 1]) == pytest.approx([0.02, 0.02])
    assert verdict.contact_angles == pytest.approx((0, 0), abs=1e-6)
    # Pad from the box's top at 50 mm down to the fingertips at 30 mm.
    assert verdict.contacts[:, 2] == pytest.approx([0.04, 0.04])
    assert verdict.centering == pytest.approx(0.0, abs=1e-12)


def test_centering_is_the_offset_between_the_fingers(gripper):
    verdict = judge_grasp(pose(y=0.006, z=0.03), 0.06, gripper, box(0.10, 0.04, 0.05))
    assert verdict.valid
    assert verdict.centering == pytest.approx(0.006)


@pytest.mark.parametrize(('yaw', 'valid'), [(0, True), (12, True), (26, False), (35, False)])
def test_box_turned_under_the_gripper_slips_beyond_the_friction_cone(gripper, yaw, valid):
    verdict = judge_grasp(pose(z=0.02, yaw=yaw), 0.078, gripper, box(0.12, 0.03, 0.04))
    assert verdict.valid is valid
    assert np.degrees(verdict.axis_angle) == pytest.approx(yaw, abs=0.01)
    if not valid:
        assert verdict.failure is GraspFailure.NOT_ANTIPODAL
        assert 'friction 0.4' in verdict.reason


@pytest.mark.parametrize(('slope', 'valid'), [(18.0, True), (25.0, False)])
def test_friction_cone_is_that_of_coulomb(gripper, slope, valid):
    # A ridge with two faces leaning by the slope: each normal is that far off the closing line.
    run = 0.03 * math.tan(math.radians(slope))
    outline = np.array([[0.02, 0], [0.02 - run, 0.03], [-0.02 + run, 0.03], [-0.02, 0]])
    points = np.concatenate([np.insert(outline, 0, x, axis=1) for x in (-0.05, 0.05)])
    ridge = trimesh.convex.convex_hull(points)
    verdict = judge_grasp(pose(z=0.002), 0.07, gripper, ridge)
    assert verdict.valid is valid
    assert np.degrees(verdict.contact_angles) == pytest.approx([slope, slope], abs=0.5)
    # Both faces lean equally: closing does not turn the ridge.
    assert np.degrees(verdict.axis_angle) == pytest.approx(0, abs=0.01)


def test_cylinder_across_and_along(gripper):
    lying = trimesh.creation.cylinder(0.02, 0.12, sections=96)
    lying.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, [0, 1, 0]))
    lying.apply_translation([0, 0, 0.02])
    across = judge_grasp(pose(z=0.012), 0.06, gripper, lying)
    assert across.valid
    assert np.abs(across.contacts[:, 1]) == pytest.approx([0.02, 0.02], abs=1e-4)
    along = judge_grasp(pose(z=0.012, yaw=90), 0.08, gripper, lying)
    assert along.failure is GraspFailure.TARGET_COLLISION


def test_sphere_through_its_middle_and_above_it(gripper):
    ball = trimesh.creation.icosphere(subdivisions=4, radius=0.03)
    ball.apply_translation([0, 0, 0.03])
    middle = judge_grasp(pose(z=0.02), 0.078, gripper, ball)
    assert middle.valid
    assert np.linalg.norm(middle.contacts[0] - middle.contacts[1]) == pytest.approx(0.06, abs=2e-4)
    # Fingertips 20 mm above the centre touch where the normal is asin(20/30) = 42 degrees up.
    high = judge_grasp(pose(z=0.05), 0.078, gripper, ball)
    assert high.failure is GraspFailure.NOT_ANTIPODAL
    assert np.degrees(high.contact_angles[0]) == pytest.approx(42, abs=3)


def test_mug_by_its_rim_and_across_its_body(gripper):
    cup = mug()
    rim = judge_grasp(pose(y=0.038, z=0.07), 0.03, gripper, cup)
    assert rim.valid
    assert np.linalg.norm(rim.contacts[0] - rim.contacts[1]) == pytest.approx(
        # Outside the pad touches the wall's crown; inside, its edges touch 10 mm off the middle.
        0.040 - math.sqrt(0.036**2 - 0.010**2),
        abs=1e-4,
    )
    tangential = judge_grasp(pose(x=0.038, z=0.07), 0.03, gripper, cup)
    assert tangential.failure is GraspFailure.TARGET_COLLISION
    across = judge_grasp(pose(z=0.07), 0.078, gripper, cup)
    assert across.failure is GraspFailure.TARGET_COLLISION
    slim = judge_grasp(pose(z=0.07), 0.08, gripper, mug(radius=0.035))
    assert slim.valid


def test_mug_from_the_side(gripper):
    # Approach along +x, opening along y, at half the height.
    sideways = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    cup = mug(radius=0.03)
    verdict = judge_grasp(
        pose(x=0.01, z=0.045, rotation=sideways), 0.075, gripper, cup, None, None
    )
    assert verdict.valid
    # The palm of this hand is 204 mm across the opening but only 63 mm across x.
    low = judge_grasp(pose(x=0.01, z=0.025, rotation=sideways), 0.075, gripper, cup)
    assert low.failure is GraspFailure.TABLE_COLLISION
    assert 'palm' in low.reason


def test_opening_beyond_the_gripper(gripper):
    verdict = judge_grasp(pose(z=0.03), 0.085, gripper, box(0.1, 0.04, 0.05))
    assert verdict.failure is GraspFailure.OPENING
    assert '85.0 mm' in verdict.reason


def test_closing_beside_or_above_the_target_is_air(gripper):
    for tcp in (pose(x=0.2, z=0.03), pose(z=0.06)):
        verdict = judge_grasp(tcp, 0.06, gripper, box(0.10, 0.04, 0.05))
        assert verdict.failure is GraspFailure.NO_CONTACT
        assert verdict.contacts is None


def test_fingertips_in_the_table(gripper):
    verdict = judge_grasp(pose(z=-0.004), 0.06, gripper, box(0.10, 0.04, 0.03))
    assert verdict.failure is GraspFailure.TABLE_COLLISION
    assert '3.9 mm' in verdict.reason
    assert judge_grasp(pose(z=-0.004), 0.06, gripper, box(0.10, 0.04, 0.03), None, None).valid


def test_palm_on_top_of_a_tall_target(gripper):
    verdict = judge_grasp(pose(z=0.05), 0.06, gripper, box(0.10, 0.04, 0.10))
    assert verdict.failure is GraspFailure.TARGET_COLLISION
    assert 'palm' in verdict.reason


def test_neighbour_under_a_finger_and_under_the_palm(gripper):
    target = box(0.10, 0.04, 0.05)
    beside = {'can': box(0.03, 0.03, 0.06, at=(0, 0.05, 0))}
    verdict = judge_grasp(pose(z=0.02), 0.06, gripper, target, beside)
    assert verdict.failure is GraspFailure.OBSTACLE_COLLISION
    assert verdict.reason == 'finger -y meets can'
    tall = {'bottle': box(0.03, 0.03, 0.15, at=(0, 0.09, 0))}
    verdict = judge_grasp(pose(z=0.02), 0.06, gripper, target, tall)
    assert verdict.reason == 'palm meets bottle'


def test_neighbour_on_the_approach(gripper):
    target = box(0.10, 0.04, 0.05)
    shelf = {'shelf': box(0.3, 0.3, 0.01, at=(0, 0, 0.17))}
    assert not judge_grasp(pose(z=0.02), 0.06, gripper, target, shelf).valid
    free = JudgeSettings(approach_sweep=0.01)
    assert judge_grasp(pose(z=0.02), 0.06, gripper, target, shelf, settings=free).valid


def test_neighbour_between_the_closing_fingers(gripper):
    target = box(0.10, 0.02, 0.05)
    pen = {'pen': box(0.10, 0.006, 0.03, at=(0, 0.02, 0))}
    verdict = judge_grasp(pose(z=0.02), 0.06, gripper, target, pen)
    assert verdict.failure is GraspFailure.OBSTACLE_COLLISION
    assert verdict.reason == 'finger -y meets pen'


def test_finger_buried_in_a_large_object(gripper):
    wall = {'crate': box(0.5, 0.2, 0.5, at=(0, 0.135, 0))}
    verdict = judge_grasp(pose(z=0.2), 0.06, gripper, box(0.1, 0.04, 0.22), wall)
    assert verdict.failure is GraspFailure.OBSTACLE_COLLISION


def test_verdict_does_not_change_when_the_world_is_turned(gripper):
    turn = trimesh.transformations.rotation_matrix(0.7, [0, 0, 1], [0.1, -0.2, 0])
    for tcp in (pose(z=0.03), pose(z=0.03, yaw=40), pose(y=0.02, z=0.03)):
        target = box(0.10, 0.04, 0.05)
        straight = judge_grasp(tcp, 0.07, gripper, target)
        target.apply_transform(turn)
        turned = judge_grasp(turn @ tcp, 0.07, gripper, target)
        assert straight.failure is turned.failure


def test_flipped_gripper_gets_the_same_verdict(gripper):
    flip = np.diag([-1.0, -1, 1, 1])
    tcp = pose(y=0.004, z=0.03, yaw=8)
    first = judge_grasp(tcp, 0.07, gripper, box(0.10, 0.04, 0.05))
    second = judge_grasp(tcp @ flip, 0.07, gripper, box(0.10, 0.04, 0.05))
    assert first.valid
    assert second.valid
    assert first.contacts == pytest.approx(second.contacts[::-1])


def test_bad_input_is_refused(gripper):
    with pytest.raises(JudgeError, match='not a rigid transform'):
        judge_grasp(np.zeros((4, 4)), 0.05, gripper, box(0.1, 0.04, 0.05))
    with pytest.raises(JudgeError, match='without faces'):
        judge_grasp(pose(z=0.03), 0.05, gripper, trimesh.Trimesh())
