"""QoS that does not fit is reported with what to set; silence is reported with its topics."""

import pytest
from geometry_msgs.msg import PoseArray
from realvlg_ros.msg import Grounding
from ros_graph import Graph, wait_until
from sensor_msgs.msg import Image

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.node.qos import latched, stream


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    graph.diagnostics = graph.record_diagnostics()
    yield graph
    graph.close()


def reported(graph, problem):
    """What diagnostics say about a problem, once they do."""
    return wait_until(
        lambda: next(
            (
                status.message
                for array in graph.diagnostics
                for status in array.status
                if problem in status.message
            ),
            None,
        ),
        f'report of {problem!r}',
    )


def test_a_best_effort_camera_for_a_reliable_reader(graph):
    graph.node.create_publisher(Image, 'color', stream('best_effort', 1))
    graph.add(GroundingNode, image_reliability='reliable')
    message = reported(graph, 'incompatible QoS (reliability) on /color')
    assert 'set the parameter image_reliability to best_effort' in message


def test_the_default_reader_matches_both_kinds_of_camera(graph):
    for reliability in ('best_effort', 'reliable'):
        publisher = graph.node.create_publisher(Image, 'color', stream(reliability, 1))
        node = graph.add(GroundingNode)
        assert wait_until(publisher.get_subscription_count, 'match') == 1
        graph.remove(node)
        graph.node.destroy_publisher(publisher)


def test_a_volatile_grounding_for_our_latched_reader(graph):
    graph.node.create_publisher(Grounding, 'grounding', stream('reliable', 1))
    graph.add(GraspNode)
    message = reported(graph, 'incompatible QoS (durability) on /grounding')
    assert 'transient_local' in message


def test_a_reliable_reader_of_our_best_effort_output(graph):
    graph.record(PoseArray, 'grasp_candidates')
    graph.add(GraspNode, output_reliability='best_effort')
    message = reported(graph, 'incompatible QoS (reliability) on /grasp_candidates')
    assert 'set the parameter output_reliability to reliable' in message


def test_a_latched_reader_matches_our_latched_grounding(graph):
    graph.record(Grounding, 'grounding', latched(1))
    node = graph.add(GroundingNode)
    assert wait_until(node._publisher.get_subscription_count, 'match') == 1


def test_the_topic_that_was_meant_is_named(graph):
    for topic in ('color_raw', 'elsewhere'):
        graph.node.create_publisher(Image, topic, stream('reliable', 1))
    graph.node.create_publisher(Image, 'depth', stream('reliable', 1))
    graph.add(GroundingNode, no_data_timeout=0.2)
    message = reported(graph, '/color (0 publishers; Image is published on /color_raw, ')
    assert '/elsewhere' in message
    assert '/depth (1 publisher), /camera_info (0 publishers)' in message


def test_silence_is_reported_with_the_topics(graph):
    graph.add(GroundingNode, no_data_timeout=0.2)
    message = reported(graph, 'nothing received on color, depth, camera_info')
    for topic in ('/color', '/depth', '/camera_info'):
        assert f'{topic} (0 publishers)' in message
