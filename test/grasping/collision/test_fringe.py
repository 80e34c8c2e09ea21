import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.collision.obstacles import Obstacles
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.support_plane import SupportPlane

SHAPE = (160, 220)
CAMERA = Camera(SHAPE[1], SHAPE[0], 500.0, 500.0, 109.5, 79.5)
PLANE = SupportPlane(np.array([0.0, 0.0, -1.0]), 0.6, 0.0, 10_000)
WOOD, RED, BLUE = (150, 110, 70), (190, 40, 40), (40, 60, 190)
MASK = np.zeros(SHAPE, bool)
MASK[60:100, 80:120] = True
# Beside the object, as wide as depth reaches over an outline.
BESIDE = np.s_[60:100, 120:128]


def around(heights, colors):
    """The obstacles around a red object, 40 mm high."""
    height = np.zeros(SHAPE)
    color = np.full((*SHAPE, 3), WOOD, np.uint8)
    height[MASK], color[MASK] = 0.04, RED
    for part, value in heights:
        height[part] = value
    for part, value in colors:
        color[part] = value
    rng = np.random.default_rng(0)
    depth = (0.6 - height + rng.normal(0, 0.0005, SHAPE)).astype(np.float32)
    scene = Scene.around(RgbdFrame(color, depth, CAMERA), MASK, PLANE, None)
    return Obstacles.around(scene, PlannerSettings())


RAMP = [(np.s_[60:100, 120 + k], 0.04 * (1 - (k + 1) / 9)) for k in range(8)]
MOVED = [(BESIDE, 0.04)]
STRIP = [(np.s_[50:110, 125:129], 0.03)]
LONG = [(np.s_[60:100, 120:160], 0.04)]
HIGHER = [(BESIDE, 0.055)]


@pytest.mark.parametrize(
    ('heights', 'colors', 'seen'),
    [
        # The object's own depth over the table: on a ramp, or moved.
        (RAMP, [], False),
        (MOVED, [], False),
        # A thing of another colour, of the table's that goes on, or that is higher.
        (MOVED, [(BESIDE, BLUE)], True),
        (LONG, [], True),
        (HIGHER, [], True),
        (STRIP, [], True),
        # The object has the table's colour: nothing is known.
        (MOVED, [(MASK, WOOD)], True),
    ],
)
def test_depth_that_reaches_over_the_outline_is_no_other_thing(heights, colors, seen):
    share = np.isfinite(around(heights, colors).surface)[BESIDE].mean()
    assert share > 0.2 if seen else share == 0


@pytest.mark.parametrize(('heights', 'blurred'), [(RAMP, True), (MOVED, False), ([], False)])
def test_a_ramp_is_blur_and_depth_that_is_moved_is_not(heights, blurred):
    # One of four sides.
    assert around(heights, []).blur == pytest.approx(0.25 if blurred else 0, abs=0.05)
