"""What is written beside a rendered frame."""

import json

import cv2
import numpy as np
import pytest

from realvlg_ros.frame_folder import read_frame
from realvlg_ros.simulation.recording import write_rendered
from realvlg_ros.simulation.renderer import Renderer
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world import World, upright_pose

pytest.importorskip('embreex')


def test_labels_ids_and_frame_agree(tmp_path):
    seen = SimObject.from_shape('can', (20, 30, 200), name='can', label='blue can')
    away = SimObject.from_shape(
        'ball', (200, 0, 0), name='ball', pose=upright_pose(-0.42, 0.6, 0.0)
    )
    world = World((seen, away))
    camera = d435_camera(320, 240)
    rendered = Renderer(world).render(camera, world.trajectory.camera2world(0))
    write_rendered(tmp_path, rendered, world)
    frame = read_frame(tmp_path)
    assert np.array_equal(frame.color, rendered.frame.color)
    assert np.abs(frame.depth - rendered.clean_depth).max() <= 0.00051
    ids = cv2.imread(str(tmp_path / 'instance_ids.png'), cv2.IMREAD_UNCHANGED)
    labels = json.loads((tmp_path / 'labels.json').read_text())
    can, ball = labels['objects']
    assert (can['id'], can['label'], ball['id']) == (1, 'blue can', 2)
    assert can['visible_px'] == (ids == 1).sum() > 500
    rows, columns = np.nonzero(ids == 1)
    assert can['box_xyxy'] == [
        columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
    ]  # fmt: skip
    assert ball['visible_px'] == 0 and ball['box_xyxy'] is None
    # The can's middle, by its pose, projects into its box.
    middle = np.array(can['object2camera']) @ (0, 0, 0.0575, 1)
    x, y = camera.project(middle[:3])
    assert can['box_xyxy'][0] < x < can['box_xyxy'][2]
    assert can['box_xyxy'][1] < y < can['box_xyxy'][3]
