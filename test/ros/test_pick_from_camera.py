"""From the camera's images to the closed gripper, through all nodes, with the mock robot."""

import pytest

pytest.importorskip('moveit_msgs.action', reason='the actions of moveit_msgs are not installed')
pytest.importorskip('control_msgs.action', reason='control_msgs is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from realvlg_ros.action import Pick
from ros_graph import CAMERA_FRAME, Goal

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.nodes.mock_moveit import MockMoveIt
from realvlg_ros.nodes.pick_executor import PickExecutor


@pytest.fixture
def nodes(graph):
    for node in (GroundingNode, GraspNode, GraspServer):
        graph.add(node)
    graph.add(PickExecutor, accept_camera_frame=True, max_plan_age=3.0, target_timeout=5.0)
    return graph


def test_an_object_that_does_not_move_with_the_hand_is_not_a_success(nodes):
    mock = nodes.add(MockMoveIt, frames=CAMERA_FRAME, workspace=(-2.0, -2.0, -2.0, 2.0, 2.0, 2.0))
    goal = Pick.Goal(instruction='pick up the red box', timeout=60.0)
    result = Goal(nodes, Pick, 'pick', goal).result()
    assert result.status == Pick.Result.NOT_VERIFIED, result.message
    assert not result.success
    assert 'the gripper stopped at 45.0 mm' in result.message
    assert mock.robot.refused == []
    assert mock.calls[-4:] == ['attach', 'path', 'execute', 'forbid']
