import numpy as np
import pytest
import trimesh
import yaml

from realvlg_ros.errors import WorldError
from realvlg_ros.simulation.mesh_folder import LISTING, read_mesh_folder


@pytest.fixture
def folder(tmp_path):
    trimesh.creation.box((0.05, 0.04, 0.03)).export(tmp_path / 'brick.stl')
    return tmp_path


def listing(folder, objects, **values):
    (folder / LISTING).write_text(yaml.safe_dump({'objects': objects, **values}))
    return read_mesh_folder(folder)


def test_without_a_listing_every_mesh_is_taken_in_metres(folder):
    trimesh.creation.box((0.02, 0.02, 0.02)).export(folder / 'die.obj')
    brick, die = read_mesh_folder(folder)
    assert (brick.name, die.name) == ('brick', 'die')
    assert brick.mesh.extents == pytest.approx((0.05, 0.04, 0.03))
    assert brick.world_vertices()[:, 2].min() == pytest.approx(0)


@pytest.mark.parametrize(
    ('up', 'extents'),
    [('z', (0.05, 0.04, 0.03)), ('y', (0.05, 0.03, 0.04)), ('x', (0.03, 0.04, 0.05))],
)
def test_the_axis_that_is_up(folder, up, extents):
    (brick,) = listing(folder, {'brick': {'file': 'brick.stl'}}, up_axis=up)
    assert brick.mesh.extents == pytest.approx(extents)
    assert brick.mesh.volume > 0


def test_size_and_label(folder):
    entry = {'file': 'brick.stl', 'size': [0.1, 0.2, 0.3], 'label': 'red brick'}
    (brick,) = listing(folder, {'one': entry})
    assert brick.label == 'red brick'
    assert np.ptp(brick.world_vertices(), axis=0) == pytest.approx((0.1, 0.2, 0.3))


@pytest.mark.parametrize(
    ('entry', 'words'),
    [
        ({'file': 'none.stl'}, 'cannot be read'),
        ({'size': [1, 1, 1]}, 'expected'),
        ('brick.stl', 'expected'),
        ({'file': 'brick.stl', 'size': [1, 1]}, 'three positive lengths'),
        ({'file': 'brick.stl', 'size': [1, 1, -1]}, 'three positive lengths'),
        ({'file': 'brick.stl', 'size': 'large'}, 'three positive lengths'),
        ({'file': 'brick.stl', 'size': [50, 40, 30]}, 'give its size in metres'),
        ({'file': 'brick.stl', 'up_axis': 'w'}, 'is not x, y or z'),
    ],
)
def test_a_wrong_entry_is_named(folder, entry, words):
    with pytest.raises(WorldError, match=words):
        listing(folder, {'brick': entry})


def test_a_mesh_without_units_is_refused(tmp_path):
    trimesh.creation.box((50, 40, 30)).export(tmp_path / 'brick.stl')
    with pytest.raises(WorldError, match="'brick' is 50 m long"):
        read_mesh_folder(tmp_path)


@pytest.mark.parametrize('text', ['objects: []', '[1]', 'objects: {a: ', ''])
def test_a_listing_that_names_nothing_is_refused(folder, text):
    (folder / LISTING).write_text(text)
    with pytest.raises(WorldError, match=LISTING):
        read_mesh_folder(folder)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(WorldError, match='holds no mesh'):
        read_mesh_folder(tmp_path)


def test_two_meshes_of_a_name_are_refused(folder):
    trimesh.creation.box((0.02, 0.02, 0.02)).export(folder / 'brick.ply')
    with pytest.raises(WorldError, match='two meshes called brick'):
        read_mesh_folder(folder)


def test_a_damaged_mesh_is_named(tmp_path):
    (tmp_path / 'bad.obj').write_text('v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n')
    with pytest.raises(WorldError, match=r'bad\.obj'):
        read_mesh_folder(tmp_path)
