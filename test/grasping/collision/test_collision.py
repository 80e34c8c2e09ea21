import cv2
import numpy as np
import pytest
from contexts import context_of
from grippers import top_down
from planned_solids import plan_grasps
from solids import Box, Cylinder, look

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.collision.collision import (
    check_collisions,
    clearances,
    coarse_crossings,
    coarse_hits,
)
from realvlg_ros.grasping.collision.obstacles import Obstacles
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.transforms import transform_points

SETTINGS = PlannerSettings()


def check(view, tip, opening=0.06):
    context, candidates = context_of(view.scene()), top_down(view, tip, opening)
    return check_collisions(context, candidates), coarse_hits(context, candidates)[0]


TARGET = Box((0.04, 0.04, 0.06), (0, 0, 0.03))


def test_free_grasp_hits_nothing():
    hits, coarse = check(look([TARGET]), (0, 0, 0.045))
    assert not hits.table[0] and not hits.obstacle[0] and not coarse[0]
    assert hits.unobserved[0] < 0.4


def test_fingertips_below_the_support_hit_it():
    hits, _ = check(look([TARGET]), (0, 0, 0.001))
    assert hits.table[0]


@pytest.mark.parametrize('gap, hit', [(0.002, True), (0.04, False)])
def test_neighbour_beside_a_finger(gap, hit):
    # The outer face of the finger is at y = 0.03 + 0.014.
    neighbour = Box((0.05, 0.03, 0.08), (0, 0.044 + gap + 0.015, 0.04))
    hits, _ = check(look([TARGET, neighbour]), (0, 0, 0.045))
    assert hits.obstacle[0] == hit


@pytest.mark.parametrize('gap, hit', [(0.01, True), (0.05, False)])
def test_neighbour_between_an_open_finger_and_the_object(gap, hit):
    # The open fingers stand at y = 0.04 and beyond, the object ends at y = 0.02.
    neighbour = Box((0.02, 0.008, 0.06), (0, 0.02 + gap, 0.03))
    hits, _ = check(look([TARGET, neighbour]), (0, 0, 0.045), 0.08)
    assert hits.obstacle[0] == hit


@pytest.mark.parametrize('height, hit', [(0.003, False), (0.009, True), (0.02, True)])
def test_a_low_thing_under_a_finger(height, hit):
    # The fingertips are 6 mm above the support.
    rod = Box((0.2, 0.01, height), (0, 0.037, height / 2))
    hits, _ = check(look([TARGET, rod], noise=0.003), (0, 0, 0.006))
    assert hits.obstacle[0] == hit


@pytest.mark.parametrize('begin, hit', [(0.0, True), (0.06, False), (None, False)])
def test_a_thing_behind_the_object_goes_on_where_the_object_hides_it(begin, hit):
    # The object hides 5 cm behind it; one finger is lowered there.
    others = [] if begin is None else [Box((0.02, 0.1, 0.03), (0.045, begin + 0.05, 0.015))]
    hits, _ = check(look([TARGET, *others]), (0.045, -0.025, 0.012))
    assert hits.obstacle[0] == hit
    assert hits.unobserved[0] > 0.2


def test_a_thing_is_seen_along_the_whole_outline_of_the_object():
    # A strip of it, narrower than the blur of an edge, shows behind the object's upper rim.
    wall = Box((0.01, 0.3, 0.052), (0.035, 0, 0.026))
    view = look([Box((0.04, 0.1, 0.06), (0, 0, 0.03)), wall])
    scene = view.scene()
    near = cv2.dilate(view.masks[0].astype(np.uint8), np.ones((5, 5))) > 0
    strip = view.masks[1] & near & (scene.heights > 0.01)
    assert strip.sum() > 50
    seen = np.isfinite(Obstacles.around(scene, SETTINGS).surface)
    assert seen[strip].mean() > 0.9


def test_tall_neighbour_meets_the_palm():
    neighbour = Box((0.05, 0.03, 0.14), (0, 0.062, 0.07))
    hits, coarse = check(look([TARGET, neighbour]), (0, 0, 0.045), 0.05)
    assert hits.obstacle[0] and coarse[0]


