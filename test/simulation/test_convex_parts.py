import numpy as np
import pytest
import trimesh

from realvlg_ros.errors import WorldError
from realvlg_ros.simulation import convex_parts as module
from realvlg_ros.simulation.convex_parts import ConvexPart, convex_parts


def cup():
    """A square cup: 5 cm wide with walls of 5 mm."""
    walls = []
    for axis, sign in ((0, -1), (0, 1), (1, -1), (1, 1)):
        extents = np.array([0.05, 0.05, 0.05])
        extents[axis] = 0.005
        wall = trimesh.creation.box(extents)
        shift = np.zeros(3)
        shift[axis] = sign * 0.0225
        wall.apply_translation(shift)
        walls.append(wall)
    return trimesh.util.concatenate(walls)


def test_a_box_is_one_part(tmp_path):
    (part,) = convex_parts(trimesh.creation.box((0.1, 0.2, 0.3)), tmp_path)
    assert np.ptp(part.vertices, axis=0) == pytest.approx((0.1, 0.2, 0.3))
    assert list(tmp_path.iterdir()) == []


def test_a_hollow_stays_open(tmp_path):
    parts = convex_parts(cup(), tmp_path)
    assert len(parts) >= 4
    for part in parts:
        hull = trimesh.Trimesh(part.vertices, part.faces)
        assert hull.is_convex
        assert not hull.contains([[0.0, 0.0, 0.0]])[0]


@pytest.fixture
def cuts(monkeypatch):
    """How often a mesh was cut, which takes long."""
    made = []

    def cut(mesh):
        made.append(mesh)
        return tuple(
            ConvexPart(np.asarray(wall.vertices), np.asarray(wall.faces)) for wall in mesh.split()
        )

    monkeypatch.setattr(module, '_decompose', cut)
    return made


def test_parts_are_found_again(tmp_path, cuts):
    first, second = convex_parts(cup(), tmp_path), convex_parts(cup(), tmp_path)
    assert len(cuts) == 1
    assert len(first) == 4
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.vertices, b.vertices)
        assert np.array_equal(a.faces, b.faces)


@pytest.mark.parametrize('kept', [0, 40, 400])
def test_a_cache_that_was_cut_off_is_made_anew(tmp_path, cuts, kept):
    convex_parts(cup(), tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:kept])
    assert len(convex_parts(cup(), tmp_path)) == 4
    assert len(cuts) == 2
    assert len(path.read_bytes()) == len(whole)


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, cuts):
    folder = tmp_path / 'file'
    folder.write_text('')
    assert len(convex_parts(cup(), folder)) == 4


def test_a_flat_mesh_is_refused(tmp_path):
    flat = trimesh.Trimesh(
        [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1e-12]], [[0, 1, 2], [1, 3, 2]]
    )
    with pytest.raises(WorldError, match='no volume'):
        convex_parts(flat, tmp_path)
