from dataclasses import replace

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from benchmarks.jitter.scenes import scenarios, shots, target_mesh
from benchmarks.jitter.sides import grounding_of
from benchmarks.jitter.truth import TrueGrasps, distance_to_truth, rms_pairs
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.transforms import make_transform


def along_an_edge(offset, count=21):
    """Grasps each 4 mm of an edge along x, moved off it."""
    return np.array([make_transform(np.eye(3), [0.004 * k, *offset]) for k in range(count)])


def test_places_between_true_grasps_are_true():
    truth = along_an_edge((0.0, 0.0))
    between = make_transform(np.eye(3), [0.0217, 0.0, 0.0])
    assert distance_to_truth(between, truth) == pytest.approx((0.0, 0.0), abs=1e-5)


def test_errors_across_and_of_the_angle_are_told():
    truth = along_an_edge((0.0, 0.0))
    turn = Rotation.from_rotvec([0.0, 0.0, 0.03]).as_matrix()
    beside = make_transform(turn, [0.0217, 0.0013, -0.0008])
    distance, angle = distance_to_truth(beside, truth)
    assert distance == pytest.approx(np.hypot(0.0013, 0.0008), rel=0.02)
    assert angle == pytest.approx(0.03, rel=0.02)


def test_beyond_the_end_of_an_edge_is_an_error():
    truth = along_an_edge((0.0, 0.0))
    distance, _ = distance_to_truth(make_transform(np.eye(3), [0.090, 0.0, 0.0]), truth)
    assert distance == pytest.approx(0.010, rel=0.02)


def test_different_grasps_are_not_mixed():
    other = np.array([make_transform(np.eye(3), [0.0, 0.03, 0.0])])
    truth = np.concatenate([along_an_edge((0.0, 0.0), 1), other])
    middle = make_transform(np.eye(3), [0.0, 0.008, 0.0])
    assert distance_to_truth(middle, truth)[0] == pytest.approx(0.008, rel=0.02)


def box_truth():
    """The true grasps of a box 40 mm wide along y: one, planned 30 mm above its foot."""
    mesh = trimesh.creation.box((0.10, 0.04, 0.05))
    mesh.apply_translation((0, 0, 0.025))
    down = make_transform(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 0.03])
    half = np.array([[0.0, -0.02, 0.04], [0.0, 0.02, 0.04]])
    rectangle = GraspRectangle(160.0, 120.0, 0.0, 40.0, 15.0)
    grasp = Grasp(
        down, np.eye(6) * 1e-6, 0.04, 0.056, 0.1, np.array([0.0, 0, 1]), 0.1, 0.8,
        GraspSource.GEOMETRY, rectangle, rectangle.to_contacts(), half, (20, 20), 0.01,
    )  # fmt: skip
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    return TrueGrasps(down[None], (grasp,), mesh, gripper), down


def test_closing_error_is_how_far_off_the_middle_and_how_askew_a_pose_is():
    truth, down = box_truth()
    assert truth.closing_error(down) == pytest.approx((0.0, 0.0), abs=1e-9)
    turn = Rotation.from_rotvec([0.0, 0.0, np.radians(3)]).as_matrix()
    # Along the box and in depth one may choose.
    beside = make_transform(turn @ down[:3, :3], [0.01, 0.002, 0.025])
    distance, angle = truth.closing_error(beside)
    assert np.degrees(angle) == pytest.approx(3, abs=0.01)
    # Turned by 3 degrees, the middle of the patches moves by the sine of it along the box.
    assert distance == pytest.approx(0.002, abs=0.0006)


def test_closing_error_of_what_is_not_held_is_no_number():
    truth, down = box_truth()
    away = down.copy()
    away[1, 3] = 0.2
    assert np.isnan(truth.closing_error(away)).all()


def test_rms_of_pairs_leaves_out_what_was_not_held():
    pairs = [(3.0, 1.0), (np.nan, np.nan), (4.0, 1.0)]
    assert rms_pairs(pairs) == pytest.approx((np.sqrt(12.5), 1.0))
    assert np.isnan(rms_pairs([])).all()


def test_twin_error_is_what_measuring_again_without_noise_changes():
    shot = next(iter(shots(scenarios()[0], 'orange_box', d435_camera())))
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    frame = replace(shot.frame, depth=shot.clean_depth.astype(np.float32))
    best = GraspPlanner(gripper).plan(frame, grounding_of(shot), frame.up).grasps[0]
    in_object = best.transformed(shot.published2object @ shot.frame.camera2fixed)
    truth = TrueGrasps(
        in_object.tcp2frame[None], (in_object,), target_mesh('orange_box'), gripper
    )  # fmt: skip
    still = truth.twin_error(in_object.tcp2frame, shot)
    assert still[0] < 0.0003 and np.degrees(still[1]) < 1.0
    beside = in_object.tcp2frame.copy()
    beside[:3, 3] += 0.003 * beside[:3, 1]
    assert truth.twin_error(beside, shot)[0] == pytest.approx(0.003, abs=0.0004)
    away = in_object.tcp2frame.copy()
    away[:3, 3] += 0.3 * away[:3, 0]
    assert np.isnan(truth.twin_error(away, shot)).all()
