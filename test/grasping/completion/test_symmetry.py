import numpy as np
import pytest
from solids import Ball, Box, Cylinder, look

from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.errors import LiftError
from realvlg_ros.grasping.completion.object_box import free_box, upright_box
from realvlg_ros.grasping.completion.symmetry import complete
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.observation.target_cloud import TargetCloud

CLEAN = DepthNoise(0.0003, 0.0003)


def completed(view):
    scene = view.scene()
    return scene, complete(TargetCloud.from_scene(scene), scene)


def in_world(view, scene, points):
    camera = points @ scene.support2camera[:3, :3].T + scene.support2camera[:3, 3]
    return view.to_world(camera)


@pytest.mark.parametrize(
    'solid', [Cylinder(0.03, 0.1, (0.02, 0.05, 0.05)), Ball(0.035, (0.02, 0.05, 0.035))]
)
def test_axis_of_revolution_is_found_from_normals(solid):
    view = look([solid], noise=0.001)
    scene, completion = completed(view)
    assert completion.axis is not None
    world = in_world(view, scene, np.array([[*completion.axis, 0.0]]))
    assert np.linalg.norm(world[0, :2] - solid.center[:2]) < 0.002


def test_hidden_side_of_a_cylinder_lies_on_it():
    view = look([Cylinder(0.03, 0.1, (0, 0, 0.05))], assumed=CLEAN)
    scene, completion = completed(view)
    cloud = completion.cloud
    world = in_world(view, scene, cloud.points[~cloud.observed])
    assert len(world) > 50
    radius = np.linalg.norm(world[:, :2], axis=1)
    side = world[:, 2] < 0.09
    assert np.percentile(np.abs(radius[side] - 0.03), 95) < 0.003
    assert world[:, 0].max() > 0.027


def far_wall(view, yaw):
    """Distance of a box's hidden far wall from its middle, m."""
    scene, completion = completed(view)
    cloud = completion.cloud
    world = in_world(view, scene, cloud.points[~cloud.observed])
    across = world[:, :2] @ (np.cos(yaw), np.sin(yaw))
    along = world[:, :2] @ (-np.sin(yaw), np.cos(yaw))
    wall = (np.abs(along) < 0.03) & (across > 0) & (world[:, 2] < 0.1)
    return float(np.median(across[wall]))


def test_the_far_wall_rests_on_the_whole_outline_of_the_top():
    box = Box((0.06, 0.09, 0.12), (0, 0, 0.06), 0.5)
    walls = [far_wall(look([box], noise=0.002, seed=seed), 0.5) for seed in range(8)]
    # The middle of the extents, which rests on single readings, is 1.7 mm off.
    # A pixel row is 3 mm wide on the top, and the same in every view.
    assert abs(np.mean(walls) - 0.03) < 0.0006
    assert np.std(walls) < 0.0001


def test_hidden_side_of_a_box_is_its_own_turned_round():
    view = look([Box((0.06, 0.09, 0.12), (0, 0, 0.06), 0.5)], assumed=CLEAN)
    scene, completion = completed(view)
    assert completion.axis is None
    world = in_world(view, scene, completion.cloud.points[~completion.cloud.observed])
    turn = np.array([[np.cos(0.5), np.sin(0.5)], [-np.sin(0.5), np.cos(0.5)]])
    walls = world[world[:, 2] < 0.1]
    local = np.abs(walls[:, :2] @ turn.T) - (0.03, 0.045)
    assert len(walls) > 100
    assert np.percentile(np.abs(local.max(axis=1)), 95) < 0.004


def test_lying_bar_is_mirrored_at_its_ridge():
    view = look([Box((0.03, 0.18, 0.03), (0, 0, 0.015), 0.1)])
    scene, completion = completed(view)
    world = in_world(view, scene, completion.cloud.points[~completion.cloud.observed])
    assert world[:, 2].min() < 0.004
    upper = world[(world[:, 2] > 0.016) & (world[:, 2] < 0.027)]
    across = upper[:, :2] @ (np.cos(0.1), np.sin(0.1))
    assert len(upper) > 10
    assert np.median(across) == pytest.approx(0.015, abs=0.004)


@pytest.mark.parametrize(('height', 'hides'), [(0.13, True), (0.07, False)])
def test_a_lying_bar_is_not_known_behind_what_hides_its_flank(height, hides):
    bar = Box((0.06, 0.2, 0.06), (0, 0, 0.03))
    view = look([bar, Box((0.03, 0.1, height), (-0.1, 0.05, height / 2))])
    scene, completion = completed(view)
    cloud = completion.cloud
    unsure = np.zeros(len(cloud.points), bool)
    unsure[cloud.uncertain] = True
    y = in_world(view, scene, cloud.points)[:, 1]
    behind = ~cloud.observed & (y > 0.02) & (y < 0.08)
    assert not unsure[cloud.observed | (y < -0.03)].any()
    assert unsure[behind].mean() > 0.7 if hides else not unsure.any()


@pytest.mark.parametrize(
    ('place', 'yaw', 'eye'),
    [
        ((0.01, 0.02, 0.06), 0.4, (-0.4, 0.0, 0.45)),
        ((0.0, 0.0, 0.06), 1.0, (-0.4, 0.0, 0.45)),
        ((0.0, 0.0, 0.06), 0.7, (-0.6, 0.2, 0.75)),
    ],
)
def test_upright_box_reaches_down_to_the_support(place, yaw, eye):
    view = look([Box((0.06, 0.09, 0.12), place, yaw)], eye=eye)
    box = upright_box(view.frame, view.masks[0], view.plane)
    # A pixel is 2 mm wide here.
    assert box.size == pytest.approx([0.09, 0.06, 0.12], abs=0.0013)
    world = view.to_world(box.corners())
    assert world[:, 2].min() == pytest.approx(0, abs=0.001)
    assert view.to_world(box.box2frame[:3, 3]) == pytest.approx(place, abs=0.001)


def test_free_box_follows_the_object():
    view = look([Box((0.03, 0.16, 0.03), (0, 0, 0.015), 0.7)])
    box = free_box(view.frame, view.masks[0], view.plane)
    axis = view.camera2world[:3, :3] @ box.box2frame[:3, 0]
    assert abs(axis @ (-np.sin(0.7), np.cos(0.7), 0)) > 0.99
    assert box.size[0] == pytest.approx(0.16, abs=0.008)
    assert np.linalg.det(box.box2frame[:3, :3]) == pytest.approx(1)
    alone = free_box(view.frame, view.masks[0])
    assert alone.size[0] == pytest.approx(0.16, abs=0.008)


def test_box_of_nothing_is_refused():
    view = look([Box((0.06, 0.09, 0.12), (0, 0, 0.06))])
    with pytest.raises(LiftError, match='no depth'):
        upright_box(view.frame, np.zeros_like(view.masks[0]), view.plane)
    table = np.zeros_like(view.masks[0])
    table[200:230, 20:60] = True
    with pytest.raises(LiftError, match='too few'):
        upright_box(view.frame, table, view.plane)
    strip = np.zeros_like(table)
    strip[100:102, 120:190] = view.masks[0][100:102, 120:190]
    assert strip.sum() > 60
    with pytest.raises(LiftError, match='too few'):
        upright_box(view.frame, strip, view.plane)


def test_support_frame_without_plane_faces_the_camera():
    view = look([Ball(0.04, (0, 0, 0.04))])
    scene = Scene.around(view.frame, view.masks[0], None, None)
    assert scene.camera_position[2] > 0.9 * np.linalg.norm(scene.camera_position)
