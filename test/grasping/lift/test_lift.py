import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solids import CAMERA, Ball, Box, Cylinder, look

from realvlg_ros.camera import Camera
from realvlg_ros.errors import LiftError, RectangleError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.covariance import PROPOSED, tcp_covariance
from realvlg_ros.grasping.grasp import GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.lift.lift import carrying_lift, lift_contacts, lift_rectangle
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.resources import gripper_file
from realvlg_ros.support_plane import SupportPlane

SHARP = Camera(640, 480, 600.0, 600.0, 319.5, 239.5)


def rectangle_between(view, first, second, jaw=18.0, stretch=1.3):
    pair = ContactPair(*view.to_pixel(np.array(first)), *view.to_pixel(np.array(second)))
    rectangle = pair.to_rectangle(jaw)
    return replace(rectangle, width=rectangle.width * stretch)


@pytest.mark.parametrize('yaw', [0.0, 0.4, -1.0])
@pytest.mark.parametrize('eye', [(-0.4, 0.0, 0.45), (-0.1, 0.05, 0.6)])
def test_box_is_measured_where_one_wall_is_hidden(yaw, eye):
    axis = np.array([math.cos(yaw), math.sin(yaw), 0.0])
    view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03), yaw)], eye=eye, camera=SHARP)
    top = np.array([0, 0, 0.06])
    rectangle = rectangle_between(view, top - 0.025 * axis, top + 0.025 * axis)
    lifted = lift_rectangle(rectangle, view.scene(), PlannerSettings())
    assert lifted.width == pytest.approx(0.05, abs=0.0012)
    assert abs(view.to_world(lifted.center)[:2] @ axis[:2]) < 0.0008
    world_axis = view.camera2world[:3, :3] @ lifted.axis
    assert abs(world_axis @ axis) > math.cos(math.radians(0.3))


def test_ball_is_held_at_its_widest_behind_the_silhouette():
    view = look([Ball(0.035, (0, 0, 0.035))], camera=SHARP)
    rectangle = rectangle_between(view, (0, -0.035, 0.035), (0, 0.035, 0.035))
    lifted = lift_rectangle(rectangle, view.scene(), PlannerSettings())
    assert lifted.width == pytest.approx(0.07, abs=2e-4)
    assert np.linalg.norm(view.to_world(lifted.center) - (0, 0, 0.035)) < 2e-4


def test_noise_of_a_depth_camera_moves_a_box_by_less_than_two_millimetres():
    errors = []
    for seed in range(5):
        view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03))], camera=SHARP, noise=0.003, seed=seed)
        rectangle = rectangle_between(view, (-0.025, 0, 0.06), (0.025, 0, 0.06))
        lifted = lift_rectangle(rectangle, view.scene(), PlannerSettings())
        errors.append([lifted.width - 0.05, view.to_world(lifted.center)[0]])
    assert np.abs(errors).max() < 0.002


def test_contacts_lift_like_the_rectangle_through_them():
    view = look([Cylinder(0.03, 0.1, (0, 0, 0.05))], camera=SHARP)
    ends = [view.to_pixel(np.array((0, y, 0.1))) for y in (-0.03, 0.03)]
    lifted = lift_contacts(ContactPair(*ends[0], *ends[1]), view.scene(), 0.02, PlannerSettings())
    assert lifted.width == pytest.approx(0.06, abs=0.0015)
    assert min(lifted.support_counts) >= 4


def test_refuses_what_depth_does_not_support():
    view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03))], camera=SHARP)
    depth = view.frame.depth.copy()
    depth[view.masks[0]] = 0
    depth[0, 0] = 0.5
    hollow = RgbdFrame.from_arrays(view.frame.color, depth, SHARP)
    scene = replace(view.scene(), frame=hollow)
    rectangle = rectangle_between(view, (-0.025, 0, 0.06), (0.025, 0, 0.06))
    with pytest.raises(LiftError, match='0% of .* have depth'):
        lift_rectangle(rectangle, scene, PlannerSettings())
    pair = rectangle.to_contacts()
    with pytest.raises(LiftError, match='no depth between'):
        lift_contacts(pair, scene, 0.02, PlannerSettings())


def test_refuses_a_rectangle_off_the_object_or_the_image():
    view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03))], camera=SHARP)
    with pytest.raises(LiftError, match='lie on the object'):
        lift_rectangle(GraspRectangle(40, 40, 0, 30, 20), view.scene(), PlannerSettings())
    with pytest.raises(RectangleError, match='outside'):
        lift_rectangle(GraspRectangle(900, 40, 0, 30, 20), view.scene(), PlannerSettings())


