import json

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import CameraError, FrameError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame, write_frame


def make_frame():
    camera = Camera(8, 6, 10.0, 11.0, 3.5, 2.5, (0.1, 0.2, 0.0, 0.0, 0.1), 'optical')
    color = np.arange(144, dtype=np.uint8).reshape(6, 8, 3)
    depth = np.linspace(0.4, 1.2, 48, dtype=np.float32).reshape(6, 8)
    return RgbdFrame.from_arrays(color, depth, camera)


def test_what_is_written_is_read_back(tmp_path):
    frame = make_frame()
    write_frame(tmp_path / 'frame', frame)
    back = read_frame(tmp_path / 'frame', 9)
    assert np.array_equal(back.color, frame.color)
    assert back.depth == pytest.approx(frame.depth, abs=0.00051)
    assert back.camera == frame.camera
    assert back.stamp_ns == 9


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FrameError, match='nowhere'):
        read_frame(tmp_path / 'nowhere')
    with pytest.raises(CameraError, match=r'camera\.json is missing'):
        read_frame(tmp_path)
    write_frame(tmp_path, make_frame())
    (tmp_path / 'depth.png').write_text('not an image')
    with pytest.raises(FrameError, match=r'depth\.png'):
        read_frame(tmp_path)


def test_camera_json_without_a_key_says_what_it_needs(tmp_path):
    (tmp_path / 'camera.json').write_text(json.dumps({'width': 8, 'height': 6}))
    with pytest.raises(CameraError, match=r"'fx'.*needs the numbers"):
        read_frame(tmp_path)
