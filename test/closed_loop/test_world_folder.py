"""A scene that is written is the scene that is read."""

from dataclasses import replace

import numpy as np
import pytest

from realvlg_ros.closed_loop.scenes import CAMERA, make_scene
from realvlg_ros.closed_loop.world_folder import write_world
from realvlg_ros.errors import WorldError
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.simulation.physics.solid_file import SOLIDS_FILE, read_solids
from realvlg_ros.simulation.renderer import Renderer
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.world_file import read_world


@pytest.fixture(scope='module')
def scene():
    items = [
        SimObject.from_shape('box', (1, 2, 3), name='carton', dimensions={'size_z': 0.06}),
        SimObject.from_shape('can', (1, 2, 3), name='can'),
    ]
    return make_scene('bin', [Solid.of(item) for item in items], 5, 4)


def depth(world, pose):
    return Renderer(world).render(CAMERA, pose).clean_depth


def test_the_same_is_seen(scene, tmp_path):
    world = read_world(write_world(tmp_path, scene))
    pose = world.trajectory.camera2world(0.0)
    assert pose == pytest.approx(scene.camera2world, abs=1e-9)
    seen, written = depth(world, pose), depth(scene.world, scene.camera2world)
    assert np.abs(seen - written).max() < 1e-4
    assert (world.table, world.light) == (scene.world.table, scene.world.light)
    assert [i.label for i in world.objects] == [i.label for i in scene.world.objects]
    assert world.objects[1].face_colors[0] == pytest.approx(scene.solids[1].item.face_colors[0])


def test_the_same_collides(scene, tmp_path):
    world = read_world(write_world(tmp_path, scene))
    solids = read_solids(tmp_path / SOLIDS_FILE, world)
    assert [s.fixed for s in solids] == [s.fixed for s in scene.solids]
    for read, written in zip(solids, scene.solids, strict=True):
        assert read.item.pose == pytest.approx(written.item.pose, abs=1e-9)
        assert read.mass == pytest.approx(written.mass)
        for ours, theirs in zip(read.parts, written.parts, strict=True):
            assert np.array_equal(ours.vertices, theirs.vertices)
            assert np.array_equal(ours.faces, theirs.faces)


def test_what_a_file_cannot_tell_is_refused(scene, tmp_path):
    rolled = scene.camera2world.copy()
    rolled[:3, :2] = rolled[:3, :2] @ np.array([[0.0, -1.0], [1.0, 0.0]])
    with pytest.raises(WorldError, match='rolled'):
        write_world(tmp_path, replace(scene, camera2world=rolled))
    first = scene.world.objects[0]
    paint = np.array(first.face_colors)
    paint[0] = 255
    items = (replace(first, face_colors=paint), *scene.world.objects[1:])
    with pytest.raises(WorldError, match='one colour'):
        write_world(tmp_path, replace(scene, world=replace(scene.world, objects=items)))


def test_solids_of_another_world_are_refused(scene, tmp_path):
    world = read_world(write_world(tmp_path, scene))
    with pytest.raises(WorldError, match='no object'):
        read_solids(tmp_path / SOLIDS_FILE, replace(world, objects=world.objects[1:]))
    other = replace(world.objects[0], name='other')
    with pytest.raises(WorldError, match='no parts of other'):
        read_solids(tmp_path / SOLIDS_FILE, replace(world, objects=(*world.objects, other)))
    (tmp_path / SOLIDS_FILE).write_bytes(b'cut off')
    with pytest.raises(WorldError, match='cannot be read'):
        read_solids(tmp_path / SOLIDS_FILE, world)
