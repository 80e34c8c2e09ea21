"""The client of the README as a process of its own, against the nodes of this one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from ros_graph import CAMERA_FRAME, FakeCamera, Graph
from table_scene import RED_BOX_CORNERS, camera2world

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.transforms import transform_points

ROOT = Path(__file__).parents[2]
POINT = re.compile(r'^(\S+) geometry_msgs.msg.Point\(x=(\S+), y=(\S+), z=(\S+)\) (\S+)$', re.M)


def run_client(instruction, *arguments):
    """Run the client in the namespace of the test's nodes."""
    command = [sys.executable, str(ROOT / 'examples' / 'plan_grasps.py'), instruction]
    return subprocess.run(
        [*command, '--ros-args', '-r', '__ns:=/', *arguments], capture_output=True, text=True,
        timeout=60, env={**os.environ, 'PYTHONPATH': str(ROOT)},
    )  # fmt: skip


@pytest.fixture(scope='module')
def nodes(ros_context):
    graph = Graph()
    FakeCamera(graph.node)
    for node in (GroundingNode, GraspNode, GraspServer):
        graph.add(node)
    yield
    graph.close()


def test_grasps_of_the_named_object_are_printed(nodes):
    done = run_client('pick up the red box')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('status 0 ')
    frame, *numbers = POINT.search(done.stdout).groups()
    assert frame == CAMERA_FRAME
    *position, opening = (float(number) for number in numbers)
    (world,) = transform_points(camera2world(), [position])
    low, high = RED_BOX_CORNERS
    assert all(a - 0.02 < v < b + 0.02 for a, v, b in zip(low, world, high, strict=True))
    # The box is 45 mm wide and the hand opens to 80 mm.
    assert 0.045 < opening <= 0.080


def test_what_is_not_there_has_its_status(nodes):
    done = run_client('pick up the yellow box')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('status 1 ')
    assert 'Point(' not in done.stdout
