"""Free places and distances between footprints."""

import numpy as np
import pytest

from realvlg_ros.simulation.placement import clearance, find_place, footprint

SQUARE = np.array([(-0.05, -0.05), (0.05, -0.05), (0.05, 0.05), (-0.05, 0.05)])


def test_clearance_of_squares_is_their_gap():
    assert clearance(SQUARE, SQUARE + (0.13, 0.02)) == pytest.approx(0.03)
    assert clearance(SQUARE, SQUARE + (0.08, 0.02)) == pytest.approx(-0.02)
    turned = SQUARE @ np.array([[1, 1], [-1, 1]]) / np.sqrt(2)
    assert clearance(SQUARE, turned + (0.2, 0)) == pytest.approx(0.15 - 0.05 * np.sqrt(2))


def test_footprint_is_the_convex_hull_from_above():
    cube = np.array([(x, y, z) for x in (0, 1) for y in (0, 2) for z in (0, 3)], float)
    outline = footprint(np.concatenate([cube, [(0.5, 1, 9)]]))
    assert {tuple(p) for p in outline} == {(0, 0), (0, 2), (1, 0), (1, 2)}


def test_places_lie_inside_the_area_and_keep_the_gap():
    rng = np.random.default_rng(0)
    area = (-0.2, -0.3, 0.2, 0.3)
    for _ in range(20):
        x, y, yaw = find_place(SQUARE, [SQUARE], area, 0.02, rng)
        cos, sin = np.cos(yaw), np.sin(yaw)
        placed = SQUARE @ np.array([[cos, -sin], [sin, cos]]).T + (x, y)
        assert np.all(placed >= area[:2]) and np.all(placed <= area[2:])
        assert clearance(placed, SQUARE) >= 0.02


def test_no_place_is_found_where_there_is_none():
    rng = np.random.default_rng(0)
    assert find_place(SQUARE, [], (-0.04, -0.04, 0.04, 0.04), 0.0, rng, attempts=50) is None
