"""Where MoveIt's or the gripper's messages are missing, the executor names them and stays off."""

from importlib import import_module

import pytest

pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from ros_graph import Graph

from realvlg_ros.nodes.mock_moveit import MockMoveIt
from realvlg_ros.nodes.pick_executor import PickExecutor


def missing(package):
    try:
        return not import_module(f'{package}.action')
    except ImportError:
        return True


@pytest.mark.skipif(
    not (missing('moveit_msgs') or missing('control_msgs')), reason='both are installed'
)
@pytest.mark.parametrize('node', [PickExecutor, MockMoveIt])
def test_what_is_missing_is_named(ros_context, node):
    graph = Graph()
    problem = graph.add(node)._problem
    graph.close()
    assert 'picking is off' in problem
    assert any(missing(name) and name in problem for name in ('moveit_msgs', 'control_msgs'))
    assert 'install ros-<distro>-' in problem
