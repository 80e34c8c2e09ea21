from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solids import CAMERA, Ball, Box, Cylinder, look

from realvlg_ros.camera import Camera
from realvlg_ros.errors import ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.grasp import GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grasping.rectangle import ContactPair, GraspRectangle
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box as ImageBox
from realvlg_ros.image_region import RegionMask
from realvlg_ros.support_plane import SupportPlane
from realvlg_ros.transforms import make_transform, transform_covariance, transform_points

PROFILES = Path(__file__).parents[2] / 'config' / 'grippers'


@pytest.fixture(scope='module')
def gripper():
    return Gripper.from_yaml(PROFILES / 'franka_hand.yaml')


def ground(view, index=0, **values):
    mask = RegionMask.from_full(view.masks[index])
    return Grounding(GroundingStatus.OK, 'it', mask=mask, **values)


SOLIDS = {
    'box': Box((0.05, 0.09, 0.12), (0, 0, 0.06), 0.3),
    'can': Cylinder(0.033, 0.115, (0, 0, 0.0575)),
    'ball': Ball(0.03, (0, 0, 0.03)),
    'bar': Box((0.02, 0.16, 0.03), (0, 0, 0.015), -0.4),
}


def closing_error(view, solid, grasp):
    """How far the middle of the contacts lies off the solid's middle along the opening, m."""
    axis = view.camera2world[:3, :3] @ grasp.opening_axis
    offset = view.to_world(grasp.contact_points.mean(axis=0)) - solid.center
    return abs(float(offset @ axis))


@pytest.mark.parametrize('name', SOLIDS)
@pytest.mark.parametrize('noise', [0.0, 0.002])
def test_best_grasp_closes_evenly_on_the_solid(gripper, name, noise):
    solid = SOLIDS[name]
    view = look([solid], noise=noise)
    plan = GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane)
    assert plan.grasps, plan.message
    best = plan.grasps[0]
    width = {'box': 0.05, 'can': 0.066, 'ball': 0.06, 'bar': 0.02}[name]
    assert best.object_width == pytest.approx(width, abs=0.005)
    assert closing_error(view, solid, best) < 0.0035
    assert best.opening_width >= best.object_width + 0.006 - 1e-9
    assert best.opening_width <= gripper.max_opening
    tip = view.to_world(best.position)
    assert tip[2] > 0.003
    assert [g.quality for g in plan.grasps] == sorted(g.quality for g in plan.grasps)[::-1]
    rotation = best.tcp2frame[:3, :3]
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)
    assert np.linalg.eigvalsh(best.covariance).min() >= 0


def test_opens_a_box_across_its_faces(gripper):
    view = look([SOLIDS['box']], noise=0.001)
    plan = GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane)
    axis = view.camera2world[:3, :3] @ plan.grasps[0].opening_axis
    assert abs(axis @ (np.cos(0.3), np.sin(0.3), 0)) > np.cos(np.radians(4))


def test_lifts_the_rectangle_of_a_model_and_ranks_it_by_its_prior(gripper):
    view = look([SOLIDS['bar']])
    axis = np.array([np.cos(-0.4), np.sin(-0.4), 0]) * 0.01
    ends = [view.to_pixel(np.array([0, 0, 0.03]) + s * axis) for s in (-1, 1)]
    pair = ContactPair(*ends[0], *ends[1], 0.9)
    rectangle = replace(pair.to_rectangle(12.0), width=20.0)
    grounding = ground(view, rectangles=(rectangle,), contacts=(pair,))
    model = GraspPlanner(gripper, PlannerSettings(grasp_source='model'))
    plan = model.plan(view.frame, grounding, plane=view.plane)
    assert plan.grasps and all(g.source is GraspSource.MODEL for g in plan.grasps)
    assert closing_error(view, SOLIDS['bar'], plan.grasps[0]) < 0.003
    both = GraspPlanner(gripper, PlannerSettings(prior_weight=1.0))
    assert both.plan(view.frame, grounding, plane=view.plane).grasps[0].source is GraspSource.MODEL


