"""The example runs against the mock robot, where pymoveit2 and the messages of MoveIt are."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip('moveit_msgs.action', reason='the actions of moveit_msgs are not installed')
pytest.importorskip('control_msgs.action', reason='control_msgs is not installed')
pytest.importorskip('pymoveit2', reason='pymoveit2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from fake_planner import FakePlanner
from ros_graph import Graph
from sensor_msgs.msg import JointState

from realvlg_ros.nodes.mock_moveit import MockMoveIt

ROOT = Path(__file__).parents[2]


def test_it_picks(ros_context):
    graph = Graph()
    FakePlanner(graph.node, '/realvlg/plan_grasps')
    mock = graph.add(MockMoveIt, motion_time=0.05)
    joints = graph.node.create_publisher(JointState, '/joint_states', 10)
    names = [f'panda_joint{number}' for number in range(1, 8)]
    state = JointState(name=[*names, 'panda_finger_joint1'], position=[0.0] * 8)
    stop = threading.Event()

    def publish():
        while not stop.wait(0.05):
            state.header.stamp = graph.node.get_clock().now().to_msg()
            joints.publish(state)

    thread = threading.Thread(target=publish)
    thread.start()
    path = os.environ.get('PYTHONPATH', '')
    done = subprocess.run(
        [sys.executable, str(ROOT / 'examples' / 'pick_with_pymoveit2.py'), 'the box'],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, 'PYTHONPATH': f'{ROOT}:{path}'},
    )  # fmt: skip
    stop.set()
    thread.join()
    calls, refused = mock.calls, mock.robot.refused
    graph.close()
    assert done.returncode == 0, done.stderr
    assert calls == ['open', 'move', 'path', 'execute', 'close', 'path', 'execute']
    assert refused == []
