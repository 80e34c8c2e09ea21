"""Parameters are described, ranged, and refused with the reason."""

import pytest
from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from ros_graph import Graph, wait_until

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


@pytest.mark.parametrize(
    ('node', 'parameters', 'words'),
    [
        (GroundingNode, {'image_queue_depth': 0}, 'image_queue_depth is 0; expected 1 to'),
        (GroundingNode, {'sync_tolerance': -1.0}, 'sync_tolerance is -1; expected 0 to'),
        (GroundingNode, {'image_reliability': 'best'}, 'expected one of best_effort, reliable'),
        (GroundingNode, {'backend': 'clairvoyance'}, "backend is 'clairvoyance'; expected one of"),
        (GroundingNode, {'backend': 'no_such_module:Grounder'}, 'cannot be imported'),
        (
            GraspNode,
            {'gripper': 'frnka'},
            "gripper is 'frnka'; expected one of franka_hand, robotiq",
        ),
        (GraspNode, {'robot_shapes': '/no/robot.yaml'}, '/no/robot.yaml is not a file'),
        (GraspNode, {'planner.min_opening': 0.2, 'planner.max_opening': 0.1}, 'min_opening'),
        (GraspNode, {'tracker.max_views': 0}, 'tracker.max_views is 0; expected 1 to'),
        (GraspServer, {'default_timeout': 'long'}, "default_timeout is 'long'"),
        (GraspNode, {'tracker.max_gap_s': 0.0}, 'tracker.max_gap is 0; expected 0.1 to 60 s'),
        (
            GraspNode,
            {'tracker.max_gap_s': 3.0, 'tracker.max_gap': 4.0},
            'tracker.max_gap and tracker.max_gap_s are one setting',
        ),
    ],
)
def test_a_bad_value_at_the_start_is_a_failure_with_the_reason(graph, node, parameters, words):
    diagnostics = graph.record_diagnostics()
    server = graph.add(node, **parameters)
    assert not server.active and words in server._problem

    def reported():
        return [s for array in diagnostics for s in array.status if words in s.message]

    status = wait_until(reported, 'diagnostics')[0]
    assert status.level == b'\x02' and status.name.endswith('lifecycle')


def test_a_refused_value_can_be_mended_without_a_restart(graph):
    server = graph.add(GraspServer, default_timeout=-1.0)
    assert 'default_timeout' in server._problem
    (result,) = server.set_parameters([Parameter('default_timeout', value=5.0)])
    assert result.successful
    server.trigger_configure()
    server.trigger_activate()
    assert server.state == 'active' and server.current_parameters().default_timeout == 5.0


def test_a_bad_value_at_run_time_is_refused_with_the_reason(graph):
    server = graph.add(GraspServer)
    for value, words in ((-1.0, 'default_timeout'), ('x', "default_timeout is 'x'")):
        (result,) = server.set_parameters([Parameter('default_timeout', value=value)])
        assert not result.successful and words in result.reason
    assert server.current_parameters().default_timeout == 30.0
    (result,) = server.set_parameters([Parameter('default_timeout', value=7)])
    assert result.successful and server.current_parameters().default_timeout == 7.0


def test_what_needs_configuring_cannot_change_while_configured(graph):
    node = graph.add(GraspNode)
    (result,) = node.set_parameters([Parameter('tracker.memory_mb', value=32.0)])
    assert not result.successful and 'clean it up first' in result.reason
    node.trigger_deactivate()
    node.trigger_cleanup()
    (result,) = node.set_parameters([Parameter('tracker.memory_mb', value=32.0)])
    assert result.successful
    node.trigger_configure()
    assert node.current_parameters().tracker.memory_mb == 32.0


def test_a_setting_given_under_two_names_is_healed_by_either(graph):
    for healing in ('tracker.max_gap', 'tracker.max_gap_s'):
        node = graph.add(GraspNode, **{'tracker.max_gap_s': 3.0, 'tracker.max_gap': 4.0})
        assert node.state == 'unconfigured' and 'one setting' in node._problem
        (result,) = node.set_parameters([Parameter(healing, value=5.0)])
        assert result.successful
        node.trigger_configure()
        assert node.current_parameters().tracker.max_gap == 5.0
        graph.remove(node)


def test_a_misspelt_parameter_is_pointed_out(graph, capfd):
    graph.add(GraspServer, default_timeot=3.0)
    assert "did you mean 'default_timeout'?" in capfd.readouterr().err


def test_former_names_are_understood_at_the_start_and_at_run_time(graph, capfd):
    node = graph.add(GraspNode, **{'autostart': False, 'tracker.max_gap_s': 3.0})
    assert node.current_parameters().tracker.max_gap == 3.0
    assert 'tracker.max_gap_s is called tracker.max_gap now' in capfd.readouterr().err
    (result,) = node.set_parameters([Parameter('tracker.lost_after_s', value=4)])
    assert result.successful and node.get_parameter('tracker.lost_after').value == 4.0
    assert 'tracker.lost_after_s is called tracker.lost_after now' in capfd.readouterr().err
    (result,) = node.set_parameters([Parameter('tracker.lost_after_s', value=-1.0)])
    assert result.reason.startswith('tracker.lost_after is -1; expected 0.05 to 60 s')


def test_former_names_are_understood_by_the_parameter_service(graph):
    node = graph.add(GraspNode, autostart=False)
    value = ParameterValue(type=ParameterType.PARAMETER_DOUBLE, double_value=2.5)
    request = SetParameters.Request()
    request.parameters = [ParameterMsg(name='tracker.lost_after_s', value=value)]
    client = graph.node.create_client(SetParameters, '/grasp_node/set_parameters')
    assert client.wait_for_service(10.0)
    future = client.call_async(request)
    wait_until(future.done, 'answer of set_parameters')
    assert future.result().results[0].successful
    assert node.current_parameters().tracker.lost_after == 2.5
