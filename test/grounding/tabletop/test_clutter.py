"""Where no support is seen, a surface counts as a thing where it hides what is beside it."""

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.tabletop.clutter import find_in_clutter
from realvlg_ros.grounding.tabletop.scene import TabletopScene

CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)
CARDBOARD, PRINT = (150, 120, 90), (60, 50, 40)


def found(depth, color):
    frame = RgbdFrame.from_arrays(color, depth.astype(np.float32), CAMERA)
    scene = TabletopScene.without_support(frame, 320)
    return [segment.region.box.as_tuple() for segment in find_in_clutter(scene, 150, 0.6)]


def heap(level):
    """A place of 100 x 80 px at a depth, m, in a rugged heap of the same colour at 0.7 m."""
    rows, columns = np.mgrid[:240, :320]
    depth = 0.7 + 0.04 * np.sin(rows / 9) * np.cos(columns / 11)
    color = np.full((240, 320, 3), CARDBOARD, np.uint8)
    depth[80:160, 110:210] = level
    color[110:125, 130:190] = PRINT
    return depth, color


def test_a_thing_in_front_is_found_whatever_its_colour():
    boxes = found(*heap(0.5))
    assert len(boxes) == 1
    assert boxes[0] == pytest.approx((110, 80, 210, 160), abs=6)


@pytest.mark.parametrize('level', [0.9, 0.7], ids=['behind', 'level'])
def test_what_hides_nothing_is_no_thing(level):
    boxes = found(*heap(level))
    assert not [box for box in boxes if box == pytest.approx((110, 80, 210, 160), abs=10)]
