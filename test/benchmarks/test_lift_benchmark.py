import json
import math
import sys

import numpy as np
import pytest

from benchmarks.analytic.solids import bowl, box, cylinder, mug, sphere
from benchmarks.lift import __main__ as lift
from benchmarks.lift.__main__ import run_case, shape_table
from benchmarks.lift.analytic_scenes import TrueGrasp, lift_cases
from benchmarks.lift.calibration import calibrate, measured_directions, scene_of
from benchmarks.lift.published_lifts import one_pixel_lift, top_down_lift
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.lift.lift import lift_rectangle
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.simulation.trajectory import look_at

DOWN = np.array([[0.0, 0.0, -1.0]])


@pytest.fixture(scope='module')
def cases():
    return list(lift_cases(1))


@pytest.mark.parametrize(
    ('solid', 'at', 'height'),
    [
        (box(0.04, 0.06, 0.05), (0.019, -0.029), 0.05),
        (box(0.04, 0.06, 0.05), (0.021, 0.0), None),
        (cylinder(0.03, 0.1), (0.02, 0.02), 0.1),
        (cylinder(0.03, 0.1), (0.025, 0.025), None),
        (cylinder(0.03, 0.1, lying=True), (0.018, 0.049), 0.03 + 0.024),
        (cylinder(0.03, 0.1, lying=True), (0.0, 0.051), None),
        (sphere(0.03), (0.018, 0.0), 0.03 + 0.024),
        (mug(0.04, 0.09, 0.005), (0.0375, 0.0), 0.09),
        (mug(0.04, 0.09, 0.005), (0.0, 0.03), 0.005),
        (bowl(0.06, 0.01), (0.055, 0.0), 0.06),
        (bowl(0.06, 0.01), (0.03, 0.0), 0.06 - 0.04),
    ],
)
def test_height_of_solids_seen_from_straight_above(solid, at, height):
    (distance,) = solid(np.array([*at, 1.0]), DOWN)
    assert distance == pytest.approx(math.inf if height is None else 1 - height)


def test_mug_is_hollow_from_the_side_through_its_opening():
    # Over the near rim, 45 degrees down: the far inner wall is met as far down as it is across.
    (distance,) = mug(0.04, 0.09, 0.005)(np.array([-0.1, 0, 0.16]), np.array([[1.0, 0, -1.0]]))
    assert distance == pytest.approx(0.135)


def test_rectangles_are_drawn_between_the_true_contacts_and_a_little_turned(cases):
    assert {c.shape for c in cases} == {
        'box', 'lying cylinder', 'standing cylinder', 'sphere', 'bowl rim', 'mug rim', 'mug body',
    }  # fmt: skip
    turns = []
    for case in cases:
        contacts = case.truth.center + np.outer([-0.5, 0.5], case.truth.axis) * case.truth.width
        pixels = case.camera.project(contacts)
        assert case.tight.center == pytest.approx(pixels.mean(axis=0), abs=1e-6)
        line = pixels[1] - pixels[0]
        assert case.tight.width == pytest.approx(np.linalg.norm(line), abs=1e-6)
        turns.append(case.tight.opening_axis @ line / case.tight.width)
        assert case.rectangle.width > case.tight.width
        assert case.mask.any()
        assert np.isfinite(case.depth).all()
    degrees = np.degrees(np.arccos(np.clip(np.abs(turns), 0, 1)))
    assert 0.5 < np.median(degrees) < 4
    assert degrees.max() < 8


def test_drawn_grasp_opens_along_the_line_drawn_on_the_surface(cases):
    for case in cases:
        drawn = case.drawn
        assert abs(drawn.axis @ drawn.approach) < 1e-9
        if case.shape != 'sphere':
            assert drawn.axis @ case.truth.axis > math.cos(math.radians(30))
        start, end = case.camera.project(drawn.center + np.outer([0, 1e-3], drawn.axis))
        line = (end - start) / np.linalg.norm(end - start)
        assert abs(line @ case.tight.opening_axis) == pytest.approx(1, abs=1e-5)
        if case.shape == 'box':
            across = drawn.width * (drawn.axis @ case.truth.axis)
            assert across == pytest.approx(case.truth.width)


def test_depth_on_a_box_is_that_of_its_top(cases):
    case = next(c for c in cases if c.shape == 'box')
    column, row = np.round(case.tight.center).astype(int)
    seen = case.camera.deproject([column, row], case.depth[row, column])
    # In the plane through the true centre across the approach, down along gravity.
    assert (seen - case.truth.center) @ case.truth.approach == pytest.approx(0, abs=1e-9)