@pytest.mark.parametrize('tip', [0.03, 0.08])
@pytest.mark.parametrize('height, hit', [(0.06, False), (0.12, True), (0.15, True)])
def test_space_behind_a_neighbour_is_not_free(height, hit, tip):
    screen = Box((0.02, 0.3, height), (-0.06, 0, height / 2))
    view = look([Box((0.04, 0.04, 0.11), (0, 0, 0.055)), screen])
    hits, coarse = check(view, (0, 0, tip))
    # The line of sight over the screen of 15 cm passes 11 cm above the support at the fingers.
    assert (hits.obstacle[0] and coarse[0]) == hit
    assert (hits.unobserved[0] > 0.5) == (height == 0.15 or (hit and tip == 0.03))


def test_things_reach_as_far_behind_as_they_look_wide():
    scene = look([TARGET, Box((0.03, 0.2, 0.03), (0.1, 0, 0.015))]).scene()
    narrow = Obstacles.around(scene, SETTINGS).reach
    scene = look([TARGET, Box((0.1, 0.2, 0.1), (0.15, 0, 0.05))]).scene()
    wide = Obstacles.around(scene, SETTINGS).reach
    assert 0.025 <= narrow.max() < 0.05
    assert wide.max() == pytest.approx(SETTINGS.obstacle_thickness)


@pytest.mark.parametrize('gap', [0.01, 0.03])
def test_clearance_is_the_distance_to_the_nearest_thing(gap):
    # The outer face of the finger is at y = 0.03 + 0.014, its tip 45 mm above the support.
    neighbour = Box((0.05, 0.03, 0.08), (0, 0.044 + gap + 0.015, 0.04))
    view = look([TARGET, neighbour])
    candidates = top_down(view, (0, 0, 0.045))
    beside = clearances(context_of(view.scene()), candidates)
    # The palm's edge is 6 mm nearer than the finger, and 10 mm above the neighbour.
    expected = min(gap, np.hypot(0.01, gap - 0.006))
    assert beside[0] == pytest.approx(expected, abs=0.004)
    alone = clearances(context_of(look([TARGET]).scene()), candidates)
    assert alone[0] == pytest.approx(0.045, abs=1e-6)


def test_no_contact_is_guessed_behind_another_thing():
    # A can stands before the middle of a bar that lies across the view.
    bar = Box((0.04, 0.24, 0.04), (0, 0, 0.02))
    can = Cylinder(0.033, 0.12, (-0.08, 0, 0.06))
    view = look([bar, can], eye=(-0.5, 0.0, 0.4), noise=0.001)
    scene = view.scene()
    obstacles = Obstacles.around(scene, SETTINGS)
    places = np.array([[-0.02, y, 0.02] for y in (-0.1, -0.01, 0.0, 0.1)])
    world2support = scene.camera2support @ np.linalg.inv(view.camera2world)
    covered = obstacles.cover(transform_points(world2support, places))
    assert covered.tolist() == [False, True, True, False]
    turned = Box((0.04, 0.2, 0.04), (0, 0, 0.02), 0.7)
    can = Cylinder(0.033, 0.12, (-0.09, 0, 0.06))
    view = look([turned, can], eye=(-0.5, 0.0, 0.4), noise=0.001)
    scene = view.scene()
    obstacles = Obstacles.around(scene, SETTINGS)
    grasps = plan_grasps(view).grasps
    assert grasps
    for grasp in grasps:
        contacts = transform_points(scene.camera2support, grasp.contact_points)
        assert not obstacles.cover(contacts).any()


def test_coarse_look_sees_a_finger_inside_the_object():
    view = look([TARGET])
    both = Candidates.joined([top_down(view, (0, y, 0.04)) for y in (0.0, 0.02)])
    context = context_of(view.scene(), completed=False)
    assert coarse_crossings(context, both).tolist() == [False, True]
