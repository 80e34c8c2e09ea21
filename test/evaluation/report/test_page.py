import json

import cv2
import made_datasets as made
import numpy as np
import pytest

from realvlg_ros.evaluation.report.figures import Figures
from realvlg_ros.evaluation.report.page import write_page
from realvlg_ros.evaluation.report.pictures import PictureBook
from realvlg_ros.evaluation.run.options import Backend, EvaluationOptions
from realvlg_ros.evaluation.run.run import evaluate

GREEN, YELLOW = (60, 220, 90), (255, 210, 0)


def run(root, folder, task='box', **backend):
    chosen = Backend('color_grounder:made_backend', backend)
    return evaluate(EvaluationOptions(str(root), chosen, task), folder)


def share_near(image, tint):
    return float((np.abs(image.astype(int) - tint).sum(axis=2) < 120).mean())


@pytest.mark.parametrize('task', ['box', 'mask', 'grasp', 'contact'])
def test_a_picture_shows_what_is_right_and_what_was_answered(tmp_path, task):
    found = run(made.make_realvlg(tmp_path / 'data', (100,)), tmp_path / 'run', task, swapped=True)
    score = found.plain[0]
    data = PictureBook(found, [score]).draw([score])
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert share_near(image, GREEN) > 0.005
    assert share_near(image, YELLOW) > 0.005


def test_a_picture_that_is_gone_is_said_and_the_page_is_written(tmp_path):
    root = made.make_realvlg(tmp_path / 'data', (100, 130))
    found = run(root, tmp_path / 'run', swapped=True)
    (root / 'scenes/scene_0100/kinect/rgb/0000.png').unlink()
    write_page(tmp_path / 'page.html', found, Figures.of(found))
    page = (tmp_path / 'page.html').read_text()
    assert page.count('no picture') == 2
    assert page.count('data:image/jpeg') == 2


def test_the_page_lists_what_was_left_out(tmp_path):
    root = made.make_realvlg(tmp_path / 'data', (100,))
    (file,) = (root / 'metadata').rglob('*.json')
    image = 'scenes/scene_0100/kinect/rgb/0000.png'
    items = [made.realvlg_item(image, 1, bbox=[1, 1, 900, 20]), made.realvlg_item(image, 2)]
    file.write_text(json.dumps(items))
    found = run(root, tmp_path / 'run')
    write_page(tmp_path / 'page.html', found, Figures.of(found))
    page = (tmp_path / 'page.html').read_text()
    assert 'Left out' in page
    assert 'lies outside the 160x120 image' in page
    assert 'There is none.' in page
