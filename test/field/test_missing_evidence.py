"""What the depth does not show is not free: holes, surfaces without readings, the near limit."""

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from field import Row, table

from benchmarks.grounding.frames import FRAMES
from benchmarks.objects import make_scene, procedural_objects
from realvlg_ros.evaluation.mesh_judge import GraspFailure, judge_grasp
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.placed_mesh import PlacedMesh
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.trajectory import d435_camera, look_at
from realvlg_ros.transforms import invert, moved_plane

GRIPPER = Gripper.from_yaml(gripper_file('franka_hand'))
ITEMS = {item.name: item for item in procedural_objects()}
IN_THE_WAY = {
    GraspFailure.TARGET_COLLISION, GraspFailure.OBSTACLE_COLLISION, GraspFailure.TABLE_COLLISION,
    GraspFailure.NO_CONTACT,
}  # fmt: skip
NOT_SEEN = ('the support is not seen', 'support_frame')
HOLE = ('where the depth has no readings',)


@cache
def render(names, seed, elevation, distance):
    """A world of objects, and how a D435 sees it."""
    world = make_scene([ITEMS[name] for name in names.split()], seed, 0.12, 0.02)
    target = np.array([0.0, 0.0, 0.03])
    angle = np.radians(elevation)
    offset = distance * np.array([np.cos(angle), 0.0, np.sin(angle)])
    pose = look_at(target + offset, target)
    renderer = Renderer(world, RenderSettings.fast())
    return world, renderer.render(d435_camera(), pose, DepthCameraModel(), seed)


class View:
    """A scene of one or more objects, seen from one side, the first one asked for."""

    def __init__(self, names, seed, elevation=50.0, distance=0.6):
        world, self.rendered = render(names, seed, elevation, distance)
        self.frame = self.rendered.frame
        self.name = names.split()[0]
        self.mask = self.rendered.mask(self.name)
        self.meshes = {item.name: PlacedMesh.of(item) for item in world.objects}

    def without(self, lost):
        """Take the readings of some pixels away."""
        self.frame = replace(self.frame, depth=np.where(lost, 0, self.frame.depth))

    def plan(self, **settings):
        grounding = Grounding(
            GroundingStatus.OK, self.name, label=self.name, mask=RegionMask.from_full(self.mask)
        )
        return GraspPlanner(GRIPPER, PlannerSettings(**settings)).plan(self.frame, grounding)

    def judge(self, grasp):
        """The verdict on a grasp on the true meshes."""
        others = {name: mesh for name, mesh in self.meshes.items() if name != self.name}
        return judge_grasp(
            self.rendered.camera2world @ grasp.tcp2frame, grasp.opening_width, GRIPPER,
            self.meshes[self.name], others,
        )  # fmt: skip

    def failure(self, grasp):
        """What is wrong with it."""
        return self.judge(grasp).failure


def table_lost(view):
    view.without(view.rendered.instance_ids == 0)


def table_lost_around(view):
    around = cv2.dilate(view.mask.astype(np.uint8), np.ones((121, 121), np.uint8)) > 0
    view.without(around & (view.rendered.instance_ids == 0))


def lost_but_a_strip(view):
    """Of the object only a strip at its upper rim has readings, and the mask holds no others."""
    rows = np.nonzero(view.mask)[0]
    below = np.arange(len(view.mask))[:, None] > np.percentile(rows, 8)
    view.without(view.mask & below)
    view.mask = view.mask & ~below


def one_side_lost(view):
    columns = np.nonzero(view.mask)[1]
    right = np.arange(view.mask.shape[1]) > np.median(columns)
    view.without(view.mask & right)


def all_lost(view):
    view.without(view.mask)


def others_lost(view):
    view.without((view.rendered.instance_ids > 0) & ~view.mask)


def speckled(view):
    view.without(np.random.default_rng(0).random(view.mask.shape) < 0.15)


def blurred(view):
    """Depth as a smoothed image has it: rims are hills, and edges ramps of 20 px."""
    depth = cv2.GaussianBlur(view.rendered.clean_depth, (0, 0), 7.0)
    view.frame = replace(view.frame, depth=np.asarray(depth, np.float32))


def nothing(view):
    pass


def case(id, scene, fault, status, words=(), **view):
    return Row(id, (scene, fault, view), status, words)


