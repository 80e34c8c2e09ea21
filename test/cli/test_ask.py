import base64
import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from patience import PATIENCE_S

from realvlg_ros.cli import main
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.resources import config_file
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world_file import read_world
from realvlg_ros.transforms import from_quaternion


def render(name):
    world = read_world(config_file(f'worlds/{name}.yaml'))
    camera2world = world.trajectory.camera2world(0.0)
    return world, Renderer(world).render(d435_camera(), camera2world, DepthCameraModel(), 0)


@pytest.fixture(scope='module')
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp('table')
    world, rendered = render('tabletop')
    write_frame(folder, rendered.frame)
    return folder, world, rendered


def test_a_grasp_on_the_object_that_was_asked_for(table, tmp_path, capsys):
    folder, world, rendered = table
    files = ['--json', str(tmp_path / 'a.json'), '--overlay', str(tmp_path / 'a.png')]
    assert main(['ask', str(folder), 'pick up the red mug', *files]) == 0
    assert 'OK' in capsys.readouterr().out
    values = json.loads((tmp_path / 'a.json').read_text())
    assert values['status'] == 'OK'
    (mug,) = (item.name for item in world.objects if item.label == 'red mug')
    png = np.frombuffer(base64.b64decode(values['object']['mask_png']), np.uint8)
    mask = cv2.imdecode(png, cv2.IMREAD_UNCHANGED) > 0
    truth = rendered.mask(mug)
    assert (mask & truth).sum() / (mask | truth).sum() > 0.85
    best = values['grasps'][0]
    tcp = from_quaternion(best['position_m'], best['quaternion_xyzw'])
    points = rendered.frame.points[truth & rendered.frame.valid]
    assert np.linalg.norm(points - tcp[:3, 3], axis=1).min() < 0.04
    # The approach leads away from the camera and down to the table.
    down = -np.linalg.inv(rendered.camera2world)[:3, 2]
    assert tcp[:3, 2] @ down > 0
    assert np.shape(best['covariance']) == (6, 6)
    assert {'grounding', 'planning', 'total'} <= set(values['latency_ms'])
    picture = cv2.imread(str(tmp_path / 'a.png'))
    assert picture.shape[0] > 480
    assert picture.shape[1] == 640


def test_the_view_shows_the_frame_with_the_answers_grasps(table, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(
        'realvlg_ros.open3d_adapter.show', lambda frame, grasps, gripper: shown.append(grasps)
    )
    assert main(['ask', str(table[0]), 'pick up the red mug', '--view']) == 0
    (grasps,) = shown
    assert f'{grasps[0].quality:.2f}' in capsys.readouterr().out


def test_what_is_not_there_is_not_found(table, tmp_path, capsys):
    folder, _, _ = table
    arguments = ['ask', str(folder), 'pick up the purple bottle', '--json', str(tmp_path / 'a')]
    assert main(arguments) == 3
    values = json.loads((tmp_path / 'a').read_text())
    assert (values['status'], values['grasps']) == ('NOT_FOUND', [])
    assert 'NOT_FOUND' in capsys.readouterr().out


def test_two_red_mugs_are_asked_about(tmp_path, capsys):
    _, rendered = render('two_red_mugs')
    write_frame(tmp_path, rendered.frame)
    arguments = ['ask', str(tmp_path), 'pick up the red mug', '--json', str(tmp_path / 'a')]
    assert main([*arguments, '--overlay', str(tmp_path / 'a.png')]) == 3
    values = json.loads((tmp_path / 'a').read_text())
    assert values['status'] == 'AMBIGUOUS'
    assert len(values['candidates']) == 2
    assert values['question'] in capsys.readouterr().out


@pytest.mark.parametrize(
    ('instruction', 'words'),
    [('', 'holds no word'), ('x' * 10_240, '10240 characters')],
)
def test_a_bad_instruction_ends_with_2(table, capsys, instruction, words):
    assert main(['ask', str(table[0]), instruction]) == 2
    assert words in capsys.readouterr().err


def test_a_missing_frame_ends_with_2(tmp_path, capsys):
    assert main(['ask', str(tmp_path / 'nowhere'), 'pick up the mug']) == 2
    assert 'nowhere is not a folder' in capsys.readouterr().err


def test_depth_without_a_reading_ends_with_2(table, tmp_path, capsys):
    write_frame(tmp_path, table[2].frame)
    cv2.imwrite(str(tmp_path / 'depth.png'), np.zeros((480, 640), np.uint16))
    assert main(['ask', str(tmp_path), 'pick up the red mug']) == 2
    assert 'no reading' in capsys.readouterr().err


def test_unknown_backend_option_and_gripper_end_with_2(table, tmp_path, capsys):
    folder = str(table[0])
    options = tmp_path / 'options.yaml'
    options.write_text('colour: red\n')
    assert main(['ask', folder, 'the mug', '--backend-options', str(options)]) == 2
    assert "'colour'" in capsys.readouterr().err
    assert main(['ask', folder, 'the mug', '--backend', 'oracle']) == 2
    assert "'oracle'" in capsys.readouterr().err
    assert main(['ask', folder, 'the mug', '--gripper', 'tentacle']) == 2
    assert 'tentacle' in capsys.readouterr().err


def test_a_reader_that_has_gone_away_gets_no_traceback(table):
    folder, _, _ = table
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, '-m', 'realvlg_ros.cli', 'ask', str(folder), 'the red mug']
    done = subprocess.run(
        command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S
    )
    os.close(writer)
    assert done.returncode == 141
    assert done.stderr == ''
