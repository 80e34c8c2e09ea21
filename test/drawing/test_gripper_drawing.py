import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from realvlg_ros.drawing import gripper_drawing
from realvlg_ros.drawing.gripper_drawing import draw_gripper, write_drawings
from realvlg_ros.errors import GripperError
from realvlg_ros.grasping.gripper import Gripper

PROFILES = Path(__file__).parents[2] / 'config' / 'grippers'
FINGER = (150, 178, 208)


def test_fingers_are_drawn_to_scale():
    gripper = Gripper.from_yaml(PROFILES / 'wsg_50.yaml')
    image = draw_gripper(gripper)
    fingers = (image == FINGER).all(axis=-1)
    # The row that shows most of the fingers: two in front, one at the side.
    row = fingers[fingers.sum(axis=1).argmax()]
    edges = np.flatnonzero(np.diff(row.astype(int)))
    left, right, side = edges.reshape(-1, 2)
    thickness, gap = left[1] - left[0], right[0] - left[1]
    assert gap / thickness == pytest.approx(0.110 / 0.016, rel=0.12)
    assert (side[1] - side[0]) / thickness == pytest.approx(0.020 / 0.016, rel=0.12)


def test_profiles_on_disk_are_drawn_to_small_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['gripper_drawing', str(tmp_path / 'out')])
    gripper_drawing.main()
    written = sorted((tmp_path / 'out').glob('*.png'))
    assert [p.stem for p in written] == ['franka_hand', 'robotiq_2f85', 'wsg_50']
    assert capsys.readouterr().out.split() == [str(p) for p in written]
    for path in written:
        assert path.stat().st_size < 60_000
        assert cv2.imread(str(path)).shape == (560, 920, 3)


def test_folder_without_profiles_is_refused(tmp_path):
    with pytest.raises(GripperError, match='holds no gripper profile'):
        write_drawings(tmp_path, tmp_path / 'out')
