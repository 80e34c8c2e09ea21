import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from realvlg_ros.drawing import pick_drawing

PICTURE = Path(__file__).parents[2] / 'docs' / 'pick.png'
OBJECT = (232, 190, 150)


def test_the_picture_of_the_page_is_what_the_code_draws(tmp_path, monkeypatch):
    out = tmp_path / 'pick.png'
    monkeypatch.setattr(sys, 'argv', ['pick_drawing', str(out)])
    pick_drawing.main()
    drawn = cv2.imread(str(out))
    # Smooth lines may differ by version of OpenCV.
    assert np.mean(drawn != cv2.imread(str(PICTURE))) < 0.01
    # The object is lifted by the 100 mm of the retreat, at 1050 px/m.
    seen = (drawn[..., ::-1] == OBJECT).all(axis=-1)
    feet = [np.flatnonzero(seen[:, x - 20 : x + 20].any(axis=1)).max() for x in (170, 480, 790)]
    assert feet[0] == feet[1] == pytest.approx(feet[2] + 105, abs=2)