def test_errors_of_a_true_grasp_leave_out_what_may_move():
    truth = TrueGrasp(np.zeros(3), np.eye(3)[0], np.eye(3)[2], 0.05, (0.0, 0.03))
    assert truth.center_error(np.array([0, 0, 0.02])) == 0
    assert truth.center_error(np.array([0.003, 0, 0.034])) == pytest.approx(0.005)
    assert truth.center_error(np.array([0, 0.002, -0.001])) == pytest.approx(math.sqrt(5) * 1e-3)
    assert truth.axis_error(np.array([-1.0, 0, 0])) == pytest.approx(0, abs=1e-6)
    assert truth.axis_error(np.array([1.0, 1, 0])) == pytest.approx(math.pi / 4)
    assert truth.axis_error(np.zeros(3)) == pytest.approx(math.pi / 2)


@pytest.fixture
def flat():
    camera = Camera(640, 480, 600.0, 600.0, 320.0, 240.0)
    color = np.zeros((480, 640, 3), np.uint8)
    return RgbdFrame.from_arrays(color, np.full((480, 640), 0.6, np.float32), camera)


def test_one_pixel_lift_is_graspnets_formula(flat):
    found = one_pixel_lift(GraspRectangle(380, 240, math.pi / 6, 50, 20), flat)
    assert found.center == pytest.approx([0.06, 0, 0.6])
    assert found.width == pytest.approx(50 * 0.6 / 600)
    assert found.axis == pytest.approx([math.cos(math.pi / 6), 0.5, 0])


def test_top_down_lift_is_exact_for_a_camera_that_looks_straight_down(flat):
    camera2base = look_at((0.1, 0.2, 0.6), (0.1, 0.2, 0.0))
    rectangle = GraspRectangle(320, 240, 0.4, 50, 20)
    found = top_down_lift(rectangle, flat, camera2base)
    assert found.axis == pytest.approx([math.cos(0.4), math.sin(0.4), 0], abs=1e-9)
    assert found.width == pytest.approx(0.05)
    tilted = look_at((-0.4, 0.2, 0.4), (0.1, 0.2, 0.0))
    slanted = top_down_lift(rectangle, flat, tilted)
    assert (tilted[:3, :3] @ slanted.axis)[2] == pytest.approx(0, abs=1e-9)


def test_published_ways_refuse_a_hole(flat):
    flat.depth[240, 320] = 0
    rectangle = GraspRectangle(320, 240, 0.4, 50, 20)
    assert one_pixel_lift(rectangle, flat) is None
    assert top_down_lift(rectangle, flat, np.eye(4)) is None


def test_every_method_answers_for_the_same_case(cases):
    case = next(c for c in cases if c.shape == 'sphere')
    results = run_case(case, case.noisy_frame(1), True)
    assert [r.method for r in results] == ['ours', 'one_pixel', 'top_down']
    assert results[1].center < 0.03
    assert 'sphere, noisy' in shape_table(results)


def test_symmetric_directions_are_left_out_of_the_calibration(cases):
    by_shape = {case.shape: case for case in cases}
    dimensions = {}
    for shape, case in by_shape.items():
        scene = scene_of(case, case.clean_frame())
        lifted = lift_rectangle(case.rectangle, scene, PlannerSettings())
        dimensions[shape] = len(measured_directions(case, lifted))
    # Three of position and two turns of the axis, less one for sliding and one for turning.
    assert dimensions['box'] == 4
    assert dimensions['lying cylinder'] == 3
    assert dimensions['standing cylinder'] == 4
    assert dimensions['sphere'] == 3
    assert dimensions['mug rim'] == 5


def test_quick_run_writes_every_goal(tmp_path, monkeypatch, capsys):
    few = [case for case in lift_cases(1) if case.shape in ('box', 'sphere')][6:9]
    monkeypatch.setattr(lift, 'lift_cases', lambda views, seed: few)
    path = tmp_path / 'lift.json'
    monkeypatch.setattr(sys, 'argv', ['lift', '--quick', '--worst', '3', '--json', str(path)])
    lift.main()
    written = json.loads(path.read_text())
    assert {'nees_over_dof', 'lift_over_plane_fit', 'noisy_ours_center_p95_mm'} <= set(
        written['goals']
    )
    assert written['figures']['rectangles'] == 3
    # The published ways are off by the ball's radius: they take its nearest point for the middle.
    assert written['figures']['clean_center_one_pixel_over_ours'] > 1
    assert 'worst of ours' in capsys.readouterr().out


def test_calibration_tells_too_bold_a_covariance_from_a_fair_one(cases):
    case = next(c for c in cases if c.shape == 'sphere' and c.truth.width > 0.03)
    calibration = calibrate(case, 12)
    assert 0.05 < calibration.nees_over_dof < 3
    ray = calibration.clean.center / np.linalg.norm(calibration.clean.center)
    error, said = calibration.deviations(ray, False)
    # Of depth noise of millimetres, averaged over hundreds of readings.
    assert 2e-5 < error < 3e-3
    assert 0.3 < error / said < 3
