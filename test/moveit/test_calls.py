"""Actions of a robot over DDS: no answer is lost, and no goal is left alone."""

import time

import pytest

pytest.importorskip('realvlg_ros.msg', reason='ROS 2 or the interfaces are not there')

import rclpy.action.client
from rclpy.action import ActionServer, CancelResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from realvlg_ros.action import Ground
from ros_graph import Graph, wait_until

from realvlg_ros.moveit.calls import RobotAction
from realvlg_ros.moveit.halt import Halt


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


def serve(graph, canceled, until_canceled):
    """An action server that ends at once, or when it is canceled."""

    def execute(handle):
        while until_canceled and not handle.is_cancel_requested:
            time.sleep(0.01)
        if until_canceled:
            canceled.append(handle)
            handle.canceled()
        else:
            handle.succeed()
        return Ground.Result()

    return ActionServer(
        graph.node, Ground, 'ground', execute, callback_group=ReentrantCallbackGroup(),
        cancel_callback=lambda _: CancelResponse.ACCEPT,
    )  # fmt: skip


def test_a_result_that_is_quicker_than_the_sender_is_kept(graph, monkeypatch):
    server = serve(graph, [], until_canceled=False)
    action = RobotAction(graph.node, Ground, 'ground')
    wait_until(action._client.server_is_ready, 'server')
    future = rclpy.action.client.Future

    def slow():
        # rclpy makes the future of a request after it has sent it.
        time.sleep(0.3)
        return future()

    monkeypatch.setattr(rclpy.action.client, 'Future', slow)
    action.run(Ground.Goal(instruction='the mug'), 10.0, Halt(60.0))
    action.destroy()
    server.destroy()


def test_an_error_of_any_kind_stops_the_goal(graph):
    canceled = []
    server = serve(graph, canceled, until_canceled=True)
    action = RobotAction(graph.node, Ground, 'ground')

    class Broken(Halt):
        def wait(self, ready, limit):
            if limit == 5.0:
                raise MemoryError('of another part')
            return super().wait(ready, limit)

    with pytest.raises(MemoryError):
        action.run(Ground.Goal(instruction='the mug'), 5.0, Broken(60.0))
    # It returns once the goal has ended.
    assert len(canceled) == 1
    action.destroy()
    server.destroy()
