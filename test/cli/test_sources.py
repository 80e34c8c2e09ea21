"""`realvlg play` and `realvlg simulate` as a person runs them."""

import json
import os
import signal
import subprocess
import sys

import cv2
import numpy as np
import pytest
from patience import PATIENCE_S

from realvlg_ros.cli import main
from realvlg_ros.frame_folder import read_frame

pytest.importorskip('embreex')

COMMAND = [sys.executable, '-c', 'import sys; from realvlg_ros.cli import main; sys.exit(main())']


def test_simulate_writes_frame_folders_with_the_truth(tmp_path, capsys):
    arguments = ['simulate', '--output', str(tmp_path), '--count', '2', '--width', '160']
    assert main([*arguments, '--height', '120']) == 0
    assert 'wrote 2 frames of tabletop' in capsys.readouterr().out
    first, second = (read_frame(tmp_path / name) for name in ('000000', '000001'))
    assert first.camera.width == 160
    assert np.array_equal(first.color, second.color)
    assert not np.array_equal(first.depth, second.depth)
    labels = json.loads((tmp_path / '000001' / 'labels.json').read_text())
    ids = cv2.imread(str(tmp_path / '000001' / 'instance_ids.png'), cv2.IMREAD_UNCHANGED)
    mug = next(item for item in labels['objects'] if item['label'] == 'red mug')
    assert np.sum(ids == mug['id']) == mug['visible_px'] > 300


def test_simulate_draws_worlds_by_seed(tmp_path):
    size = ['--width', '80', '--height', '60', '--no-noise']
    for name, seed in (('a', '1'), ('b', '1'), ('c', '2')):
        arguments = ['simulate', '--random', seed, '--objects', '3', '--output']
        assert main([*arguments, str(tmp_path / name), *size]) == 0
    a, b, c = (read_frame(tmp_path / name / '000000') for name in 'abc')
    assert np.array_equal(a.depth, b.depth) and np.array_equal(a.color, b.color)
    assert not np.array_equal(a.depth, c.depth)


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['play', '/nowhere'], '/nowhere is not a folder'),
        (['simulate', '--world', '/none.yaml'], '/none.yaml is not a file'),
        (['simulate', '--world', 'tabletop'], "did you mean 'worlds/tabletop.yaml'?"),
        (['simulate', '--random', '1'], '--random needs --output'),
        (['simulate', '--output', '/tmp/x', '--count', '0'], 'count 0 must be at least 1'),
    ],
)
def test_bad_input_ends_with_status_2_and_the_reason(arguments, words, capsys):
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_parameter_out_of_range_ends_with_status_2_and_the_range():
    pytest.importorskip('rclpy')
    # A process of its own: it starts ROS, which this one may have done before.
    command = [*COMMAND, 'simulate', '--rate', '0']
    done = subprocess.run(command, timeout=PATIENCE_S, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        'cannot start: rate is 0; expected 0.1 to 240 Hz; the default is 30'
    )


def test_play_once_ends_by_itself(tmp_path):
    pytest.importorskip('rclpy')
    size = ['--width', '64', '--height', '48']
    assert main(['simulate', '--output', str(tmp_path), '--count', '3', *size]) == 0
    command = [*COMMAND, 'play', str(tmp_path), '--once', '--rate', '50', '--clock']
    done = subprocess.run(command, timeout=PATIENCE_S, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '3 frames of 64x48' in done.stderr


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_simulate_stops_cleanly_when_told_to(number):
    pytest.importorskip('rclpy')
    command = [*COMMAND, 'simulate', '--width', '64', '--height', '48']
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, 'PYTHONUNBUFFERED': '1'}
    )
    line = process.stderr.readline()
    assert 'red mug' in line
    process.send_signal(number)
    _, rest = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, rest
    assert 'Traceback' not in rest
