"""One frame folder or several in a row."""

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import FrameError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.frame_sequence import FrameSequence


def write(folder, value):
    color = np.full((4, 6, 3), value, np.uint8)
    depth = np.full((4, 6), 0.5, np.float32)
    write_frame(folder, RgbdFrame(color, depth, Camera(6, 4, 5, 5, 2.5, 1.5)))


def test_a_single_folder_is_a_sequence_of_one(tmp_path):
    write(tmp_path, 9)
    frames = FrameSequence(tmp_path)
    assert len(frames) == 1
    assert frames[0].color[0, 0, 0] == 9


def test_a_parent_is_played_by_name_and_read_once(tmp_path):
    for name, value in (('000002', 2), ('000000', 0), ('000001', 1)):
        write(tmp_path / name, value)
    (tmp_path / 'notes').mkdir()
    frames = FrameSequence(tmp_path)
    assert [frames[i].color[0, 0, 0] for i in range(len(frames))] == [0, 1, 2]
    assert frames[1] is frames[1]


def test_a_folder_without_frames_is_refused(tmp_path):
    with pytest.raises(FrameError, match='holds no frame'):
        FrameSequence(tmp_path)
    with pytest.raises(FrameError, match='is not a folder'):
        FrameSequence(tmp_path / 'none')
