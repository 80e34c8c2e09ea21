import numpy as np

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.image_region import Box
from realvlg_ros.segmentation.factory import make_segmenter

WIDTH, HEIGHT = 320, 240


def scene(object_mask, lift=0.06):
    """A level table seen at an angle, with a block of a given outline standing on it."""
    camera = Camera(WIDTH, HEIGHT, 280, 280, 160, 120)
    rows = np.arange(HEIGHT)[:, None]
    slope = 0.5
    table = 0.8 / (1 + slope * (rows - camera.cy) / camera.fy) * np.ones((1, WIDTH))
    depth = np.where(object_mask, table - lift, table).astype(np.float32)
    color = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    return RgbdFrame(color, depth, camera)


def disc(x, y, radius):
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return (columns - x) ** 2 + (rows - y) ** 2 < radius**2


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


def test_the_raised_object_is_cut_from_the_table():
    truth = disc(150, 130, 25)
    result = make_segmenter('depth').segment(scene(truth), Box(120, 100, 181, 161))
    assert iou(result.mask.to_full(HEIGHT, WIDTH), truth) > 0.95
    assert 'support plane' in result.source


def test_a_neighbour_that_reaches_into_the_box_is_left_out():
    truth, neighbour = disc(150, 130, 25), disc(205, 130, 25)
    frame = scene(truth | neighbour)
    result = make_segmenter('depth').segment(frame, Box(122, 102, 192, 158))
    assert iou(result.mask.to_full(HEIGHT, WIDTH), truth) > 0.9


def test_flat_things_and_holes_give_the_whole_box_and_say_so():
    box = Box(120, 100, 180, 160)
    flat = make_segmenter('depth').segment(scene(np.zeros((HEIGHT, WIDTH), bool)), box)
    assert flat.mask.area == 3600
    assert 'whole box' in flat.source
    frame = scene(np.zeros((HEIGHT, WIDTH), bool))
    frame.depth[95:165, 115:185] = 0
    hole = make_segmenter('depth').segment(frame, box)
    assert hole.mask.area == 3600
    assert ': 0% of it has depth' in hole.source


def test_a_thing_without_depth_is_cut_out_by_its_colour_and_the_source_says_so():
    frame, truth = scene(np.zeros((HEIGHT, WIDTH), bool)), disc(150, 130, 25)
    frame.depth[disc(150, 130, 29)] = 0
    frame.color[:] = (150, 110, 70)
    frame.color[truth] = (20, 20, 30)
    result = make_segmenter('depth').segment(frame, Box(123, 103, 178, 158))
    assert iou(result.mask.to_full(HEIGHT, WIDTH), truth) > 0.9
    assert result.source == 'colour alone' and result.score > 0.7


def test_a_box_thinner_than_a_pixel_still_has_a_mask():
    result = make_segmenter('depth').segment(
        scene(disc(150, 130, 25)), Box(319.2, 100, 319.3, 100.2)
    )
    assert result.mask.area >= 1
