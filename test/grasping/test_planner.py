"""The grasps planned for one grounding: where they close, what they keep clear of, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from planned_solids import FRANKA_HAND, SOLIDS, closing_error, ground, plan_grasps
from solids import CAMERA, Ball, Box, look

from realvlg_ros.camera import Camera
from realvlg_ros.errors import ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.grasp import GraspSource
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box as ImageBox
from realvlg_ros.image_region import RegionMask
from realvlg_ros.rectangle import ContactPair, GraspRectangle


@pytest.mark.parametrize('name', SOLIDS)
@pytest.mark.parametrize('noise', [0.0, 0.002])
def test_best_grasp_closes_evenly_on_the_solid(name, noise):
    solid = SOLIDS[name]
    view = look([solid], noise=noise)
    plan = plan_grasps(view)
    assert plan.grasps, plan.message
    best = plan.grasps[0]
    width = {'box': 0.05, 'can': 0.066, 'ball': 0.06, 'bar': 0.02}[name]
    assert best.object_width == pytest.approx(width, abs=0.005)
    assert closing_error(view, solid, best) < 0.0035
    assert best.opening_width >= best.object_width + 0.006 - 1e-9
    assert best.opening_width <= FRANKA_HAND.max_opening
    tip = view.to_world(best.position)
    assert tip[2] > 0.003
    order = [g.preference for g in plan.grasps]
    assert order == sorted(order, reverse=True)
    assert all(0.5 <= g.quality < 1 for g in plan.grasps)
    rotation = best.tcp2frame[:3, :3]
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)
    assert np.linalg.eigvalsh(best.covariance).min() >= 0


def test_opens_a_box_across_its_faces():
    view = look([SOLIDS['box']], noise=0.001)
    plan = plan_grasps(view)
    axis = view.camera2world[:3, :3] @ plan.grasps[0].opening_axis
    assert abs(axis @ (np.cos(0.3), np.sin(0.3), 0)) > np.cos(np.radians(4))


def test_lifts_the_rectangle_of_a_model_and_ranks_it_by_its_prior():
    view = look([SOLIDS['bar']])
    axis = np.array([np.cos(-0.4), np.sin(-0.4), 0]) * 0.01
    ends = [view.to_pixel(np.array([0, 0, 0.03]) + s * axis) for s in (-1, 1)]
    pair = ContactPair(*ends[0], *ends[1], 0.9)
    rectangle = replace(pair.to_rectangle(12.0), width=20.0)
    grounding = ground(view, rectangles=(rectangle,), contacts=(pair,))
    plan = plan_grasps(view, grounding, grasp_source='model')
    assert plan.grasps and all(g.source is GraspSource.MODEL for g in plan.grasps)
    assert closing_error(view, SOLIDS['bar'], plan.grasps[0]) < 0.003
    both = plan_grasps(view, grounding, prior_weight=1.0)
    assert both.grasps[0].source is GraspSource.MODEL


@pytest.mark.parametrize('noise', [0.0, 0.002])
@pytest.mark.parametrize('source', ['model', 'geometry'])
def test_bar_seen_from_straight_above_is_held_by_its_unseen_walls(source, noise):
    bar = Box((0.03, 0.12, 0.04), (0, 0, 0.02), 0.5)
    view = look([bar], eye=(0, 0, 0.5), target=(0, 0, 0), noise=noise)
    axis = np.array([np.cos(0.5), np.sin(0.5), 0]) * 0.015
    ends = [view.to_pixel(np.array([0, 0, 0.04]) + s * axis) for s in (-1, 1)]
    rectangle = ContactPair(*ends[0], *ends[1], 0.9).to_rectangle(12.0)
    plan = plan_grasps(view, ground(view, rectangles=(rectangle,)), grasp_source=source)
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


def test_tall_solids_are_held_over_their_axis():
    for solid in (SOLIDS['can'], SOLIDS['box']):
        view = look([solid], noise=0.002)
        best = plan_grasps(view).grasps[0]
        offset = view.to_world(best.contact_points.mean(axis=0)) - solid.center
        assert np.linalg.norm(offset[:2]) < 0.005
        assert (view.camera2world[:3, :3] @ best.approach)[2] < -np.cos(np.radians(10))


def test_model_without_proposals_or_with_bad_ones_says_so():
    view = look([SOLIDS['bar']])
    assert plan_grasps(view, grasp_source='model').grasps == ()
    # Neither beside the object nor outside the image is there anything to close on.
    for rectangle, reason in (
        (GraspRectangle(20, 20, 0, 20, 10), 'lie on the object; check its source'),
        (GraspRectangle(2000, 20, 0, 20, 10), '(2000.0, 20.0) px lies outside the'),
    ):
        off = ground(view, rectangles=(rectangle,))
        plan = plan_grasps(view, off, grasp_source='model')
        assert plan.grasps == ()
        assert "the model's proposal is refused" in plan.message
        assert reason in plan.message


def test_workspace_and_openings_are_kept():
    view = look([SOLIDS['can']])
    for values, reason in (
        ({'workspace_max': (0.1, 0.1, 0.2)}, 'workspace'),
        ({'max_opening': 0.06}, 'opening'),
    ):
        plan = plan_grasps(view, **values)
        assert plan.grasps == () and reason in plan.message


def test_approach_cone_limits_the_lean():
    view = look([SOLIDS['can']])
    plan = plan_grasps(view, approach_cone=np.radians(20), max_grasps=30)
    down = [(view.camera2world[:3, :3] @ g.approach)[2] for g in plan.grasps]
    assert len(down) > 1 and max(down) < -np.cos(np.radians(23))


def test_neighbours_are_not_touched():
    walls = [Box((0.05, 0.03, 0.06), (0, s * 0.075, 0.03)) for s in (-1, 1)]
    target = Box((0.05, 0.05, 0.06), (0, 0, 0.03))
    view = look([target, *walls])
    plan = plan_grasps(view)
    assert plan.grasps, plan.message
    for grasp in plan.grasps:
        for side in (-1, 1):
            outer = grasp.opening_width / 2 + FRANKA_HAND.finger_thickness
            tip = grasp.tcp2frame @ (0, side * outer, 0, 1)
            assert abs(view.to_world(tip[:3])[1]) < 0.06 or view.to_world(tip[:3])[2] > 0.06


def test_what_lies_too_flat_for_the_fingers_is_refused_with_the_reason():
    plan = plan_grasps(look([Box((0.05, 0.12, 0.012), (0, 0, 0.006))]), table_clearance=0.008)
    assert plan.grasps == ()
    assert 'palm or support stops the fingers before the contacts' in plan.message


def test_object_seen_through_is_refused():
    view = look([SOLIDS['can']])
    depth = look([Ball(0.001, (5, 5, 5))]).frame.depth.copy()
    rows, columns = np.nonzero(view.masks[0])
    depth[rows[: len(rows) // 5], columns[: len(rows) // 5]] -= 0.05
    frame = RgbdFrame.from_arrays(view.frame.color, depth, CAMERA)
    plan = plan_grasps(replace(view, frame=frame))
    assert plan.grasps == () and 'transparent' in plan.message


def test_box_without_mask_takes_what_rises_above_the_support():
    view = look([SOLIDS['can']])
    region = RegionMask.from_full(view.masks[0]).box
    grounding = Grounding(GroundingStatus.OK, 'it', box=region)
    plan = plan_grasps(view, grounding)
    assert plan.grasps[0].object_width == pytest.approx(0.066, abs=0.004)
    nothing = GraspPlanner(FRANKA_HAND).plan(view.frame, Grounding(GroundingStatus.OK, 'it'))
    assert nothing.grasps == ()


def test_finds_the_support_itself():
    view = look([SOLIDS['box']], noise=0.001)
    plan = GraspPlanner(FRANKA_HAND).plan(view.frame, ground(view))
    assert plan.plane is not None and plan.plane.normal @ view.plane.normal > 0.9999
    assert plan.grasps and set(plan.timings_ms) >= {'plane', 'cloud', 'search', 'check'}


def test_reports_an_object_without_depth():
    camera = Camera(64, 48, 60.0, 60.0, 31.5, 23.5)
    depth = np.full((48, 64), 0.5, np.float32)
    depth[10:20, 10:20] = 0
    frame = RgbdFrame.from_arrays(np.zeros((48, 64, 3), np.uint8), depth, camera)
    grounding = Grounding(GroundingStatus.OK, 'x', box=ImageBox(10, 10, 20, 20))
    plan = GraspPlanner(FRANKA_HAND).plan(frame, grounding)
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


def test_a_known_grasp_is_measured_again_where_it_is():
    view = look([SOLIDS['bar']], noise=0.001)
    weakest = plan_grasps(view).grasps[-1]
    moved = weakest.tcp2frame.copy()
    moved[:3, 3] += 0.004 * moved[:3, 1]
    planner = GraspPlanner(FRANKA_HAND, PlannerSettings(max_grasps=1))
    known = [replace(weakest, tcp2frame=moved)]
    plan = planner.plan(view.frame, ground(view), plane=view.plane, known=known)
    best, again = plan.grasps
    assert np.linalg.norm(again.position - weakest.position) < 0.0007
    assert best.preference > again.preference
    assert again.preference == pytest.approx(weakest.preference, abs=0.03)


def test_a_known_grasp_that_does_not_hold_is_not_answered():
    view = look([SOLIDS['bar']])
    best = plan_grasps(view).grasps[0]
    away = best.tcp2frame.copy()
    away[:3, 3] += 0.2 * away[:3, 0]
    planner = GraspPlanner(FRANKA_HAND, PlannerSettings(max_grasps=1))
    known = [replace(best, tcp2frame=away)]
    plan = planner.plan(view.frame, ground(view), plane=view.plane, known=known)
    assert len(plan.grasps) == 1


def test_known_grasps_are_answered_beside_as_many_that_are_found():
    view = look([SOLIDS['bar']])
    known = plan_grasps(view).grasps
    planner = GraspPlanner(FRANKA_HAND, PlannerSettings(max_grasps=2))
    found = planner.plan(view.frame, ground(view), plane=view.plane).grasps
    both = planner.plan(view.frame, ground(view), plane=view.plane, known=known).grasps
    assert len(found) == 2 and len(known) > 4 and len(both) == 4
    order = [grasp.preference for grasp in both]
    assert order == sorted(order, reverse=True)
