"""What other nodes tell of their parameters."""

import pytest

pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

import rclpy
from rclpy.parameter import Parameter
from ros_graph import Graph, wait_until

from realvlg_ros.ros.requests.peer_parameters import PeerParameters


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


def test_what_a_node_does_not_tell_is_not_taken_for_no_parameters(graph):
    peer = rclpy.create_node('peer')
    peer.declare_parameter('limits', [0.5, 1.0])
    graph._executor.add_node(peer)
    asked = PeerParameters(graph.node, ('peer', 'nobody'))
    try:

        def told():
            asked.ask()
            return asked.told()['peer']

        known = wait_until(told, 'the parameters')
        assert known['limits'] == [0.5, 1.0]
        assert asked.told()['nobody'] is None
        # rclpy answers with none of them then.
        peer.declare_parameter('without_a_value', Parameter.Type.INTEGER)
        wait_until(lambda: told() is None, 'that they are not told')
    finally:
        asked.destroy()
        graph._executor.remove_node(peer)
        peer.destroy_node()
