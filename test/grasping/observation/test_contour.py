import cv2
import numpy as np
import pytest
from solids import CAMERA, Ball, Box, look

from realvlg_ros.grasping.observation.contour import fill_own_border, fill_shadows, find_contour
from realvlg_ros.grasping.observation.normals import depth_slopes, fit_normals


def contour_of(view, lost=None):
    depth = view.frame.depth.astype(float)
    mask = view.masks[0]
    depth = depth if lost is None else np.where(lost, 0, depth)
    good = mask & (depth > 0)
    normals, _ = fit_normals(CAMERA.rays, depth, good, 3, np.full(depth.shape, 0.0005))
    slope = depth_slopes(normals, CAMERA.rays, depth)
    filled, known = fill_own_border(fill_shadows(depth, mask), depth, mask, good, 5.0)
    return find_contour(filled, mask, known, np.full(depth.shape, 0.01), slope)


@pytest.mark.parametrize('shift', [0.0, 0.0007, -0.0004])
def test_silhouette_of_a_ball_is_found_between_pixels(shift):
    view = look([Ball(0.05, (0, shift, 0.05))])
    contour = contour_of(view)
    camera2world = view.camera2world
    center = camera2world[:3, :3].T @ (np.array([0, shift, 0.05]) - camera2world[:3, 3])
    rays = contour.points(CAMERA.rays)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    # A ray that touches the ball passes its centre at the distance of the radius.
    miss = np.linalg.norm(np.cross(rays, center), axis=1) - 0.05
    pixel = np.linalg.norm(center) / CAMERA.fx
    right, down = contour.outward.T
    for side in (right > 0.5, right < -0.5, down < -0.5):
        # The window's straight edge lies within a circle of 28 px by a sixth of a pixel.
        assert abs(miss[side].mean()) < 0.25 * pixel
        assert np.abs(miss[side]).max() < 0.7 * pixel


@pytest.mark.parametrize('margin', [1, 3, 4])
def test_outline_is_where_the_mask_ends_though_its_border_has_no_readings(margin):
    view = look([Ball(0.05, (0, 0, 0.05))])
    mask = view.masks[0].astype(np.uint8)
    kernel = np.ones((2 * margin + 1,) * 2, np.uint8)
    lost = (cv2.dilate(mask, kernel) > 0) & (cv2.erode(mask, kernel) == 0)
    full, rest = contour_of(view), contour_of(view, lost)
    sides = [np.abs(c.outward[:, 0]) > 0.9 for c in (full, rest)]
    width, seen = (
        np.ptp(c.points(CAMERA.rays)[side, 0]) for c, side in zip((full, rest), sides, strict=True)
    )
    # The outline is deeper than the readings that are left: the ball looks narrower by that.
    assert 0.97 * width - 0.001 * margin < seen < width + 0.001


def test_far_edge_of_a_level_top_is_neither_too_high_nor_too_wide():
    view = look([Box((0.06, 0.09, 0.12), (0, 0, 0.06), 0.4)])
    contour = contour_of(view)
    world = view.to_world(contour.points(CAMERA.rays))
    upper = world[contour.outward[:, 1] < -0.8]
    assert len(upper) > 20
    # Three pixels before the edge the top is 3 mm nearer to the camera than at it.
    assert np.abs(upper[:, 2] - 0.12).max() < 0.0002
    turned = upper[:, :2] @ np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    beyond = np.abs(turned) - (0.03, 0.045)
    assert beyond.max() < 0.0012
    middle = (np.abs(turned) < (0.025, 0.04)).sum(axis=1) == 1
    assert middle.sum() > 15
    assert abs(beyond.max(axis=1)[middle].mean()) < 0.0002


def test_hole_takes_the_nearest_reading_around_it_or_stays_a_hole():
    depth = np.zeros((40, 60))
    mask = np.zeros(depth.shape, bool)
    depth[15:25, 5:10] = 0.5
    mask[15:25, 5:10] = True
    depth[:, 20] = 0.8
    filled = fill_shadows(depth, mask)
    assert filled[20, 12] == 0.8
    assert filled[20, 3] == 0
    assert filled[mask].max() == 0.5
    assert filled[20, 50] == 0