@settings(max_examples=8, deadline=None)
@given(
    turn=st.floats(-math.pi, math.pi),
    shift=st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)),
    yaw=st.floats(-1.5, 1.5),
)
def test_camera_and_scene_moved_together_lift_the_same(turn, shift, yaw):
    # The optical frame moves with the camera: what it sees, and so the result, stays.
    eye, target, size = np.array([-0.3, 0.1, 0.45]), np.array([0, 0, 0.03]), (0.04, 0.09, 0.05)
    lifted = []
    for angle, (x, y) in ((0.0, (0.0, 0.0)), (turn, shift)):
        spin = np.array(
            [[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0],
             [0, 0, 1.0]]
        )  # fmt: skip
        move = np.array([x, y, 0])
        center, axis = spin @ (0, 0, 0.025) + move, spin @ (math.cos(yaw), math.sin(yaw), 0)
        view = look(
            [Box(size, tuple(center), angle + yaw)], spin @ eye + move, spin @ target + move
        )
        top = center + (0, 0, 0.025)
        rectangle = rectangle_between(view, top - 0.02 * axis, top + 0.02 * axis)
        lifted.append(lift_rectangle(rectangle, view.scene(), PlannerSettings()))
    assert np.linalg.norm(lifted[0].center - lifted[1].center) < 5e-4
    assert abs(lifted[0].width - lifted[1].width) < 1e-3


@settings(max_examples=8, deadline=None)
@given(yaw=st.floats(-1.5, 1.5), x=st.floats(-0.05, 0.05), seed=st.integers(0, 100))
def test_mirrored_input_mirrors_the_lift(yaw, x, seed):
    view = look([Box((0.04, 0.08, 0.05), (x, 0.02, 0.025), yaw)], noise=0.002, seed=seed)
    axis = np.array([math.cos(yaw), math.sin(yaw), 0])
    top = np.array([x, 0.02, 0.05])
    rectangle = rectangle_between(view, top - 0.02 * axis, top + 0.02 * axis)
    lifted = lift_rectangle(rectangle, view.scene(), PlannerSettings())
    flip = np.array([-1.0, 1, 1])
    frame = RgbdFrame.from_arrays(
        view.frame.color, np.ascontiguousarray(view.frame.depth[:, ::-1]), CAMERA
    )
    plane = SupportPlane(view.plane.normal * flip, view.plane.offset, 0.0, 1000)
    scene = Scene.around(frame, view.masks[0][:, ::-1], plane, None)
    mirrored = GraspRectangle(
        CAMERA.width - 1 - rectangle.x, rectangle.y, -rectangle.angle,
        rectangle.width, rectangle.height,
    )  # fmt: skip
    other = lift_rectangle(mirrored, scene, PlannerSettings())
    assert np.linalg.norm(other.center * flip - lifted.center) < 1e-3
    assert abs(other.width - lifted.width) < 1.5e-3


def test_covariance_covers_the_scatter_of_noisy_lifts():
    solid = Box((0.05, 0.08, 0.06), (0, 0, 0.03))
    centers, predicted = [], []
    for seed in range(12):
        view = look([solid], camera=SHARP, noise=0.002, seed=seed)
        rectangle = rectangle_between(view, (-0.025, 0, 0.06), (0.025, 0, 0.06))
        lifted = lift_rectangle(rectangle, view.scene(), PlannerSettings())
        centers.append(lifted.center)
        predicted.append(lifted.covariance)
    scatter = np.sqrt(np.trace(np.cov(np.array(centers).T)))
    expected = np.sqrt(np.trace(np.mean(predicted, axis=0)[:3, :3]))
    assert scatter < expected < 0.002
    assert np.linalg.eigvalsh(predicted[0][:3, :3]).min() > 0


def test_small_and_far_balls_leave_doubt_whether_they_are_round():
    def depth_sigma(radius, distance):
        eye = np.array([-0.3, 0.0, 1.0])
        eye = eye / np.linalg.norm(eye) * distance
        view = look([Ball(radius, (0, 0, radius))], eye=eye, camera=SHARP, noise=0.003)
        rectangle = rectangle_between(view, (0, -radius, radius), (0, radius, radius), jaw=12)
        lifted = lift_rectangle(rectangle, view.scene(), PlannerSettings())
        ray = lifted.center / np.linalg.norm(lifted.center)
        return math.sqrt(ray @ lifted.covariance[:3, :3] @ ray)

    assert depth_sigma(0.03, 0.5) < 0.0004
    # The top of a box would be held by as much nearer as the ball's radius.
    assert 0.002 < depth_sigma(0.006, 1.0) < 0.007


def test_grasp_of_a_rectangle_carries_the_covariance_of_its_lift():
    view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03))], camera=SHARP, noise=0.002)
    rectangle = rectangle_between(view, (-0.025, 0, 0.06), (0.025, 0, 0.06))
    planner = GraspPlanner(
        Gripper.from_yaml(gripper_file('franka_hand')), PlannerSettings(grasp_source='model')
    )
    mask = RegionMask.from_full(view.masks[0])
    grounding = Grounding(GroundingStatus.OK, 'a box', mask=mask, rectangles=(rectangle,))
    grasp = planner.plan(view.frame, grounding, plane=view.plane).grasps[0]
    lifted = lift_rectangle(rectangle, view.scene(), planner.settings)
    middle = grasp.contact_points.mean(axis=0)
    expected = tcp_covariance(lifted.covariance, middle, grasp.tcp2frame, PROPOSED)
    assert grasp.covariance == pytest.approx(expected, rel=0.2, abs=1e-7)
    searched = replace(grasp, source=GraspSource.GEOMETRY)
    assert carrying_lift(searched, [lifted]) is searched
