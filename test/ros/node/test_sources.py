"""What names files or code is given at the start; later no peer of the ROS domain changes it."""

import ast
import importlib.metadata
import re
from pathlib import Path

import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from ros_graph import Graph

from realvlg_ros.errors import GroundingError, ParameterError
from realvlg_ros.grounding import registry
from realvlg_ros.nodes.bag_player import BagPlayer
from realvlg_ros.nodes.frame_player import FramePlayer
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.nodes.mock_moveit import MockMoveIt
from realvlg_ros.nodes.moveit_adapter import MoveitAdapter
from realvlg_ros.nodes.pick_executor import PickExecutor
from realvlg_ros.nodes.realvlg_recorder import Recorder
from realvlg_ros.nodes.simulated_camera import SimulatedCamera
from realvlg_ros.ros.node.parameters import parameters_of

NODES = (
    GroundingNode, GraspNode, GraspServer, MoveitAdapter, MockMoveIt, PickExecutor, Recorder,
    FramePlayer, BagPlayer, SimulatedCamera,
)  # fmt: skip
# Words of a text parameter that names a file, a folder or code.
NAMES_SOURCE = re.compile(r'YAML|[Ff]older|path|package\.module|URDF')
# Texts that are none though they speak of one.
HARMLESS = {'trajectory', 'fail'}
# (node, parameter, what a stranger would set it to)
STRANGERS = [
    (GroundingNode, 'backend', 'os:system'),
    (GroundingNode, 'backend', 'os:abort'),
    (GroundingNode, 'backend', 'subprocess:Popen'),
    (GroundingNode, 'backend', 'server'),
    (GroundingNode, 'backend_options', '/tmp/options.yaml'),
    (GroundingNode, 'backend_factories', 'os:system'),
    (GroundingNode, 'runtime_sources', True),
    (GroundingNode, 'robot_shapes', '/etc/passwd'),
    (GroundingNode, 'noise.profile', '/dev/zero.yaml'),
    (GraspNode, 'gripper', '/proc/self/mem.yaml'),
    (GraspNode, 'robot_shapes', '/dev/zero'),
    (PickExecutor, 'gripper', '/tmp/long_fingers.yaml'),
    (MoveitAdapter, 'gripper', 'wsg_50'),
    (Recorder, 'folder', '/etc'),
]


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


def set_by_a_peer(graph, node, name, value):
    request = SetParameters.Request(parameters=[Parameter(name, value=value).to_parameter_msg()])
    (result,) = graph.call(SetParameters, f'{node.get_name()}/set_parameters', request).results
    return result


@pytest.mark.parametrize(('node', 'name', 'value'), STRANGERS)
def test_a_peer_sets_none_while_the_node_is_unconfigured(graph, node, name, value):
    made = graph.add(node, autostart=False)
    before = made.get_parameter(name).value
    result = set_by_a_peer(graph, made, name, value)
    assert not result.successful and name in result.reason and 'start it again' in result.reason
    assert made.get_parameter(name).value == before


def test_with_the_flag_files_are_set_and_factories_only_of_the_list(graph):
    made = graph.add(
        GroundingNode, autostart=False, runtime_sources=True,
        backend_factories='fake_grounders:SlowGrounder, fake_grounders:BrokenGrounder',
    )  # fmt: skip
    assert set_by_a_peer(graph, made, 'noise.profile', 'zed').successful
    assert not set_by_a_peer(graph, made, 'backend_factories', 'os:system').successful
    for backend, words in (
        ('os:abort', "backend 'os:abort' was not given when the process started"),
        ('fake_grounders:DeafGrounder', 'list it in backend_factories'),
    ):
        assert set_by_a_peer(graph, made, 'backend', backend).successful
        made.trigger_configure()
        assert made.state == 'unconfigured' and words in made._problem
    assert set_by_a_peer(graph, made, 'backend', 'fake_grounders:BrokenGrounder').successful
    made.trigger_configure()
    assert made.state == 'inactive'


@pytest.mark.parametrize('node', NODES, ids=lambda node: node.__name__)
def test_each_parameter_that_names_files_or_code_says_so(node):
    for item in parameters_of(node):
        if isinstance(item.default, str) and item.name not in HARMLESS:
            assert (item.source or item.name == 'backend_factories') == bool(
                NAMES_SOURCE.search(item.words)
            ), item.name


@pytest.mark.parametrize(
    'name',
    [
        'os:system',
        'os:abort',
        'builtins:exec',
        'subprocess:Popen',
        'shutil:rmtree',
        'os.path:join',
    ],
)
def test_a_factory_that_nobody_allowed_is_not_imported(name):
    with pytest.raises(ParameterError, match='was not given when the process started'):
        registry.make_grounder(name, {'command': 'true'}, allowed=('fake_grounders:SlowGrounder',))


@pytest.mark.parametrize(
    'name',
    ['', ':', 'os:', ':system', 'os system', 'os:system()', 'a..b:c', '../x:y', 'x' * 10**6],
)
def test_what_names_no_factory_is_refused_in_a_short_message(name):
    with pytest.raises(ParameterError, match='expected one of detector, realvlg') as error:
        registry.check_backend(name)
    assert len(str(error.value)) < 500
    if name.strip():
        with pytest.raises(ParameterError, match='backend_factories holds'):
            registry.check_factories(f'a.b:c, {name}')


def test_what_makes_no_grounder_is_refused():
    with pytest.raises(GroundingError, match='makes a dict, which has no load, ground, close'):
        registry.make_grounder('builtins:dict', allowed=('builtins:dict',))


def offer(monkeypatch, *values):
    entries = [importlib.metadata.EntryPoint('oracle', v, registry.GROUP) for v in values]
    monkeypatch.setattr(registry, 'entry_points', lambda group: entries)


def test_an_installed_package_offers_its_grounder(monkeypatch):
    offer(monkeypatch, 'fake_grounders:SlowGrounder', 'fake_grounders:SlowGrounder')
    assert registry.make_grounder('oracle').name == 'slow'
    offer(monkeypatch, 'fake_grounders:SlowGrounder', 'other_package:Oracle')
    with pytest.raises(ParameterError, match='offered by several packages'):
        registry.make_grounder('oracle')
    offer(monkeypatch, 'no_such_package:Oracle')
    with pytest.raises(GroundingError, match='cannot be imported'):
        registry.make_grounder('oracle')


def test_the_entry_points_of_this_package_are_its_backends():
    text = (Path(__file__).parents[3] / 'setup.py').read_text()
    listed = re.search(r'for name, module in \((.*?)\n            \)', text, re.DOTALL)[1]
    expected = {(name, module[1:]) for name, (module, _) in registry.BACKENDS.items()}
    assert set(ast.literal_eval(f'[{listed}]')) == expected
