"""Worlds by seed and by hand."""

import sys
from itertools import combinations

import numpy as np
import pytest

from realvlg_ros.errors import MissingDependencyError, WorldError
from realvlg_ros.simulation.placement import clearance, footprint
from realvlg_ros.simulation.renderer import Renderer
from realvlg_ros.simulation.sim_object import Motion, SimObject
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world import DEFAULT_AREA, Light, Table, World

pytest.importorskip('trimesh')


@pytest.mark.parametrize('seed', [0, 1, 2])
def test_random_objects_stand_apart_on_the_table(seed):
    world = World.random(seed, 6)
    assert len(world.objects) == 6
    outlines = [footprint(item.world_vertices()) for item in world.objects]
    for item, outline in zip(world.objects, outlines, strict=True):
        assert item.world_vertices()[:, 2].min() == pytest.approx(0, abs=1e-9)
        assert np.all(outline >= DEFAULT_AREA[:2]) and np.all(outline <= DEFAULT_AREA[2:])
    for first, second in combinations(outlines, 2):
        assert clearance(first, second) >= 0.02


def test_equal_seeds_give_equal_worlds_and_others_do_not():
    first, again, other = World.random(4, 5), World.random(4, 5), World.random(5, 5)
    assert [item.name for item in first.objects] == [item.name for item in again.objects]
    for one, two in zip(first.objects, again.objects, strict=True):
        assert np.array_equal(one.pose, two.pose)
    assert [item.name for item in first.objects] != [item.name for item in other.objects]


def test_shapes_and_colors_can_be_chosen():
    world = World.random(0, 3, shapes=['can'], colors=['blue'])
    assert {item.label for item in world.objects} == {'blue can'}
    assert world.object('blue_can_2') is world.objects[1]


def test_too_many_objects_are_refused_with_the_remedy():
    with pytest.raises(WorldError, match='no free place for .* take fewer objects'):
        World.random(0, 12, area=(-0.1, -0.1, 0.1, 0.1))


def test_names_are_unique_and_asked_for_by_name():
    ball = SimObject.from_shape('ball', (1, 2, 3), name='ball')
    with pytest.raises(WorldError, match='named twice: ball'):
        World((ball, ball))
    with pytest.raises(WorldError, match="no object 'mug' in world; there are ball"):
        World((ball,)).object('mug')


def test_objects_stand_still_without_motion_and_move_with_it():
    ball = SimObject.from_shape('ball', (1, 2, 3), name='ball')
    pushed = SimObject.from_shape(
        'ball', (1, 2, 3), name='pushed', motion=Motion((0, 0.2, 0), duration_s=4)
    )
    later = World((ball, pushed)).at(1.0)
    assert np.array_equal(later.object('ball').pose, np.eye(4))
    assert np.allclose(later.object('pushed').pose[:3, 3], (0, 0.05, 0))


def test_a_mesh_is_set_down_on_the_table(tmp_path):
    import trimesh

    path = tmp_path / 'part.stl'
    mesh = trimesh.creation.cylinder(radius=20, height=80)
    mesh.apply_translation((100, 50, -30))
    mesh.export(path)
    item = SimObject.from_mesh_file(path, (9, 9, 9), name='part', scale=0.001)
    assert item.shape == 'part'
    low, high = item.mesh.bounds
    assert np.allclose(low[2], 0) and np.allclose(low[:2], -high[:2], atol=1e-6)
    assert high[2] == pytest.approx(0.08)


@pytest.mark.parametrize('module', ['trimesh', 'embreex.rtcore_scene'])
def test_a_missing_library_is_named_with_the_command(module, monkeypatch):
    world = World.random(0, 1)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match=r'pip install "realvlg_ros\[simulation\]"'):
        Renderer(world).render(d435_camera(80, 60), world.trajectory.camera2world(0))


def test_meshes_that_cannot_be_used_are_named(tmp_path):
    with pytest.raises(WorldError, match=r'none\.stl cannot be read'):
        SimObject.from_mesh_file(tmp_path / 'none.stl', (1, 2, 3), name='x')
    (tmp_path / 'bad.obj').write_text('# nothing\n')
    with pytest.raises(WorldError, match=r'bad\.obj'):
        SimObject.from_mesh_file(tmp_path / 'bad.obj', (1, 2, 3), name='x')


@pytest.mark.parametrize(
    'make',
    [
        lambda: Table(size=(0, 1)),
        lambda: Table(texture='marble'),
        lambda: Light(direction=(0, 1, 0)),
        lambda: Light(ambient=-1),
        lambda: Motion(duration_s=0),
        lambda: Motion((np.nan, 0, 0)),
    ],
)
def test_impossible_parts_of_a_world_are_refused(make):
    with pytest.raises(WorldError):
        make()
