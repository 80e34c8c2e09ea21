"""Meshes against closed formulas."""

import numpy as np
import pytest

from realvlg_ros.errors import WorldError
from realvlg_ros.simulation.mesh_primitives import lathe, tube
from realvlg_ros.simulation.shapes import SHAPES, make_shape

pytest.importorskip('trimesh')


@pytest.mark.parametrize('name', SHAPES)
def test_every_shape_is_closed_and_rests_on_zero(name):
    shape = make_shape(name)
    assert shape.mesh.is_watertight
    assert shape.mesh.is_winding_consistent
    assert shape.mesh.bounds[0][2] == pytest.approx(0, abs=1e-9)
    assert len(shape.accent) == len(shape.mesh.faces)
    # Household things are of the size of a hand.
    assert 0.02 < shape.mesh.extents.max() < 0.3
    assert 0 < shape.mesh.volume < 1.001 * np.prod(shape.mesh.extents)


def test_box_and_ball_have_the_dimensions_asked_for():
    box = make_shape('box', {'size_x': 0.05, 'size_y': 0.1, 'size_z': 0.2}).mesh
    assert np.allclose(box.extents, (0.05, 0.1, 0.2))
    assert box.volume == pytest.approx(0.05 * 0.1 * 0.2)
    ball = make_shape('ball', {'diameter': 0.1}).mesh
    assert ball.volume == pytest.approx(4 / 3 * np.pi * 0.05**3, rel=2e-3)


def test_mug_is_hollow_and_its_handle_leads_toward_x():
    mug = make_shape('mug', {'diameter': 0.08, 'height': 0.1}).mesh
    full = np.pi * 0.04**2 * 0.1
    assert mug.volume < 0.35 * full
    assert mug.bounds[1][0] > 0.04 + 0.025
    assert mug.bounds[0][0] == pytest.approx(-0.04, abs=1e-4)
    assert not mug.contains([(0, 0, 0.05)])[0]
    assert mug.contains([(0, 0, 0.002)])[0]


def test_screwdriver_rests_on_handle_and_tip():
    vertices = make_shape('screwdriver').mesh.vertices
    low = vertices[vertices[:, 2] < 1e-6]
    assert np.ptp(low[:, 0]) > 0.1


def test_lathe_turns_a_profile_into_a_cone():
    cone = lathe([[0, 0], [0.03, 0], [0, 0.09]], segments=128)
    assert cone.is_watertight
    assert cone.volume == pytest.approx(np.pi * 0.03**2 * 0.09 / 3, rel=1e-3)


def test_tube_has_the_volume_of_a_torus_part():
    angles = np.linspace(0, np.pi, 200)
    path = 0.05 * np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1)
    half_ring = tube(path, 0.004, (0, 0, 1), segments=64)
    assert half_ring.is_watertight
    assert half_ring.volume == pytest.approx(np.pi * 0.05 * np.pi * 0.004**2, rel=5e-3)


@pytest.mark.parametrize(
    ('name', 'dimensions', 'words'),
    [
        ('spoon', {}, "'spoon' is not known; choose one of mug"),
        ('ball', {'radius': 0.1}, "'radius' is not one of a ball; it has diameter"),
        ('ball', {'diameter': -0.1}, 'diameter is -0.1; expected 0.001 to 2 m'),
        ('ball', {'diameter': 'big'}, "diameter is 'big'"),
        ('mug', {'diameter': 0.05, 'wall': 0.02}, 'a wall of 0.02 m leaves no room inside'),
        ('can', {'diameter': 0.008}, 'crosses the axis; make the body wider'),
    ],
)
def test_impossible_shapes_are_refused_with_the_remedy(name, dimensions, words):
    with pytest.raises(WorldError, match=words.replace('(', r'\(')):
        make_shape(name, dimensions)
