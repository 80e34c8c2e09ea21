import numpy as np
from solids import CAMERA, Ball, Box, look

from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.grasping.observation.contour import find_contour
from realvlg_ros.grasping.observation.normals import depth_slopes, find_flying_pixels, fit_normals


def test_normals_of_a_box_are_its_faces_up_to_the_crease():
    view = look([Box((0.1, 0.1, 0.08), (0, 0, 0.04))])
    depth = view.frame.depth.astype(float)
    sigma = np.full(depth.shape, 3e-4)
    normals, spread = fit_normals(CAMERA.rays, depth, view.masks[0], 3, sigma)
    world = normals[view.masks[0]] @ view.camera2world[:3, :3].T
    faces = np.array([[0, 0, 1.0], [-1, 0, 0]])
    assert np.mean((world @ faces.T).max(axis=1) > np.cos(np.radians(3))) > 0.97
    assert np.median(spread[view.masks[0]]) < 1e-4


def test_normals_of_a_ball_point_from_its_centre():
    view = look([Ball(0.05, (0, 0, 0.05))])
    depth = view.frame.depth.astype(float)
    sigma = np.full(depth.shape, 1e-3)
    normals, _ = fit_normals(CAMERA.rays, depth, view.masks[0], 2, sigma)
    points = view.to_world(view.frame.points)[view.masks[0]] - (0, 0, 0.05)
    world = normals[view.masks[0]] @ view.camera2world[:3, :3].T
    cosine = (world * points).sum(axis=1) / np.linalg.norm(points, axis=1)
    assert np.degrees(np.arccos(np.median(cosine))) < 3


def test_finds_a_reading_between_two_surfaces():
    depth = np.full((20, 20), 0.6)
    depth[:, 10:] = 0.9
    depth[5, 10] = depth[12, 9] = 0.75
    flying = find_flying_pixels(depth, depth > 0, np.full(depth.shape, 0.005))
    inner = np.argwhere(flying[1:-1, 1:-1]) + 1
    assert inner.tolist() == [[5, 10], [12, 9]]


def test_contour_normals_of_a_ball_are_exact():
    view = look([Ball(0.05, (0, 0, 0.05))])
    depth = view.frame.depth.astype(float)
    flat = np.zeros((*depth.shape, 2))
    contour = find_contour(depth, view.masks[0], view.masks[0], np.full(depth.shape, 0.01), flat)
    assert len(contour.pixels) > 100
    camera = view.camera2world
    center = camera[:3, :3].T @ (np.array([0, 0, 0.05]) - camera[:3, 3])
    index = np.rint(contour.pixels).astype(int)
    rays = np.append(CAMERA.rays[index[:, 1], index[:, 0]], np.ones((len(index), 1)), axis=1)
    # The nearest point to the ball's centre on a tangent ray is the point of contact.
    foot = rays * (rays @ center / (rays**2).sum(axis=1))[:, None]
    truth = (foot - center) / np.linalg.norm(foot - center, axis=1, keepdims=True)
    angle = np.degrees(np.arccos(np.clip((contour.normals(CAMERA.rays) * truth).sum(1), -1, 1)))
    assert np.median(angle) < 5
    assert not contour.inner.any()


def test_slopes_are_how_the_depth_changes_from_pixel_to_pixel():
    view = look([])
    depth = view.frame.depth.astype(float)
    normals = np.broadcast_to(-view.plane.normal, (*depth.shape, 3))
    slopes = depth_slopes(-normals, CAMERA.rays, depth)
    rows, columns = np.s_[60:-20:7], np.s_[20:-20:7]
    for k, axis in ((0, 1), (1, 0)):
        change = np.gradient(depth, axis=axis)[rows, columns]
        assert np.abs(slopes[rows, columns, k] - change).max() < 0.01 * np.abs(change).max() + 1e-6


def test_foot_on_the_table_and_an_occluder_are_no_contour():
    view = look([Box((0.1, 0.1, 0.08), (0, 0, 0.04)), Box((0.02, 0.3, 0.1), (-0.12, 0, 0.05))])
    depth = view.frame.depth.astype(float)
    mask = view.masks[0]
    flat = np.zeros((*depth.shape, 2))
    contour = find_contour(depth, mask, mask, np.full(depth.shape, 0.01), flat)
    assert len(contour.pixels) > 50
    assert contour.outward[:, 1].max() < 0.6


def test_noise_grows_with_the_square_of_depth():
    noise = DepthNoise(0.0, 0.002)
    assert noise.sigma(2.0) == 4 * noise.sigma(1.0)
