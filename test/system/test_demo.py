"""The demo as a person runs it: real processes, DDS, one question."""

import json
import os
import subprocess
import sys

import cv2
from patience import PATIENCE_S


def run_demo(output, *arguments):
    command = [sys.executable, '-m', 'realvlg_ros.cli', 'demo', '--output', str(output)]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=4 * PATIENCE_S,
        env={**os.environ, 'OMP_NUM_THREADS': '1'},
    )  # fmt: skip


def test_the_red_mug_is_grasped(tmp_path):
    done = run_demo(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    values = json.loads((tmp_path / 'result.json').read_text())
    assert values['status'] == 'OK'
    assert 'red mug' in values['object']['label']
    assert values['grasps'][0]['quality'] > 0.3
    assert cv2.imread(str(tmp_path / 'overlay.png')).shape[0] > 480
    assert cv2.imread(str(tmp_path / 'scene.png')).shape == (480, 960, 3)
    # Feedback came while the goal ran.
    assert ' s  ' in done.stdout


def test_what_is_not_there_is_said(tmp_path):
    done = run_demo(tmp_path, '--instruction', 'pick up the purple bottle')
    assert done.returncode == 3, done.stdout + done.stderr
    assert json.loads((tmp_path / 'result.json').read_text())['status'] == 'NOT_FOUND'
    assert not (tmp_path / 'scene.png').exists()


def test_a_camera_that_cannot_start_fails_loudly(tmp_path):
    done = run_demo(tmp_path, '--frame', str(tmp_path / 'nowhere'))
    assert done.returncode == 1
    assert 'frame_player ended with status' in done.stdout
    assert 'nowhere' in done.stdout