ROWS = [
    case('seen: can', ('can_0', 3), nothing, 'OK'),
    case('seen: low camera', ('box_1', 4), nothing, 'OK', elevation=18.0),
    case('seen: with single readings lost', ('box_2', 5), speckled, 'OK'),
    case('blurred: bowl', ('bowl_2', 5), blurred, 'NO_GRASP', ('assumed',)),
    case('blurred: mug', ('mug_0', 6), blurred, 'NO_GRASP', ('assumed',)),
    case('table lost: can', ('can_0', 3), table_lost, 'NO_GRASP', NOT_SEEN),
    case('table lost: box', ('box_0', 10), table_lost, 'NO_GRASP', NOT_SEEN),
    case('table lost: three objects', ('bottle_1 can_0 box_3', 7), table_lost, 'NO_GRASP'),
    case('table lost around: mug', ('mug_1', 8), table_lost_around, 'NO_GRASP'),
    case('object lost: can', ('can_0', 3), all_lost, 'NO_GRASP', ('no depth reading',)),
    case('object lost but a strip: box', ('box_0', 10), lost_but_a_strip, 'NO_GRASP'),
    case('object lost but a strip: low box', ('box_4', 11), lost_but_a_strip, 'NO_GRASP'),
    case('object lost, near', ('box_2', 13), all_lost, 'NO_GRASP', ('move back',), distance=0.25),
    case('object lost but a strip, near', ('box_2', 13), lost_but_a_strip, 'NO_GRASP',
         ('move back',), distance=0.25),
]  # fmt: skip


@table(ROWS)
def test_a_plan_where_readings_are_missing(row):
    (names, seed), fault, where = row.given
    view = View(names, seed, **where)
    fault(view)
    plan = view.plan()
    row.check('OK' if plan.grasps else 'NO_GRASP', plan.message)
    assert not plan.grasps or view.failure(plan.grasps[0]) not in IN_THE_WAY


@pytest.mark.parametrize('fault', [others_lost, one_side_lost], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize('seed', range(2))
@pytest.mark.parametrize('names', ['bottle_3 ball_1 box_0', 'screwdriver_1 mug_2 can_2'])
def test_no_grasp_enters_what_has_no_readings(names, seed, fault):
    view = View(names, seed)
    fault(view)
    assert not IN_THE_WAY & {view.failure(grasp) for grasp in view.plan().grasps[:3]}


@pytest.mark.parametrize('names', ['banana_0', 'banana_3', 'box_3', 'box_7'])
def test_no_finger_enters_a_back_that_was_guessed(names):
    view = View(names, 5, elevation=14.0)
    failures = [view.failure(grasp) for grasp in view.plan().grasps[:3]]
    assert GraspFailure.TARGET_COLLISION not in failures


def test_a_support_that_is_known_otherwise_carries_the_object():
    view = View('can_0', 3)
    table_lost(view)
    level = np.array([0.0, 0.0, 1.0, 0.0])
    world2camera = invert(view.rendered.camera2world)
    view.frame = replace(view.frame, support=moved_plane(level, world2camera))
    # Of the space above a table without readings nothing is known all the same.
    assert 'unseen space' in (message := view.plan().message) or HOLE[0] in message
    plan = view.plan(max_unobserved=1.0, max_palm_unobserved=1.0)
    assert 'support is not seen' not in plan.message
    assert plan.plane is not None and plan.plane.inliers == 0


FOLDER = Path(os.environ.get('REALVLG_FRAMES', FRAMES))
# Objects of which the depth shows a smooth blob, or one side: refused, not grasped in the air.
REAL = [
    Row('a filled mouth', ('cleargrasp_real_d435/000000130_transparent', (389, 257, 594, 485)),
        'NO_GRASP', ('assumed', 'look at it from behind')),
    Row('a rim with a hole beside it', ('nvlabs_6dof_graspnet/white_bowl', (285, 227, 460, 342)),
        'NO_GRASP', ('assumed',)),
    Row('a blurred rim', ('ok_robot_desk/desk', (136, 248, 206, 311)), 'NO_GRASP', ('assumed',)),
    Row('a top without depth', ('posecnn_ycb_video/000004', (222, 327, 321, 428)), 'NO_GRASP'),
    Row('a handle that is seen', ('nvlabs_6dof_graspnet/red_mug', (243, 188, 411, 340)), 'OK'),
    Row('a bottle that is seen', ('ok_robot_desk/desk', (38, 227, 65, 308)), 'OK'),
]  # fmt: skip


@pytest.mark.skipif(not FOLDER.is_dir(), reason='no real frames; set REALVLG_FRAMES')
@table(REAL)
def test_what_is_assumed_of_real_objects(row):
    name, corners = row.given
    grounding = Grounding(GroundingStatus.OK, row.id, box=Box(*map(float, corners)))
    plan = GraspPlanner(GRIPPER).plan(read_frame(FOLDER / name), grounding)
    row.check('OK' if plan.grasps else 'NO_GRASP', plan.message)