@pytest.mark.parametrize('noise', [0.0, 0.002])
@pytest.mark.parametrize('source', ['model', 'geometry'])
def test_bar_seen_from_straight_above_is_held_by_its_unseen_walls(gripper, source, noise):
    bar = Box((0.03, 0.12, 0.04), (0, 0, 0.02), 0.5)
    view = look([bar], eye=(0, 0, 0.5), target=(0, 0, 0), noise=noise)
    axis = np.array([np.cos(0.5), np.sin(0.5), 0]) * 0.015
    ends = [view.to_pixel(np.array([0, 0, 0.04]) + s * axis) for s in (-1, 1)]
    rectangle = ContactPair(*ends[0], *ends[1], 0.9).to_rectangle(12.0)
    planner = GraspPlanner(gripper, PlannerSettings(grasp_source=source))
    plan = planner.plan(view.frame, ground(view, rectangles=(rectangle,)), plane=view.plane)
    assert plan.grasps, plan.message
    best = plan.grasps[0]
    assert best.object_width == pytest.approx(0.03, abs=0.004)
    assert closing_error(view, bar, best) < 0.002
    opening = view.camera2world[:3, :3] @ best.opening_axis
    assert abs(opening @ axis) / 0.015 > np.cos(np.radians(5))
    # Straight down and over the middle: nothing speaks for leaning or for sliding along the bar.
    assert (view.camera2world[:3, :3] @ best.approach)[2] < -np.cos(np.radians(5))
    along = np.array([-np.sin(0.5), np.cos(0.5), 0])
    assert abs((view.to_world(best.contact_points.mean(axis=0)) - bar.center) @ along) < 0.003


def test_tall_solids_are_held_over_their_axis(gripper):
    for solid in (SOLIDS['can'], SOLIDS['box']):
        view = look([solid], noise=0.002)
        best = GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane).grasps[0]
        offset = view.to_world(best.contact_points.mean(axis=0)) - solid.center
        assert np.linalg.norm(offset[:2]) < 0.005
        assert (view.camera2world[:3, :3] @ best.approach)[2] < -np.cos(np.radians(10))


def test_model_without_proposals_or_with_bad_ones_says_so(gripper):
    view = look([SOLIDS['bar']])
    planner = GraspPlanner(gripper, PlannerSettings(grasp_source='model'))
    assert planner.plan(view.frame, ground(view), plane=view.plane).grasps == ()
    # Neither beside the object nor outside the image is there anything to close on.
    for rectangle, reason in (
        (GraspRectangle(20, 20, 0, 20, 10), 'lie on the object; check its source'),
        (GraspRectangle(2000, 20, 0, 20, 10), '(2000.0, 20.0) px lies outside the'),
    ):
        off = ground(view, rectangles=(rectangle,))
        plan = planner.plan(view.frame, off, plane=view.plane)
        assert plan.grasps == ()
        assert "the model's proposal is refused" in plan.message
        assert reason in plan.message


def test_workspace_and_openings_are_kept(gripper):
    view = look([SOLIDS['can']])
    for values, reason in (
        ({'workspace_max': (0.1, 0.1, 0.2)}, 'workspace'),
        ({'max_opening': 0.06}, 'opening'),
    ):
        planner = GraspPlanner(gripper, PlannerSettings(**values))
        plan = planner.plan(view.frame, ground(view), plane=view.plane)
        assert plan.grasps == () and reason in plan.message


def test_approach_cone_limits_the_lean(gripper):
    view = look([SOLIDS['can']])
    planner = GraspPlanner(gripper, PlannerSettings(approach_cone=np.radians(20), max_grasps=30))
    plan = planner.plan(view.frame, ground(view), plane=view.plane)
    down = [(view.camera2world[:3, :3] @ g.approach)[2] for g in plan.grasps]
    assert len(down) > 1 and max(down) < -np.cos(np.radians(23))


def test_neighbours_are_not_touched(gripper):
    walls = [Box((0.05, 0.03, 0.06), (0, s * 0.075, 0.03)) for s in (-1, 1)]
    target = Box((0.05, 0.05, 0.06), (0, 0, 0.03))
    view = look([target, *walls])
    plan = GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane)
    assert plan.grasps, plan.message
    for grasp in plan.grasps:
        for side in (-1, 1):
            outer = grasp.opening_width / 2 + gripper.finger_thickness
            tip = grasp.tcp2frame @ (0, side * outer, 0, 1)
            assert abs(view.to_world(tip[:3])[1]) < 0.06 or view.to_world(tip[:3])[2] > 0.06


