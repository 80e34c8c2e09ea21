"""The box around an object holds it, its hidden side included, and stands on the support."""

import numpy as np
import pytest

from benchmarks.objects import make_scene, procedural_objects
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.placed_mesh import PlacedMesh
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.trajectory import d435_camera, look_at
from realvlg_ros.transforms import invert, transform_points

ITEMS = {item.name: item for item in procedural_objects()}
EYE, MIDDLE = np.array([-0.3, -0.25, 0.45]), np.array([0.0, 0.0, 0.03])


def inside(points, box2frame, size, margin=0.0):
    """Share of points (n, 3) of the frame that lie in a box."""
    local = transform_points(invert(box2frame), points)
    return np.all(np.abs(local) <= size / 2 + margin, axis=1).mean()


@pytest.mark.parametrize('name', ['box_0', 'can_0', 'mug_1', 'banana_0', 'bottle_3', 'ball_1'])
@pytest.mark.parametrize('seed', [0, 1])
def test_it_holds_what_is_seen_and_what_is_not(name, seed):
    world = make_scene([ITEMS[name]], seed, 0.12, 0.02)
    renderer = Renderer(world, RenderSettings.fast())
    rendered = renderer.render(d435_camera(), look_at(EYE, MIDDLE), DepthCameraModel(), seed)
    mask = rendered.mask(name)
    grounding = Grounding(GroundingStatus.OK, name, mask=RegionMask.from_full(mask))
    planner = GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand')))
    box = planner.plan(rendered.frame, grounding).box
    assert box.on_support
    in_world = box.transformed(rendered.camera2world)
    seen = rendered.frame.points[mask & rendered.frame.valid].astype(np.float64)
    assert inside(seen, box.box2frame, box.size) > 0.98
    truth = PlacedMesh.of(world.objects[0]).vertices
    assert inside(truth, in_world.box2frame, in_world.size, margin=0.006) > 0.98
    assert abs(in_world.corners()[:, 2].min()) < 0.006
    assert np.prod(in_world.size) < 2.5 * np.prod(np.ptp(truth, axis=0))
