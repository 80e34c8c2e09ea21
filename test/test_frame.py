import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import FrameError
from realvlg_ros.frame import RgbdFrame

CAMERA = Camera(8, 6, 10.0, 10.0, 3.5, 2.5)
COLOR = np.zeros((6, 8, 3), np.uint8)


def test_integer_depth_is_millimetres_and_zero_is_a_hole():
    depth = np.full((6, 8), 750, np.uint16)
    depth[0, 0] = 0
    frame = RgbdFrame.from_arrays(COLOR, depth, CAMERA, 5)
    assert frame.depth.dtype == np.float32
    assert frame.depth[1, 1] == pytest.approx(0.75)
    assert not frame.valid[0, 0]
    assert frame.valid.sum() == 47
    assert frame.stamp_ns == 5


def test_depth_scale_is_honoured():
    frame = RgbdFrame.from_arrays(
        COLOR, np.full((6, 8), 7500, np.uint16), CAMERA, depth_scale=0.0001
    )
    assert frame.depth[2, 3] == pytest.approx(0.75)


def test_float_depth_is_metres_and_bad_readings_are_holes():
    depth = np.full((6, 8), 0.6, np.float64)
    depth[0, :4] = [np.nan, np.inf, -1.0, 0.0]
    frame = RgbdFrame.from_arrays(COLOR, depth, CAMERA)
    assert frame.depth[0, :5] == pytest.approx([0, 0, 0, 0, 0.6])


def test_few_readings_are_enough_wherever_they_are():
    """Also off the grid on which the unit is checked, and there too it is checked."""
    depth = np.zeros((6, 8), np.float32)
    depth[3, 5] = 0.9
    assert RgbdFrame.from_arrays(COLOR, depth, CAMERA).valid.sum() == 1
    with pytest.raises(FrameError, match='900 m'):
        RgbdFrame.from_arrays(COLOR, depth * 1000, CAMERA)


def test_points_lie_on_the_rays():
    frame = RgbdFrame.from_arrays(COLOR, np.full((6, 8), 2.0, np.float32), CAMERA)
    assert frame.points[0, 0] == pytest.approx([-0.7, -0.5, 2.0])


@pytest.mark.parametrize(
    ('color', 'depth', 'words'),
    [
        (COLOR[..., :2], np.ones((6, 8), np.uint16), r'\(6, 8, 2\)'),
        (COLOR.astype(float), np.ones((6, 8), np.uint16), 'float64'),
        (COLOR, np.ones((6, 8, 1), np.uint16), r'\(6, 8, 1\)'),
        (COLOR, np.ones((3, 4), np.uint16), r'4x3.*8x6.*not registered.*align_depth'),
        (COLOR[:4], np.ones((4, 8), np.uint16), r'8x6.*8x4'),
        (COLOR, np.zeros((6, 8), np.uint16), 'no reading'),
        (COLOR, np.full((6, 8), np.nan, np.float32), 'no reading'),
        (COLOR, np.ones((6, 8), bool), 'bool'),
        (COLOR, np.full((6, 8), 750.0, np.float32), r'750 m.*REP 118'),
    ],
)
def test_bad_input_is_refused_with_value_and_remedy(color, depth, words):
    with pytest.raises(FrameError, match=words):
        RgbdFrame.from_arrays(color, depth, CAMERA)


def test_depth_scale_must_be_positive():
    with pytest.raises(FrameError, match=r'depth_scale -1\.0'):
        RgbdFrame.from_arrays(COLOR, np.ones((6, 8), np.uint16), CAMERA, depth_scale=-1.0)


def test_up_is_the_fixed_frames_z_in_the_camera():
    """A camera that looks straight down: up is its -z."""
    depth = np.full((6, 8), 1.0, np.float32)
    camera2fixed = np.diag([1.0, -1.0, -1.0, 1.0])
    frame = RgbdFrame.from_arrays(
        COLOR, depth, CAMERA, camera2fixed=camera2fixed, fixed_frame='base'
    )
    assert frame.up == pytest.approx([0, 0, -1])
    assert RgbdFrame.from_arrays(COLOR, depth, CAMERA).up is None
