import numpy as np
import pytest
from grippers import top_down
from solids import Box, look

from realvlg_ros.grasping.candidates import Candidates, local_coordinates


def test_local_coordinates_are_those_of_every_tcp():
    view = look([Box((0.04, 0.04, 0.06), (0, 0, 0.03))])
    both = Candidates.joined([top_down(view, tip) for tip in ((0, 0, 0.04), (0.01, 0, 0.04))])
    local = local_coordinates(both, both.tips)
    assert local.shape == (2, 3, 2)
    assert local[0] == pytest.approx(np.array([[0, -0.01], [0, 0], [0, 0]]), abs=1e-6)
    back = both.rotations[1] @ local[1] + both.tips[1][:, None]
    assert pytest.approx(both.tips, abs=1e-6) == back.T
