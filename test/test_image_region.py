import numpy as np
import pytest

from realvlg_ros.errors import FrameError
from realvlg_ros.image_region import Box, RegionMask, nearest_pixel


def test_box_geometry_by_hand():
    box = Box(2, 3, 6, 5)
    assert (box.width, box.height, box.area, box.center) == (4, 2, 8, (3.5, 3.5))
    assert box.iou(Box(4, 3, 8, 5)) == pytest.approx(4 / 12)
    assert box.iou(Box(6, 3, 8, 5)) == 0
    assert box.clipped(5, 4) == Box(2, 3, 5, 4)


def test_box_slices_cover_its_pixel_centres():
    image = np.zeros((10, 10), int)
    image[Box(1.5, 2.0, 3.2, 4.0).slices()] = 1
    assert np.argwhere(image).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]


@pytest.mark.parametrize('values', [(3, 1, 2, 2), (0, 0, 0, 1), (0, 0, np.nan, 1)])
def test_empty_box_is_refused(values):
    with pytest.raises(FrameError, match='min < max'):
        Box(*values)


def test_mask_round_trip():
    full = np.zeros((20, 30), bool)
    full[4:9, 7:12] = True
    full[4, 7] = False
    mask = RegionMask.from_full(full)
    assert (mask.x_offset, mask.y_offset, mask.area) == (7, 4, 24)
    assert mask.box == Box(7, 4, 12, 9)
    assert np.array_equal(mask.to_full(20, 30), full)


@pytest.mark.parametrize('corner', [(0, 0), (5, 3), (8, 6), (12, 9), (20, 15)])
def test_the_part_of_a_mask_that_another_holds(corner):
    one, other = np.zeros((2, 20, 30), bool)
    one[4:9, 7:12] = True
    one[5, 8] = False
    other[corner[1] : corner[1] + 5, corner[0] : corner[0] + 9] = True
    both = RegionMask.from_full(one).within(RegionMask.from_full(other))
    assert np.array_equal(both.to_full(20, 30), one & other)
    if both.area:
        assert both.tight.box == RegionMask.from_full(one & other).box
        assert np.array_equal(both.tight.to_full(20, 30), one & other)


def test_mask_errors():
    with pytest.raises(FrameError, match='empty'):
        RegionMask.from_full(np.zeros((5, 5)))
    with pytest.raises(FrameError, match=r'3x2 at \(9, 1\).*10x10'):
        RegionMask(9, 1, np.ones((2, 3), bool)).to_full(10, 10)


def test_the_nearest_pixel_of_a_mask():
    mask = np.zeros((6, 9), bool)
    mask[1, 1] = mask[4, 7] = True
    distance, index = nearest_pixel(mask)
    assert np.all(index[mask] == np.flatnonzero(mask)) and np.all(distance[mask] == 0)
    assert index[0, 0] == 1 * 9 + 1 and index[5, 8] == 4 * 9 + 7
    assert distance[1, 3] == pytest.approx(2.0, abs=0.05)
