"""What the nodes report about themselves."""

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from ros_graph import FakeCamera, Graph, plan, wait_until

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.node.diagnostics import Level, RateCounter, Report


def test_a_report_as_a_message():
    report = Report('camera', Level.WARN, 'no frames', {'color_hz': 29.97, 'dropped': 3})
    msg = report.to_msg('robot/grasp_node')
    assert msg.level == DiagnosticStatus.WARN and msg.name == 'robot/grasp_node: camera'
    assert {v.key: v.value for v in msg.values} == {'color_hz': '29.970', 'dropped': '3'}


def test_a_rate_is_counted_between_two_readings():
    now = [100.0]
    counter = RateCounter(lambda: now[0])
    for _ in range(60):
        counter.tick()
    now[0] = 102.0
    assert counter.read() == 30.0
    now[0] = 103.0
    assert counter.read() == 0.0 and counter.count == 60


@pytest.fixture(scope='module')
def reports(ros_context):
    graph = Graph()
    diagnostics = graph.record_diagnostics()
    FakeCamera(graph.node, rate=20.0)
    for node in (GroundingNode, GraspNode, GraspServer):
        graph.add(node)
    plan(graph, 'the red box').result()

    def latest(name):
        def find():
            for array in reversed(diagnostics):
                for status in array.status:
                    if status.name == name:
                        return status
            return None

        return wait_until(find, name)

    count = len(diagnostics)
    wait_until(lambda: len(diagnostics) >= count + 6, 'two rounds of diagnostics')
    found = {
        name: latest(name)
        for name in (
            'grounding_node: lifecycle',
            'grounding_node: camera',
            'grounding_node: model',
            'grasp_node: tracker',
            'grasp_node: support plane',
            'grasp_server: goals',
        )
    }
    graph.close()
    return found


def values(status):
    return {v.key: v.value for v in status.values}


def test_lifecycle_and_model_state(reports):
    assert reports['grounding_node: lifecycle'].message == 'active'
    model = values(reports['grounding_node: model'])
    assert model['backend'] == 'tabletop' and int(model['answered']) >= 1
    assert float(model['last_ms']) > 1


def test_rates_and_counts_of_the_camera(reports):
    camera = reports['grounding_node: camera']
    assert camera.level == DiagnosticStatus.OK, camera.message
    figures = values(camera)
    # The camera makes 20 images a second where the machine lets it.
    assert 1 < float(figures['color_hz']) < 25
    assert 1 < float(figures['matched_hz']) <= float(figures['color_hz']) + 1
    assert int(figures['matched']) + int(figures['color_dropped']) <= int(
        figures['color_received']
    )


def test_the_tracker_and_its_support_plane(reports):
    tracker = values(reports['grasp_node: tracker'])
    assert float(tracker['frames_hz']) > 1 and float(tracker['targets_hz']) > 1
    assert float(tracker['latency_ms']) > 0
    plane = values(reports['grasp_node: support plane'])
    # The camera of the scene is 0.5 m above the table.
    assert abs(float(plane['distance_m']) - 0.5) < 0.003


def test_the_goals_of_the_server(reports):
    goals = values(reports['grasp_server: goals'])
    assert goals['OK'] == '1' and goals['goals_live'] == '0'
