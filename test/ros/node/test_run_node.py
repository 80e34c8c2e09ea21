"""Nodes as processes: a start that ROS refuses is one line, and signals in a row are one."""

import signal
import subprocess
import sys

import pytest
from patience import PATIENCE_S
from ros_graph import wait_until

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

COMMAND = [sys.executable, '-m', 'realvlg_ros.nodes.grasp_server', '--ros-args']


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['--params-file', '/no/own.yaml'], ('/no/own.yaml', 'Error opening YAML file')),
        (['--log-level', 'loud'], ("'--log-level loud'", 'valid severity level')),
        (['-p', 'use_sim_time:=maybe'], ("'use_sim_time' to 'maybe'", "'BOOL'")),
    ],
)
def test_what_ros_refuses_is_said_in_a_line(arguments, words):
    done = subprocess.run(
        [*COMMAND, *arguments], timeout=PATIENCE_S, capture_output=True, text=True
    )
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]
    assert line.startswith('cannot start: ') and 'arguments after --ros-args' in line
    assert all(word in line for word in words)
    assert 'Traceback' not in done.stderr and '.c:' not in line


def test_signals_at_once_are_one_request_to_stop(tmp_path):
    log = tmp_path / 'log'
    with log.open('w') as file, subprocess.Popen(COMMAND, stderr=file) as process:
        try:
            wait_until(lambda: 'activated' in log.read_text(), 'activation')
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
                process.send_signal(number)
            assert process.wait(PATIENCE_S) == 0, log.read_text()
        finally:
            process.kill()
