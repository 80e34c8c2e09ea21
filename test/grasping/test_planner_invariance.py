"""Whatever moves, turns or mirrors camera and scene together does the same to the grasps."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planned_solids import FRANKA_HAND, SOLIDS, closing_error, ground, plan_grasps
from solids import CAMERA, Box, look

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.support_plane import SupportPlane
from realvlg_ros.transforms import make_transform, transform_covariance, transform_points

ANGLES = st.tuples(*[st.floats(-3, 3)] * 3)


@settings(max_examples=5, deadline=None)
@given(angle=st.floats(-3, 3), name=st.sampled_from(['box', 'bar']))
def test_camera_scene_and_gravity_moved_together_move_the_grasps(angle, name):
    solid = SOLIDS[name]
    spin = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]]
    )
    eye, target = np.array([-0.35, 0.1, 0.45]), np.array([0, 0, 0.03])
    poses = []
    for turn, moved in (
        (np.eye(3), solid),
        (spin, replace(solid, yaw=solid.yaw + angle)),
    ):
        view = look([moved], turn @ eye, turn @ target)
        poses.append(plan_grasps(view).grasps[0])
    assert abs(poses[0].object_width - poses[1].object_width) < 0.002
    assert abs(poses[0].quality - poses[1].quality) < 0.05
    assert abs(poses[0].opening_axis @ poses[1].opening_axis) > np.cos(np.radians(3))


@settings(max_examples=10, deadline=None)
@given(turn=ANGLES, shift=ANGLES)
def test_any_motion_of_the_fixed_frame_moves_the_grasps_exactly(turn, shift):
    """Camera, scene and gravity moved together leave the image and up in the camera as they are.

    What changes is where the camera is in the fixed frame: the grasps there must move with it.
    """
    view = look([SOLIDS['bar']])
    up = view.camera2world[2, :3]
    motion = make_transform(cv2.Rodrigues(np.array(turn))[0], shift)
    planner, places = GraspPlanner(FRANKA_HAND), []
    for camera2fixed in (view.camera2world, motion @ view.camera2world):
        frame = replace(view.frame, camera2fixed=camera2fixed)
        plan = planner.plan(frame, ground(view), up=up, plane=view.plane)
        places.append([g.transformed(camera2fixed) for g in plan.grasps])
    assert len(places[0]) == len(places[1]) > 0
    for before, after in zip(*places, strict=True):
        assert after.tcp2frame == pytest.approx(motion @ before.tcp2frame, abs=1e-9)
        assert after.contact_points == pytest.approx(
            transform_points(motion, before.contact_points), abs=1e-9
        )
        turned = transform_covariance(motion, before.covariance)
        assert after.covariance == pytest.approx(turned, abs=1e-12)


@settings(max_examples=6, deadline=None)
@given(quarters=st.sampled_from([1, 2, 3]), name=st.sampled_from(['box', 'can', 'bar']))
def test_image_turned_by_quarters_turns_the_grasps(quarters, name):
    """The image, the intrinsics and the support turned about the optical axis: same readings.

    Near ties along a face or around an axis may change places; across the opening grasps agree
    to 2 mm and 4 degrees.
    """
    view = look([SOLIDS[name]], noise=0.001)
    best = plan_grasps(view).grasps[0]
    depth, mask, camera = view.frame.depth, view.masks[0], CAMERA
    quarter = np.array([[0, 1.0, 0], [-1, 0, 0], [0, 0, 1]])
    for _ in range(quarters):
        depth, mask = np.rot90(depth), np.rot90(mask)
        camera = Camera(
            camera.height, camera.width, camera.fy, camera.fx, camera.cy,
            camera.width - 1 - camera.cx,
        )  # fmt: skip
    turn = np.linalg.matrix_power(quarter, quarters)
    color = np.zeros((*depth.shape, 3), np.uint8)
    frame = RgbdFrame.from_arrays(color, np.ascontiguousarray(depth), camera)
    plane = SupportPlane(turn @ view.plane.normal, view.plane.offset, 0.0, 1000)
    other = plan_grasps(replace(view, frame=frame, masks=(mask,), plane=plane)).grasps[0]
    assert other.quality == pytest.approx(best.quality, abs=0.03)
    assert other.object_width == pytest.approx(best.object_width, abs=0.002)
    if name != 'can':
        assert abs(other.opening_axis @ turn @ best.opening_axis) > np.cos(np.radians(4))
        middles = other.contact_points.mean(axis=0), turn @ best.contact_points.mean(axis=0)
        assert abs((middles[0] - middles[1]) @ other.opening_axis) < 0.002


@settings(max_examples=8, deadline=None)
@given(roll=st.floats(-3, 3), name=st.sampled_from(['box', 'bar']))
def test_camera_rolled_about_its_axis_finds_the_same_grasps(roll, name):
    """The scene rendered again: other pixels see it, so that grasps agree to millimetres only."""
    solid = SOLIDS[name]
    first, second = (look([solid], eye=(-0.3, 0.1, 0.5), roll=angle) for angle in (0.0, roll))
    best, other = (plan_grasps(view).grasps[0] for view in (first, second))
    assert abs(best.object_width - other.object_width) < 0.003
    assert abs(best.quality - other.quality) < 0.05
    opening = [
        view.camera2world[:3, :3] @ grasp.opening_axis
        for view, grasp in ((first, best), (second, other))
    ]
    assert abs(opening[0] @ opening[1]) > np.cos(np.radians(4))
    assert closing_error(second, solid, other) < 0.003


@settings(max_examples=5, deadline=None)
@given(yaw=st.floats(-1.2, 1.2))
def test_mirrored_input_mirrors_the_best_grasp(yaw):
    view = look([Box((0.04, 0.1, 0.05), (0, 0, 0.025), yaw)])
    best = plan_grasps(view).grasps[0]
    flip = np.array([-1.0, 1, 1])
    frame = RgbdFrame.from_arrays(
        view.frame.color, np.ascontiguousarray(view.frame.depth[:, ::-1]), CAMERA
    )
    plane = SupportPlane(view.plane.normal * flip, view.plane.offset, 0.0, 1000)
    mirrored = replace(view, frame=frame, masks=(view.masks[0][:, ::-1],), plane=plane)
    other = plan_grasps(mirrored).grasps[0]
    assert abs(other.object_width - best.object_width) < 0.002
    assert abs((other.opening_axis * flip) @ best.opening_axis) > np.cos(np.radians(4))
    assert abs(other.quality - best.quality) < 0.05
