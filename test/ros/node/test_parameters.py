"""Parameters are described, ranged, and refused with the reason."""

import pytest
from rclpy.parameter import Parameter
from ros_graph import Graph, wait_until

from realvlg_ros.errors import ParameterError
from realvlg_ros.nodes.grasp_node import GraspNode, GraspParameters
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.node.parameters import ParameterSpec, parameters_of, specs_of

NODES = (GroundingNode, GraspNode, GraspServer)


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


@pytest.mark.parametrize('node', NODES)
def test_every_parameter_has_words_and_a_valid_default(node):
    specs = parameters_of(node)
    names = [spec.name for spec in specs]
    assert 'autostart' in names and len(set(names)) == len(names)
    for spec in specs:
        assert len(spec.description) > 10, spec.name
        assert spec.check(spec.default) == spec.default


def test_settings_of_the_core_are_parameters_with_their_own_words_and_ranges():
    specs = {spec.name: spec for spec in specs_of(GraspParameters)}
    assert specs['planner.friction'].default == 0.4
    assert 'antipodal cone' in specs['planner.friction'].description
    assert specs['planner.workspace_min'].default[2] == 0.0
    assert (specs['tracker.max_targets'].minimum, specs['tracker.max_targets'].maximum) == (1, 64)


@pytest.mark.parametrize(
    ('spec', 'value', 'words'),
    [
        (ParameterSpec('rate', 1.0, '', 0.0, 2.0), 3.0, 'rate is 3.0; expected 0 to 2'),
        (ParameterSpec('rate', 1.0, '', 0.0, 2.0), float('nan'), 'rate is nan'),
        (ParameterSpec('rate', 1.0, ''), 'fast', "rate is 'fast'; expected a number"),
        (ParameterSpec('count', 1, ''), True, 'count is True; expected a whole number'),
        (ParameterSpec('on', True, ''), 'maybe', "on is 'maybe'; expected true or false"),
        (ParameterSpec('topic', '', ''), 5, 'topic is 5; expected a text'),
        (ParameterSpec('form', 'a', '', choices=('a', 'b')), 'c', 'expected one of a, b'),
        (ParameterSpec('corner', (0.0, 0.0), ''), [1.0], 'expected 2 numbers'),
    ],
)
def test_a_bad_value_is_named_with_what_is_expected(spec, value, words):
    with pytest.raises(ParameterError, match='.*') as error:
        spec.check(value)
    assert words in str(error.value)


def test_a_whole_number_is_a_float():
    assert ParameterSpec('rate', 1.0, '').check(2) == 2.0


@pytest.mark.parametrize(
    ('node', 'parameters', 'words'),
    [
        (GroundingNode, {'image_queue_depth': 0}, 'image_queue_depth is 0; expected 1 to'),
        (GroundingNode, {'sync_tolerance': -1.0}, 'sync_tolerance is -1.0; expected 0 to'),
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
    (result,) = node.set_parameters([Parameter('planner.friction', value=0.6)])
    assert not result.successful and 'clean it up first' in result.reason
    node.trigger_deactivate()
    node.trigger_cleanup()
    (result,) = node.set_parameters([Parameter('planner.friction', value=0.6)])
    assert result.successful
    (result,) = node.set_parameters([Parameter('planner.friction', value=9.0)])
    assert not result.successful and 'friction 9.0' in result.reason
    node.trigger_configure()
    assert node.current_parameters().planner.friction == 0.6


def test_a_misspelt_parameter_is_pointed_out(graph, capfd):
    graph.add(GraspServer, default_timeot=3.0)
    assert "did you mean 'default_timeout'?" in capfd.readouterr().err
