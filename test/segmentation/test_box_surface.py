import numpy as np
import pytest

from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.segmentation.box_surface import BoxSurfaces, central_weight, extent_fit

SHAPE = (120, 160)
INSIDE = np.s_[40:80, 50:110]


def scene(*things):
    """Depth and what is raised, of level things (rows, columns, depth) over a far support."""
    depth = np.full(SHAPE, 1.0, np.float32)
    for rows, columns, z in things:
        depth[rows, columns] = z
    return depth, depth < 0.98


def chosen(things, inside=INSIDE):
    return BoxSurfaces.find(*scene(*things), inside, DepthNoise()).chosen


LYING = (slice(45, 75), slice(52, 108), 0.9)
POST = (slice(5, 115), slice(75, 90), 0.6)


def test_thing_that_passes_in_front_is_not_meant():
    found = chosen([LYING, POST])
    assert found[46:74, 53:73].all() and found[46:74, 92:107].all()
    assert not found[:, 77:88].any()


def test_surface_that_fills_the_box_is_taken_and_what_leaves_it_is_not():
    found = chosen([(slice(45, 75), slice(52, 100), 0.9), (slice(40, 60), slice(102, 150), 0.8)])
    assert found[46:74, 54:99].all()
    assert not found[:, 104:].any()


def test_thing_that_stands_inside_another_is_not_meant_by_the_larger_ones_box():
    inner = (slice(55, 65), slice(75, 85), 0.8)
    found = chosen([(slice(41, 79), slice(51, 109), 0.9), inner])
    assert found[45:52, 55:105].all()
    assert not found[57:63, 77:83].any()


def test_part_that_is_joined_by_depth_belongs_and_one_far_before_does_not():
    body = (slice(42, 78), slice(52, 90), 0.9)
    handle, can = (slice(50, 70), slice(92, 108), 0.91), (slice(50, 70), slice(92, 108), 0.8)
    assert chosen([body, handle])[55:65, 95:105].all()
    assert not chosen([body, can])[55:65, 95:105].any()


@pytest.mark.parametrize('inside', [np.s_[48:72, 60:100], np.s_[35:85, 40:120]])
def test_box_that_fits_badly_still_finds_its_object(inside):
    assert chosen([LYING], inside)[46:74, 53:107].all()


def test_grid_of_holes_parts_nothing():
    depth, raised = scene(LYING)
    depth[::5] = depth[:, ::5] = 0
    found = BoxSurfaces.find(depth, raised & (depth > 0), INSIDE, DepthNoise()).chosen
    assert found[46:74, 53:107].mean() > 0.95


def test_without_anything_raised_nothing_is_chosen():
    found = BoxSurfaces.find(*scene(), INSIDE, DepthNoise())
    assert not found.chosen.any() and found.fit == 0


@pytest.mark.parametrize(
    ('region', 'fit'),
    [(INSIDE, 1.0), (np.s_[40:80, 50:80], 0.5), (np.s_[0:10, 0:10], 0.0), (np.s_[0:0, 0:0], 0.0)],
)
def test_fit_of_an_extent_is_its_overlap_with_the_box(region, fit):
    mask = np.zeros(SHAPE, bool)
    mask[region] = True
    assert extent_fit(mask.sum(axis=1), mask.sum(axis=0), INSIDE) == pytest.approx(fit, abs=0.03)


def test_weight_falls_from_the_middle():
    weight = central_weight(41, 61)
    assert weight[20, 30] == 1 and weight.argmax() == 20 * 61 + 30
    assert weight[0, 0] < 0.05