def test_object_seen_through_is_refused(gripper):
    view = look([SOLIDS['can']])
    depth = look([Ball(0.001, (5, 5, 5))]).frame.depth.copy()
    rows, columns = np.nonzero(view.masks[0])
    depth[rows[: len(rows) // 5], columns[: len(rows) // 5]] -= 0.05
    frame = RgbdFrame.from_arrays(view.frame.color, depth, CAMERA)
    plan = GraspPlanner(gripper).plan(frame, ground(view), plane=view.plane)
    assert plan.grasps == () and 'transparent' in plan.message


def test_box_without_mask_takes_what_rises_above_the_support(gripper):
    view = look([SOLIDS['can']])
    region = RegionMask.from_full(view.masks[0]).box
    grounding = Grounding(GroundingStatus.OK, 'it', box=region)
    plan = GraspPlanner(gripper).plan(view.frame, grounding, plane=view.plane)
    assert plan.grasps[0].object_width == pytest.approx(0.066, abs=0.004)
    nothing = GraspPlanner(gripper).plan(view.frame, Grounding(GroundingStatus.OK, 'it'))
    assert nothing.grasps == ()


def test_finds_the_support_itself(gripper):
    view = look([SOLIDS['box']], noise=0.001)
    plan = GraspPlanner(gripper).plan(view.frame, ground(view))
    assert plan.plane is not None and plan.plane.normal @ view.plane.normal > 0.9999
    assert plan.grasps and set(plan.timings_ms) >= {'plane', 'cloud', 'search', 'check'}


@settings(max_examples=5, deadline=None)
@given(angle=st.floats(-3, 3), name=st.sampled_from(['box', 'bar']))
def test_camera_scene_and_gravity_moved_together_move_the_grasps(angle, name):
    gripper = Gripper.from_yaml(PROFILES / 'franka_hand.yaml')
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
        plan = GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane)
        poses.append(plan.grasps[0])
    assert abs(poses[0].object_width - poses[1].object_width) < 0.002
    assert abs(poses[0].quality - poses[1].quality) < 0.05
    assert abs(poses[0].opening_axis @ poses[1].opening_axis) > np.cos(np.radians(3))


ANGLES = st.tuples(*[st.floats(-3, 3)] * 3)


@settings(max_examples=10, deadline=None)
@given(turn=ANGLES, shift=ANGLES)
def test_any_motion_of_the_fixed_frame_moves_the_grasps_exactly(turn, shift):
    """Camera, scene and gravity moved together leave the image and up in the camera as they are.

    What changes is where the camera is in the fixed frame: the grasps there must move with it.
    """
    gripper = Gripper.from_yaml(PROFILES / 'franka_hand.yaml')
    view = look([SOLIDS['bar']])
    up = view.camera2world[2, :3]
    motion = make_transform(cv2.Rodrigues(np.array(turn))[0], shift)
    planner, places = GraspPlanner(gripper), []
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
    gripper = Gripper.from_yaml(PROFILES / 'franka_hand.yaml')
    view = look([SOLIDS[name]], noise=0.001)
    best = GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane).grasps[0]
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
    grounding = Grounding(GroundingStatus.OK, 'it', mask=RegionMask.from_full(mask))
    other = GraspPlanner(gripper).plan(frame, grounding, plane=plane).grasps[0]
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
    gripper = Gripper.from_yaml(PROFILES / 'franka_hand.yaml')
    solid = SOLIDS[name]
    first, second = (look([solid], eye=(-0.3, 0.1, 0.5), roll=angle) for angle in (0.0, roll))
    plans = [
        GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane)
        for view in (first, second)
    ]
    best, other = (plan.grasps[0] for plan in plans)
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
    gripper = Gripper.from_yaml(PROFILES / 'franka_hand.yaml')
    view = look([Box((0.04, 0.1, 0.05), (0, 0, 0.025), yaw)])
    best = GraspPlanner(gripper).plan(view.frame, ground(view), plane=view.plane).grasps[0]
    flip = np.array([-1.0, 1, 1])
    frame = RgbdFrame.from_arrays(
        view.frame.color, np.ascontiguousarray(view.frame.depth[:, ::-1]), CAMERA
    )
    plane = SupportPlane(view.plane.normal * flip, view.plane.offset, 0.0, 1000)
    mask = RegionMask.from_full(view.masks[0][:, ::-1])
    grounding = Grounding(GroundingStatus.OK, 'it', mask=mask)
    other = GraspPlanner(gripper).plan(frame, grounding, plane=plane).grasps[0]
    assert abs(other.object_width - best.object_width) < 0.002
    assert abs((other.opening_axis * flip) @ best.opening_axis) > np.cos(np.radians(4))
    assert abs(other.quality - best.quality) < 0.05


def test_reports_an_object_without_depth(gripper):
    camera = Camera(64, 48, 60.0, 60.0, 31.5, 23.5)
    depth = np.full((48, 64), 0.5, np.float32)
    depth[10:20, 10:20] = 0
    frame = RgbdFrame.from_arrays(np.zeros((48, 64, 3), np.uint8), depth, camera)
    grounding = Grounding(GroundingStatus.OK, 'x', box=ImageBox(10, 10, 20, 20))
    plan = GraspPlanner(gripper).plan(frame, grounding)
    assert plan.grasps == ()
    assert 'no depth reading' in plan.message


@pytest.mark.parametrize(
    'values',
    [
        {'grasp_source': 'guess'},
        {'max_grasps': 0},
        {'friction': 0.0},
        {'min_opening': 0.1, 'max_opening': 0.05},
        {'workspace_min': (1.0, 0.0, 0.0), 'workspace_max': (0.0, 1.0, 1.0)},
        {'prior_weight': 1.5},
    ],
)
def test_refuses_settings_that_contradict(values):
    with pytest.raises(ParameterError, match=next(iter(values)).split('_max')[0]):
        PlannerSettings(**values)
