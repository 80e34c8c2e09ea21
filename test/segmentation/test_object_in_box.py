from dataclasses import dataclass, field

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.image_region import Box
from realvlg_ros.segmentation.object_in_box import object_in_box
from realvlg_ros.support_plane import SupportPlane

SHAPE = (150, 200)
CAMERA = Camera(SHAPE[1], SHAPE[0], 300.0, 300.0, 99.5, 74.5)
PLANE = SupportPlane(np.array([0.0, 0.0, -1.0]), 0.6, 0.0, 10_000)
WOOD, RED, BLUE, BLACK, GREEN = (
    (150, 110, 70),
    (190, 40, 40),
    (40, 60, 190),
    (20, 20, 20),
    (0, 140, 0),
)
THING = np.s_[50:100, 70:120]
BOX = Box(68, 48, 122, 102)


@dataclass
class Picture:
    """Things seen straight from above on a wooden table 0.6 m away."""

    heights: np.ndarray = field(default_factory=lambda: np.zeros(SHAPE, np.float32))
    color: np.ndarray = field(default_factory=lambda: np.full((*SHAPE, 3), WOOD, np.uint8))
    holes: np.ndarray = field(default_factory=lambda: np.zeros(SHAPE, bool))

    def put(self, part, height, color):
        self.heights[part] = height
        self.color[part] = color
        return self

    def frame(self):
        rng = np.random.default_rng(0)
        texture = rng.normal(0, 6, (*SHAPE, 1))
        color = np.clip(self.color + texture, 0, 255).astype(np.uint8)
        depth = (0.6 - self.heights + rng.normal(0, 0.001, SHAPE)).astype(np.float32)
        return RgbdFrame(color, np.where(self.holes, 0, depth), CAMERA)


def alone():
    return Picture().put(THING, 0.05, RED)


def touching():
    return alone().put(np.s_[50:100, 120:170], 0.05, BLUE)


def smeared():
    """Depth falls over 12 px from the thing to the table."""
    picture = alone()
    for k in range(12):
        picture.heights[50:100, 120 + k] = 0.05 * (1 - (k + 1) / 13)
    return picture


def dark():
    """A black thing, of which only a corner gives readings."""
    picture = Picture().put(THING, 0.05, BLACK)
    picture.holes[THING] = True
    picture.holes[50:65, 70:85] = False
    return picture


def flat():
    return Picture().put(THING, 0.002, RED)


def crossed():
    return alone().put(np.s_[:, 88:98], 0.2, BLUE)


def filled():
    """Something stands in the thing."""
    return alone().put(np.s_[70:85, 88:100], 0.1, GREEN)


def ringed():
    """A thing that shows the table through its middle."""
    return alone().put(np.s_[62:88, 82:108], 0.0, WOOD)


def rolled():
    """A thing whose depth is moved against its colour by 5 px."""
    picture = alone()
    picture.heights = np.roll(picture.heights, 5, axis=1)
    return picture


@pytest.mark.parametrize(
    'make', [alone, touching, smeared, dark, flat, crossed, filled, ringed, rolled]
)
def test_object_is_found_by_depth_and_colour_together(make):
    picture = make()
    truth = np.zeros(SHAPE, bool)
    truth[THING] = (picture.color[THING] == (BLACK if make is dark else RED)).all(axis=-1)
    found = object_in_box(picture.frame(), BOX, PLANE).mask
    iou = (found & truth).sum() / (found | truth).sum()
    # A depth that is moved leaves a strip of which nothing says whose it is.
    assert iou > (0.88 if make in (rolled, filled) else 0.93)
    assert (found & ~truth).sum() < 0.12 * truth.sum()


def test_without_colour_the_object_is_what_depth_shows():
    picture = alone()
    picture.color[:] = 0
    depth = (0.6 - picture.heights).astype(np.float32)
    frame = RgbdFrame(np.zeros((*SHAPE, 3), np.uint8), depth, CAMERA)
    found = object_in_box(frame, BOX, PLANE)
    assert (found.mask == (picture.heights > 0)).all()
    assert found.raised and found.score > 0.8


def test_where_neither_tells_anything_apart_there_is_no_object():
    found = object_in_box(Picture().frame(), BOX, PLANE)
    assert not found.raised
    assert not found.mask.any()


@pytest.mark.parametrize('height', [0.0065, 0.008, 0.01])
def test_low_thing_of_the_tables_colour_is_found_by_its_depth(height):
    picture = Picture().put(THING, height, WOOD)
    depth = (0.6 - picture.heights).astype(np.float32)
    found = object_in_box(RgbdFrame(picture.color, depth, CAMERA), BOX, PLANE).mask
    assert (found == (picture.heights > 0)).all()


def test_box_around_the_whole_image_of_a_bare_table_holds_nothing():
    found = object_in_box(Picture().frame(), Box(0, 0, SHAPE[1], SHAPE[0]), PLANE)
    assert not found.mask.any()


def test_box_thinner_than_a_pixel_holds_nothing():
    found = object_in_box(alone().frame(), Box(90.2, 60, 90.3, 90), PLANE)
    assert not found.mask.any() and found.score == 0


def test_large_image_is_looked_at_in_less_detail():
    picture = alone()
    frame = picture.frame()
    camera = Camera(4 * SHAPE[1], 4 * SHAPE[0], 1200.0, 1200.0, 399.5, 299.5)
    large = [np.repeat(np.repeat(a, 4, axis=0), 4, axis=1) for a in (frame.color, frame.depth)]
    found = object_in_box(
        RgbdFrame(large[0], large[1], camera), Box(272, 192, 488, 408), PLANE
    ).mask
    truth = np.zeros(found.shape, bool)
    truth[200:400, 280:480] = True
    assert (found & truth).sum() > 0.95 * (found | truth).sum()
