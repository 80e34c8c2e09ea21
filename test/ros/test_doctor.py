"""The doctor beside running nodes: each fault of the graph by its topic, with its remedy."""

import pytest
from geometry_msgs.msg import PoseArray
from ros_graph import wait_until
from sensor_msgs.msg import Image
from std_msgs.msg import String

from realvlg_ros.doctor.finding import Verdict, problems
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.doctor.graph import graph as examine
from realvlg_ros.ros.node.qos import stream

SECONDS = 3.0


def findings():
    sections = examine(SECONDS)
    return {f.subject: f for section in sections for f in section.findings}, problems(sections)


def test_a_healthy_graph_has_no_problems_and_says_rates_and_encodings(graph):
    graph.add(GroundingNode)
    graph.add(GraspNode)
    wait_until(lambda: graph.camera.sent > 15, 'a second of frames')
    found, wrong = findings()
    assert wrong == [], found
    assert found['/grounding_node'].state == found['/grasp_node'].state == 'active'
    assert '320x240 rgb8' in found['/color'].state and ' Hz' in found['/color'].state
    assert '16UC1' in found['/depth'].state
    assert found['/camera_info'].verdict is Verdict.OK
    assert 'every publisher fits' in found['topics'].state


def without_info(graph):
    graph.camera.info_msg = None


def zero_intrinsics(graph):
    graph.camera.replace({'info_msg': 'zero'})


def odd_encoding(graph):
    graph.camera.color_msg.encoding = 'yuv999'


# What is done to the graph, the topic that is named, and words of state and remedy.
FAULTS = {
    'camera_info does not come': (without_info, '/camera_info', 'nothing came in', 'driver'),
    'camera_info is not calibrated': (zero_intrinsics, '/camera_info', 'Hz', 'calibrate'),
    'an encoding that is not known': (odd_encoding, '/color', 'yuv999', 'another encoding'),
}


@pytest.mark.parametrize('case', FAULTS)
def test_a_fault_of_the_camera_is_named_with_its_remedy(graph, case):
    break_it, topic, state, remedy = FAULTS[case]
    graph.add(GraspNode)
    break_it(graph)
    wait_until(lambda: graph.camera.sent > 15, 'a second of frames')
    found, wrong = findings()
    assert found[topic] in wrong
    assert state in found[topic].state and remedy in found[topic].remedy


def test_publishers_and_readers_that_do_not_fit_are_named(graph):
    graph.add(GroundingNode)
    graph.node.create_publisher(String, 'instruction', stream('best_effort', 1))
    graph.node.create_publisher(PoseArray, 'poses', stream('reliable', 1))
    graph.node.create_subscription(PoseArray, 'poses', lambda _: None, graph.latched)
    _, wrong = findings()
    named = {found.subject: found for found in wrong}
    assert '/test_client -> /grounding_node: nothing comes' in named['/instruction'].state
    assert 'best_effort' in named['/instruction'].remedy
    assert 'volatile' in named['/poses'].state and 'transient_local' in named['/poses'].remedy


def test_a_node_that_is_not_active_and_a_camera_that_is_absent(graph):
    graph.add(GraspNode, autostart=False)
    found, wrong = findings()
    assert found['/grasp_node'] in wrong
    assert 'unconfigured' in found['/grasp_node'].state
    assert 'ros2 lifecycle set /grasp_node configure' in found['/grasp_node'].remedy


def test_a_topic_without_a_publisher(graph):
    node = graph.node
    node.create_subscription(Image, 'color', lambda _: None, 1)
    graph.add(GraspNode)
    for publisher in graph.camera._publishers:
        node.destroy_publisher(publisher)
    graph.camera.pause()
    found, wrong = findings()
    assert found['/color'] in wrong and 'nobody publishes it' in found['/color'].state
    assert 'color_topic' in found['/color'].remedy
