"""Rendered depth, ids and poses against geometry."""

import numpy as np
import pytest

from benchmarks.analytic.cast import Placed, cast
from benchmarks.analytic.solids import sphere
from realvlg_ros.camera import Camera
from realvlg_ros.errors import FrameError
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.sim_object import Motion, SimObject
from realvlg_ros.simulation.trajectory import d435_camera, look_at
from realvlg_ros.simulation.world import World, upright_pose
from realvlg_ros.transforms import transform_points

pytest.importorskip('embreex')

PLAIN = RenderSettings.fast()
EYE, TARGET = (-0.4, 0.05, 0.45), (0.0, 0.0, 0.03)


def one_object(shape, **dimensions):
    item = SimObject.from_shape(shape, (200, 0, 0), name=shape, dimensions=dimensions)
    return World((item,))


def test_ball_depth_is_that_of_a_sphere():
    camera, camera2world = d435_camera(), look_at(EYE, TARGET)
    rendered = Renderer(one_object('ball', diameter=0.1), PLAIN).render(camera, camera2world)
    ball2camera = rendered.object2camera('ball')
    expected, owner = cast([Placed(sphere(0.05), ball2camera)], camera, np.eye(4))
    mask = rendered.mask('ball')
    # The rim, where a ray grazes the sphere, is where flat triangles differ most.
    rays = np.dstack([camera.rays, np.ones((480, 640))])
    outward = rays * expected[..., None] - transform_points(ball2camera, (0, 0, 0.05))
    cosine = -(outward * rays).sum(axis=-1) / np.linalg.norm(rays, axis=-1) / 0.05
    inner = mask & (owner == 0) & (cosine > 0.3)
    assert inner.sum() > 8000
    assert np.abs(rendered.clean_depth - expected)[inner].max() < 1e-4
    assert mask.sum() == pytest.approx((owner == 0).sum(), rel=0.005)


def test_table_and_box_depth_are_those_of_their_planes():
    camera, camera2world = d435_camera(), look_at((0.0, 0.0, 0.6), (0.0, 0.0, 0.0))
    world = one_object('box', size_x=0.08, size_y=0.1, size_z=0.05)
    rendered = Renderer(world, PLAIN).render(camera, camera2world)
    top = rendered.mask('box') & (rendered.clean_depth < 0.5501)
    assert np.abs(rendered.clean_depth[top] - 0.55).max() < 1e-5
    assert np.abs(rendered.clean_depth[~rendered.mask('box')] - 0.6).max() < 1e-5
    pixels = camera.fx * camera.fy * 0.08 * 0.1 / 0.55**2
    assert top.sum() == pytest.approx(pixels, rel=0.01)


def test_points_of_an_object_lie_on_its_mesh_under_lens_distortion():
    import trimesh

    camera = Camera(320, 240, 300, 305, 158, 121, (0.08, -0.12, 0.001, -0.002, 0.03))
    rendered = Renderer(one_object('mug'), PLAIN).render(camera, look_at(EYE, TARGET))
    world = Renderer(one_object('mug'), PLAIN).world
    object2camera = rendered.object2camera('mug')
    points = rendered.frame.points[rendered.mask('mug')][::37]
    local = transform_points(np.linalg.inv(object2camera), points)
    mesh = world.object('mug').mesh
    _, distance, _ = trimesh.proximity.closest_point_naive(mesh, local)
    assert len(points) > 20
    assert distance.max() < 1e-5


