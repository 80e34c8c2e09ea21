import numpy as np
import pytest
from solids import Ball, Box, look

from realvlg_ros.grasping.completion.box_top import BoxTop
from realvlg_ros.grasping.observation.target_cloud import TargetCloud


def top_of(view):
    """The top of the first solid, its middle and its first axis in the world."""
    scene = view.scene()
    cloud = TargetCloud.from_scene(scene)
    top = BoxTop.of(cloud, scene.camera_position)
    if top is None:
        return None, None, None
    camera = scene.support2camera
    middle = camera[:3, :3] @ (*top.center, top.height) + camera[:3, 3]
    axis = view.camera2world[:3, :3] @ camera[:3, :3] @ (*top.axes[0], 0.0)
    return top, view.to_world(middle), axis


@pytest.mark.parametrize(('yaw', 'eye'), [(0.5, (-0.4, 0.0, 0.45)), (0.1, (-0.4, 0.25, 0.4))])
@pytest.mark.parametrize('noise', [0.0, 0.002])
def test_rectangle_of_a_box_is_found_between_pixels(yaw, eye, noise):
    errors = []
    for seed in range(6 if noise else 1):
        # A pixel row is 3 mm wide on the top here, and the readings scatter by 0.5 mm.
        view = look(
            [Box((0.06, 0.09, 0.12), (0.002, -0.001, 0.06), yaw)], eye, noise=noise, seed=seed
        )
        top, middle, axis = top_of(view)
        assert top.measured.all()
        long = axis if top.half[0] > top.half[1] else np.cross(axis, (0, 0, 1))
        errors.append(
            [
                *(middle - (0.002, -0.001, 0.12)),
                *(np.sort(top.half) - (0.03, 0.045)),
                0.02 * np.cross(long, (-np.sin(yaw), np.cos(yaw), 0))[2],
            ]
        )
    assert np.sqrt(np.mean(np.square(errors), axis=0)).max() < 0.0004


def test_walls_stand_under_the_sides_and_face_outward():
    view = look([Box((0.06, 0.09, 0.12), (0, 0, 0.06), 0.5)])
    top, _, _ = top_of(view)
    points, normals = top.walls(0.006)
    assert points[:, 2].min() > 0 and points[:, 2].max() < 0.12
    local = (points[:, :2] - top.center) @ top.axes.T
    facing = normals[:, :2] @ top.axes.T
    assert np.abs((local * facing).sum(axis=1) - np.abs(facing) @ top.half).max() < 1e-9
    assert len(np.unique(normals.round(6), axis=0)) == 4


def test_a_ball_has_no_level_top():
    assert top_of(look([Ball(0.04, (0, 0, 0.04))]))[0] is None
