"""The sides of flat things, against the true solid."""

from dataclasses import replace

import numpy as np
import pytest
from planned_solids import plan_grasps
from solids import Box, look

from realvlg_ros.camera import Camera
from realvlg_ros.grasping.observation.low_edges import low_sides
from realvlg_ros.transforms import transform_points

CAMERA = Camera(640, 480, 600.0, 600.0, 319.5, 239.5)
WHOLE = (slice(0, 480), slice(0, 640))
NOISE = 0.0038


def view_of(size, yaw=0.4, others=(), noise=NOISE):
    slab = Box(size, (0, 0, size[2] / 2), yaw)
    return look([slab, *others], (-0.45, 0.0, 0.5), camera=CAMERA, noise=noise, seed=3)


def sides_of(view):
    scene = view.scene()
    sides = low_sides(scene, WHOLE, np.full((480, 640), 0.004))
    to_world = view.camera2world @ scene.support2camera
    return transform_points(to_world, sides.points), sides.normals @ to_world[:3, :3].T, sides


def off_the_sides(points, size, yaw):
    """Distance (n,) of points from the nearest side of a slab, m, and that side's normal."""
    c, s = np.cos(yaw), np.sin(yaw)
    local = points[:, :2] @ np.array([[c, -s], [s, c]])
    gaps = np.abs(np.abs(local) - np.array(size[:2]) / 2)
    axis = gaps.argmin(axis=1)
    normal = np.zeros((len(points), 3))
    sign = np.sign(np.take_along_axis(local, axis[:, None], 1)[:, 0])
    normal[:, :2] = np.array([[c, s], [-s, c]])[axis] * sign[:, None]
    return gaps.min(axis=1), normal


@pytest.mark.parametrize('height', [0.008, 0.013, 0.02])
def test_all_sides_of_a_slab_are_found_where_they_are(height):
    size, yaw = (0.04, 0.14, height), 0.4
    points, normals, sides = sides_of(view_of(size, yaw))
    assert sides.share > 0.8
    gaps, true = off_the_sides(points, size, yaw)
    assert np.percentile(gaps, 95) < 0.0025
    far_from_corners = gaps < 0.002
    turned = np.degrees(np.arccos(np.clip((normals * true).sum(axis=1), -1, 1)))
    assert np.median(turned[far_from_corners]) < 8
    assert points[:, 2].min() > -0.001
    assert points[:, 2].max() < height + 0.003


def test_what_is_tall_has_none():
    *_, sides = sides_of(view_of((0.04, 0.14, 0.06)))
    assert len(sides.points) == 0
    assert sides.share == 0


def test_a_border_on_a_neighbour_is_none():
    wall = Box((0.02, 0.2, 0.08), (0.032, 0, 0.04), 0.0)
    points, _, sides = sides_of(view_of((0.04, 0.14, 0.013), 0.0, [wall]))
    assert 0.3 < sides.share < 0.75
    assert points[:, 0].max() < 0.012


def test_a_mask_without_readings_has_none():
    view = view_of((0.04, 0.14, 0.013))
    depth = np.where(view.masks[0], 0, view.frame.depth).astype(np.float32)
    depth[view.masks[0] & (np.indices(depth.shape)[0] == 240)] = 0.65
    scene = replace(view.scene(), frame=replace(view.frame, depth=depth))
    assert low_sides(scene, WHOLE, np.full((480, 640), 0.004)).share < 0.2


@pytest.mark.parametrize('size', [(0.03, 0.14, 0.012), (0.06, 0.115, 0.010), (0.02, 0.18, 0.009)])
def test_a_flat_thing_is_grasped_across_its_sides(size):
    view = view_of(size)
    plan = plan_grasps(view)
    assert plan.grasps, plan.message
    best = plan.grasps[0]
    assert best.object_width == pytest.approx(min(size[:2]), abs=0.004)
    tip = view.to_world(best.position)
    assert 0.001 < tip[2] < size[2]
