import numpy as np
import pytest
from contexts import context_around, context_of
from grippers import top_down
from solids import Box, look

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.closing import close_fingers
from realvlg_ros.grasping.observation.target_cloud import TargetCloud

TARGET = Box((0.04, 0.04, 0.06), (0, 0, 0.03))


def test_fingers_close_where_the_faces_are():
    view = look([TARGET])
    context = context_of(view.scene(), completed=False)
    candidates, closing = close_fingers(context, top_down(view, (0, 0.004, 0.045)))
    assert closing.widths[0] == pytest.approx(0.04, abs=0.003)
    scene = view.scene()
    middle = closing.contacts[0].mean(axis=0)
    camera = scene.support2camera[:3, :3] @ middle + scene.support2camera[:3, 3]
    assert view.to_world(camera)[1] == pytest.approx(0, abs=0.002)
    assert closing.crossing[0] == 0
    moved = candidates.tips[0] - top_down(view, (0, 0, 0.045)).tips[0]
    assert np.linalg.norm(moved) < 0.002


def handled(offset):
    """Two walls 40 mm apart and a rod that stands out from one of them beside the pads."""
    x, z = np.meshgrid(np.linspace(-0.03, 0.03, 21), np.linspace(0, 0.06, 21))
    walls = [np.stack([x, np.full_like(x, y), z], axis=-1).reshape(-1, 3) for y in (-0.02, 0.02)]
    rod = np.stack([np.full(9, offset), np.full(9, 0.03), np.linspace(0.01, 0.06, 9)], axis=-1)
    normals = [np.tile((0, np.sign(wall[0, 1]), 0), (len(wall), 1)) for wall in (*walls, rod)]
    points = np.concatenate([*walls, rod])
    return TargetCloud(points, np.concatenate(normals), np.ones(len(points), bool), len(points))


@pytest.mark.parametrize('offset, crossing', [(0.016, True), (0.02, False)])
def test_what_stands_out_beside_a_pad_is_in_its_way(offset, crossing):
    rotation = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    candidates = Candidates(
        rotation[None], np.array([[0, 0, 0.03]]), np.array([0.04]), np.array([0.07]),
        np.array([False]),
    )  # fmt: skip
    _, closing = close_fingers(context_around(handled(offset)), candidates)
    assert closing.widths[0] == pytest.approx(0.04)
    assert (closing.crossing[0] > 1) == crossing