def test_moving_object_is_rendered_where_its_pose_says():
    motion = Motion((0.1, 0.05, 0.0), rotation=np.pi / 2, start_s=1.0, duration_s=2.0)
    item = SimObject.from_shape('box', (0, 0, 200), name='box', motion=motion)
    renderer = Renderer(World((item,)), PLAIN)
    camera, camera2world = d435_camera(), look_at((0, 0, 0.8), (0, 0, 0))
    before = renderer.render(camera, camera2world, time_s=0.5)
    halfway = renderer.render(camera, camera2world, time_s=2.0)
    after = renderer.render(camera, camera2world, time_s=9.0)
    assert np.allclose(before.object2world['box'], np.eye(4))
    assert np.allclose(halfway.object2world['box'], upright_pose(0.05, 0.025, np.pi / 4))
    assert np.allclose(after.object2world['box'], upright_pose(0.1, 0.05, np.pi / 2))
    for rendered, (x, y) in ((before, (0, 0)), (after, (0.1, 0.05))):
        top = rendered.mask('box') & (rendered.clean_depth < 0.671)
        middle = rendered.frame.points[top].mean(axis=0)
        in_world = transform_points(camera2world, middle)
        assert np.allclose(in_world, (x, y, 0.13), atol=1e-3)
    assert after.frame.stamp_ns == 9_000_000_000


def test_ids_follow_the_order_of_the_objects():
    world = World.random(5, 4)
    rendered = Renderer(world, PLAIN).render(d435_camera(), world.trajectory.camera2world(0))
    assert list(rendered.object2world) == [item.name for item in world.objects]
    for index, item in enumerate(world.objects):
        mask = rendered.mask(item.name)
        assert mask.sum() > 100
        assert np.array_equal(mask, rendered.instance_ids == index + 1)
        colors = rendered.frame.color[mask].mean(axis=0)
        assert np.argmax(colors) == np.argmax(item.color) or np.ptp(item.color) < 20


def test_light_changes_neither_depth_nor_ids():
    world = World.random(2, 4)
    camera, camera2world = d435_camera(), world.trajectory.camera2world(0)
    full, plain = (Renderer(world, s).render(camera, camera2world) for s in (None, PLAIN))
    assert np.array_equal(full.clean_depth, plain.clean_depth)
    assert np.array_equal(full.instance_ids, plain.instance_ids)
    assert not np.array_equal(full.frame.color, plain.frame.color)


def test_a_camera_that_sees_nothing_is_an_error():
    world = World(())
    camera, upward = d435_camera(80, 60), look_at((0, 0, 1), (-1.0, 0, 3))
    with pytest.raises(FrameError, match=r'sees nothing within its range; move it'):
        Renderer(world, PLAIN).render(camera, upward)
    seen = world.trajectory.camera2world(0)
    blind = DepthCameraModel(min_range=5, max_range=6)
    with pytest.raises(FrameError, match='sees nothing'):
        Renderer(world, PLAIN).render(camera, seen, blind)


def test_noise_is_fresh_for_each_seed_and_equal_for_equal_seeds():
    world = World.random(1, 3)
    renderer = Renderer(world, PLAIN)
    camera, camera2world = d435_camera(), world.trajectory.camera2world(0)
    first = renderer.render(camera, camera2world, DepthCameraModel(), seed=1)
    again = Renderer(world, PLAIN).render(camera, camera2world, DepthCameraModel(), seed=1)
    other = renderer.render(camera, camera2world, DepthCameraModel(), seed=2)
    assert np.array_equal(first.frame.depth, again.frame.depth)
    assert np.array_equal(first.frame.color, again.frame.color)
    assert np.mean(first.frame.depth != other.frame.depth) > 0.5
    assert np.array_equal(first.clean_depth, other.clean_depth)


def test_lamp_casts_a_shadow_on_the_side_away_from_it():
    camera, camera2world = d435_camera(), look_at((0, 0, 0.9), (0, 0, 0))
    item = SimObject.from_shape('can', (30, 30, 200), name='can')
    lit = Renderer(World((item,)), PLAIN).render(camera, camera2world).frame.color
    shaded = Renderer(World((item,))).render(camera, camera2world).frame.color
    ratio = shaded.mean(axis=-1) / np.maximum(lit.mean(axis=-1), 1)
    # The lamp is at x < 0, y > 0, so the shadow falls toward x > 0 (up) and y < 0 (right).
    place = camera.project(transform_points(np.linalg.inv(camera2world), (0.02, -0.06, 0)))
    x, y = place.round().astype(int)
    assert ratio[y, x] < 0.75
    assert ratio[2 * 239 - y, 2 * 319 - x] > 0.95
