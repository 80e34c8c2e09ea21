import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.image_region import Box
from realvlg_ros.segmentation.box_surface import object_in_box, surface_in_box
from realvlg_ros.support_plane import SupportPlane

SHAPE = (120, 160)
BOX = Box(50, 40, 110, 80)
INSIDE = np.s_[40:80, 50:110]


def scene(*things):
    """Depth and what is raised, of level things (rows, columns, depth) over a far support."""
    depth = np.full(SHAPE, 1.0, np.float32)
    for rows, columns, z in things:
        depth[rows, columns] = z
    return depth, depth < 0.98


LYING = (slice(45, 75), slice(52, 108), 0.9)
POST = (slice(5, 115), slice(75, 90), 0.6)


def test_thing_that_passes_in_front_is_not_meant():
    depth, raised = scene(LYING, POST)
    found = surface_in_box(depth, raised, INSIDE, DepthNoise())
    truth = np.zeros(SHAPE, bool)
    truth[45:75, 52:74] = True
    assert (found & truth).sum() > 0.9 * truth.sum()
    assert not found[:, 77:88].any()


def test_surface_that_fills_the_middle_is_taken_and_cut_at_the_box():
    aside = (slice(40, 60), slice(102, 150), 0.8)
    depth, raised = scene((slice(45, 75), slice(52, 100), 0.9), aside)
    found = surface_in_box(depth, raised, INSIDE, DepthNoise())
    assert found[46:74, 54:99].all()
    assert not found[:, 104:].any()


@pytest.mark.parametrize('box', [np.s_[48:72, 60:100], np.s_[35:85, 40:120]])
def test_box_that_fits_badly_still_finds_its_object(box):
    depth, raised = scene(LYING)
    found = surface_in_box(depth, raised, box, DepthNoise())
    rows, columns = box
    expected = np.zeros(SHAPE, bool)
    expected[rows, columns] = raised[rows, columns]
    assert (found == expected).all()


def test_grid_of_holes_parts_nothing():
    depth, raised = scene(LYING)
    depth[::5] = depth[:, ::5] = 0
    raised &= depth > 0
    found = surface_in_box(depth, raised, INSIDE, DepthNoise())
    assert found.sum() > 0.95 * raised[INSIDE].sum()


def test_heap_that_fills_the_image_is_taken_as_far_as_the_box():
    depth, raised = scene((slice(0, 120), slice(0, 160), 0.9))
    assert surface_in_box(depth, raised, INSIDE, DepthNoise()).sum() == 40 * 60


def test_object_in_a_frame_stands_above_the_support():
    depth, raised = scene(LYING)
    camera = Camera(SHAPE[1], SHAPE[0], 200.0, 200.0, 79.5, 59.5)
    frame = RgbdFrame.from_arrays(np.zeros((*SHAPE, 3), np.uint8), depth, camera)
    plane = SupportPlane(np.array([0.0, 0.0, -1.0]), 1.0, 0.0, 1000)
    assert (object_in_box(frame, BOX, plane) == raised).all()
    everything = np.zeros(SHAPE, bool)
    everything[40:80, 50:110] = True
    assert not (object_in_box(frame, BOX, None) & ~everything).any()
