"""A handle that is seen is one, and one that may be hidden is kept clear of."""

import numpy as np
import pytest
from planned_solids import FRANKA_HAND
from solids import Box, Cylinder, look

from realvlg_ros.grasping.completion.handle import handle_direction
from realvlg_ros.grasping.completion.symmetry import complete
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.transforms import invert, transform_points

RADIUS, HEIGHT, REACH = 0.035, 0.11, 0.03
MUG = Cylinder(RADIUS, HEIGHT, (0.0, 0.0, HEIGHT / 2))
EYES = [(-0.55, 0.0, 0.15), (-0.5, 0.0, 0.3), (-0.4, 0.0, 0.42)]


def handle(turn):
    """A handle so many degrees from straight behind the mug."""
    yaw = np.radians(turn)
    middle = RADIUS + REACH / 2
    at = (middle * np.cos(yaw), middle * np.sin(yaw), 0.45 * HEIGHT)
    return Box((REACH, 0.012, 0.6 * HEIGHT), at, yaw)


def seen(turn, eye, body=(MUG,)):
    """What is seen of a mug with its handle, and the mask of both."""
    view = look([*body, handle(turn)], eye=eye, target=(0, 0, 0.05), noise=0.001)
    return view, np.any(view.masks, axis=0)


def planned(turn, eye, body=(MUG,)):
    view, mask = seen(turn, eye, body)
    grounding = Grounding(GroundingStatus.OK, 'it', mask=RegionMask.from_full(mask))
    grasps = GraspPlanner(FRANKA_HAND).plan(view.frame, grounding).grasps
    return [(view.camera2world @ g.tcp2frame, g.opening_width) for g in grasps]


def enters(tcp2world, opening, solid):
    """Whether a finger's box holds points of a handle."""
    x, y, z = (np.linspace(-side / 2, side / 2, 9) for side in solid.size)
    local = np.stack(np.meshgrid(x, y, z), axis=-1).reshape(-1, 3)
    cosine, sine = np.cos(solid.yaw), np.sin(solid.yaw)
    points = local @ np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]]) + solid.center
    points = transform_points(invert(tcp2world), points)
    boxes = FRANKA_HAND.boxes(opening)
    inside = [((points > low) & (points < high)).all(axis=1).any() for low, high in boxes[:2]]
    return any(inside)


@pytest.mark.parametrize('eye', EYES)
@pytest.mark.parametrize('turn', [-20, 0, 20])
def test_no_finger_is_put_where_a_round_thing_hides_its_handle(turn, eye):
    grasps = planned(turn, eye)
    assert grasps
    assert not any(enters(pose, opening, handle(turn)) for pose, opening in grasps)


# What stands out of a body and is no handle.
FOOT = Cylinder(0.047, 0.006, (0.0, 0.0, 0.003))
BELLY = Cylinder(0.037, 0.08, (0.0, 0.0, 0.04))
NECK = Cylinder(0.022, 0.06, (0.0, 0.0, 0.11))
KNOB = Cylinder(0.01, 0.02, (0.0, 0.0, HEIGHT + 0.01))


def spout(turn):
    yaw = np.radians(turn)
    at = (RADIUS + 0.005) * np.array([np.cos(yaw), np.sin(yaw)])
    return Box((0.025, 0.02, 0.03), (*at, 0.09), yaw)


@pytest.mark.parametrize('eye', EYES)
@pytest.mark.parametrize(
    'body',
    [(MUG, FOOT), (BELLY, NECK), (MUG, KNOB), (MUG, spout(150)), (MUG, spout(-90))],
    ids=['foot', 'neck', 'knob', 'spout in front', 'spout beside'],
)
def test_what_stands_out_and_is_no_handle_leaves_what_is_hidden_unknown(body, eye):
    grasps = planned(0, eye, body)
    assert not any(enters(pose, opening, handle(0)) for pose, opening in grasps)


def test_behind_a_mug_whose_handle_is_seen_beside_it_is_room_for_a_finger():
    grasps = planned(90, EYES[1])
    behind = [pose for pose, _ in grasps if abs(pose[0, 1]) > 0.8]
    assert behind


@pytest.mark.parametrize(('turn', 'expected'), [(0, None), (90, (0, 1)), (-90, (0, -1))])
def test_the_direction_of_a_handle(turn, expected):
    view, mask = seen(turn, EYES[0])
    scene = Scene.around(view.frame, mask, view.plane, None)
    completion = complete(TargetCloud.from_scene(scene), scene)
    found = handle_direction(completion.cloud, completion.middle)
    if expected is None:
        assert found is None
        return
    toward = (view.camera2world @ scene.support2camera)[:2, :2] @ found
    assert toward @ expected > 0.95
