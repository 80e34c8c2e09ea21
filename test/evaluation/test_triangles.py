import numpy as np
import pytest
import trimesh

from realvlg_ros.evaluation.triangles import clip, encloses


def area(triangles):
    cross = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    return np.linalg.norm(cross, axis=1).sum() / 2


@pytest.fixture
def sphere():
    return trimesh.creation.icosphere(subdivisions=3, radius=1.0).triangles


def test_right_triangle_cut_by_the_unit_square_keeps_the_known_area():
    # x + y <= 1.5 with both >= 0, cut to [0, 1]^2, is 1 less a corner of legs 0.5.
    triangle = np.array([[[0, 0, 0], [1.5, 0, 0], [0, 1.5, 0]]], float)
    pieces, origin = clip(triangle, np.array([-1.0, -1, -1]), np.array([1.0, 1, 1]))
    assert area(pieces) == pytest.approx(1 - 0.5**2 / 2)
    assert set(origin) == {0}


def test_octants_of_a_sphere_add_up_and_keep_their_winding(sphere):
    total = 0.0
    for sign in np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T:
        low, high = np.minimum(2 * sign, 0).astype(float), np.maximum(2 * sign, 0).astype(float)
        pieces, _ = clip(sphere, low, high)
        assert ((pieces >= low - 1e-12) & (pieces <= high + 1e-12)).all()
        normals = np.cross(pieces[:, 1] - pieces[:, 0], pieces[:, 2] - pieces[:, 0])
        assert (np.einsum('ij,ij->i', normals, pieces.mean(axis=1)) > -1e-12).all()
        total += area(pieces)
    assert total == pytest.approx(area(sphere), rel=1e-9)


def test_pieces_know_the_triangle_they_came_from(sphere):
    pieces, origin = clip(sphere, np.full(3, 0.1), np.full(3, 2.0))
    normals = np.cross(pieces[:, 1] - pieces[:, 0], pieces[:, 2] - pieces[:, 0])
    whole = sphere[origin]
    expected = np.cross(whole[:, 1] - whole[:, 0], whole[:, 2] - whole[:, 0])
    cosine = (normals * expected).sum(axis=1)
    cosine /= np.linalg.norm(normals, axis=1) * np.linalg.norm(expected, axis=1)
    assert cosine.min() > 1 - 1e-6


def test_box_beside_or_inside_the_surface_cuts_nothing(sphere):
    assert len(clip(sphere, np.full(3, 1.1), np.full(3, 2.0))[0]) == 0
    assert len(clip(sphere, np.full(3, -0.1), np.full(3, 0.1))[0]) == 0


def test_plane_through_a_large_triangle_with_no_corner_in_the_box():
    triangle = np.array([[[-50, -50, 0.2], [50, -50, 0.2], [0, 80, 0.2]]], float)
    pieces, _ = clip(triangle, np.array([-1.0, -1, 0]), np.array([1.0, 1, 1]))
    assert area(pieces) == pytest.approx(4.0)


def test_encloses_tells_inside_from_outside(sphere):
    assert encloses(sphere, np.array([0.3, -0.5, 0.6]))
    assert not encloses(sphere, np.array([0.6, 0.6, 0.6]))
    assert not encloses(sphere, np.array([1.5, 0.0, 0.0]))


def test_cavity_of_a_bowl_is_not_enclosed():
    bowl = trimesh.creation.revolve([[0, 0], [1, 0], [1, 1], [0.9, 1], [0.9, 0.1], [0, 0.1]])
    assert not encloses(bowl.triangles, np.array([0.0, 0.0, 0.5]))
    assert encloses(bowl.triangles, np.array([0.95, 0.0, 0.5]))
