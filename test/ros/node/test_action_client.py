"""No answer is lost that comes while a request is being noted."""

import threading
import time

import rclpy.action.client
from patience import PATIENCE_S
from realvlg_ros.action import Ground
from ros_graph import Graph, wait_until

from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.node.action_client import ThreadedActionClient


def test_an_answer_that_is_quicker_than_the_sender_is_kept(ros_context, monkeypatch):
    graph = Graph()
    try:
        graph.add(GroundingNode)
        client = ThreadedActionClient(graph.node, Ground, 'ground')
        wait_until(client.server_is_ready, 'server')
        future = rclpy.action.client.Future

        def slow():
            # rclpy makes the future of a request after it has sent it.
            time.sleep(0.3)
            return future()

        monkeypatch.setattr(rclpy.action.client, 'Future', slow)
        sent = client.send_goal_async(Ground.Goal(instruction='the mug'))
        wait_until(sent.done, 'the answer to the goal', timeout=10.0)
        canceled = sent.result().cancel_goal_async()
        wait_until(canceled.done, 'the answer to the cancel', timeout=10.0)
        result = sent.result().get_result_async()
        wait_until(result.done, 'the result', timeout=10.0)
    finally:
        graph.close()


def test_requests_are_not_searched_while_another_is_noted(ros_context):
    graph = Graph()
    try:
        client = ThreadedActionClient(graph.node, Ground, 'ground')
        searched = threading.Event()
        with client._noting:
            search = threading.Thread(
                target=lambda: (client._remove_pending_request(object(), {}), searched.set()),
                daemon=True,
            )
            search.start()
            assert not searched.wait(0.2)
        assert searched.wait(PATIENCE_S)
    finally:
        graph.close()
