"""What the launch files would start, checked without launch: executables, parameters, topics."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

import yaml
from rclpy.parameter import Parameter
from ros_graph import wait_until

from realvlg_ros.nodes.simulated_camera import SimulatedCamera
from realvlg_ros.ros.node.parameters import parameters_of
from realvlg_ros.settings import Setting, flatten

ROOT = Path(__file__).parents[2]
NODES = {
    'grounding_node': 'GroundingNode',
    'grasp_node': 'GraspNode',
    'grasp_server': 'GraspServer',
}
# Started when asked.
OFFERED = {
    **NODES,
    'moveit_adapter': 'MoveitAdapter',
    'pick_executor': 'PickExecutor',
    'realvlg_recorder': 'Recorder',
}
# Arguments that start all of them.
EVERYTHING = {'moveit': 'true', 'pick': 'true', 'record': 'recordings'}
Actions = Callable[..., list[Any]]
RANGE, LOCALHOST_ONLY = 'ROS_AUTOMATIC_DISCOVERY_RANGE', 'ROS_LOCALHOST_ONLY'
# What rcl reads of the environment for discovery and security.
OF_RCL = (RANGE, LOCALHOST_ONLY, 'ROS_DISTRO', 'ROS_SECURITY_ENABLE', 'ROS_SECURITY_STRATEGY')


@pytest.fixture
def ros_variables(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets those variables of rcl that are given, and takes the others out."""

    def set_them(**values: str) -> None:
        for name in OF_RCL:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_them


def variables(actions: list[Any]) -> list[tuple[str, str]]:
    return [a.args for a in actions if type(a).__name__ == 'SetEnvironmentVariable']


def of_kind(actions: list[Any], kind: str) -> list[dict[str, Any]]:
    return [action.kwargs for action in actions if type(action).__name__ == kind]


def own_nodes(actions: list[Any]) -> dict[str, dict[str, Any]]:
    nodes = of_kind(actions, 'Node')
    return {node['name']: node for node in nodes if node['package'] == 'realvlg_ros'}


def node_class(name: str) -> type[Any]:
    cls: type[Any] = getattr(importlib.import_module(f'realvlg_ros.nodes.{name}'), OFFERED[name])
    return cls


def specs(name: str) -> dict[str, Setting]:
    return {spec.name: spec for spec in parameters_of(node_class(name))}


def test_everything_is_started_in_its_namespace(launch_actions: Actions) -> None:
    nodes = own_nodes(launch_actions('realvlg.launch.py', namespace='left_arm'))
    assert set(nodes) == set(NODES)
    assert {node['namespace'] for node in nodes.values()} == {'left_arm'}
    assert all(node['respawn'] is True for node in nodes.values())


def test_without_server_perception_is_left(launch_actions: Actions) -> None:
    nodes = own_nodes(launch_actions('realvlg.launch.py', server='false', respawn='false'))
    assert set(nodes) == {'grounding_node', 'grasp_node'}
    assert not any(node['respawn'] for node in nodes.values())
    (include,) = launch_actions('perception.launch.py')
    assert include.args[0].args == (str(ROOT / 'launch' / 'realvlg.launch.py'),)
    assert dict(include.kwargs['launch_arguments']) == {'server': 'false'}


def test_the_adapter_of_moveit_has_the_gripper_and_the_topics_of_moveit(
    launch_actions: Actions,
) -> None:
    asked = {**EVERYTHING, 'gripper': 'wsg_50'}
    nodes = own_nodes(launch_actions('realvlg.launch.py', **asked))
    assert set(nodes) == set(OFFERED)
    adapter = nodes['moveit_adapter']
    for name in ('moveit_adapter', 'pick_executor'):
        assert nodes[name]['parameters'][1]['gripper'] == 'wsg_50'
    assert dict(adapter['remappings']) == {
        'collision_object': '/collision_object',
        'attached_collision_object': '/attached_collision_object',
    }


def test_the_recorder_sees_the_camera_and_writes_into_the_folder(launch_actions: Actions) -> None:
    asked = {
        'record': '~/records', 'color_topic': '/head/color', 'fixed_frame': 'base',
        'depth_noise': 'd405', 'server': 'false',
    }  # fmt: skip
    nodes = own_nodes(launch_actions('realvlg.launch.py', **asked))
    assert set(nodes) == {'grounding_node', 'grasp_node', 'realvlg_recorder'}
    recorder = nodes['realvlg_recorder']
    given = recorder['parameters'][1]
    assert given['folder'] == str(Path.home() / 'records')
    assert (given['fixed_frame'], given['noise.profile']) == ('base', 'd405')
    assert dict(recorder['remappings'])['color'] == '/head/color'
    relative = own_nodes(launch_actions('realvlg.launch.py', record='records'))
    folder = relative['realvlg_recorder']['parameters'][1]['folder']
    assert folder == str(Path.cwd() / 'records')


def test_simulations_feed_the_topics_that_they_name_and_share_nothing(
    launch_actions: Actions, ros_context: None
) -> None:
    seen: dict[str, set[str]] = {}
    for namespace in ('left', '/cell/right/'):
        include, camera = launch_actions('simulation.launch.py', namespace=namespace)
        given = dict(include.kwargs['launch_arguments'])
        (parameters,) = camera.kwargs['parameters']
        assert set(parameters) <= {spec.name for spec in parameters_of(SimulatedCamera)}
        space = f'/{camera.kwargs["namespace"].strip("/")}'
        started = own_nodes(launch_actions('realvlg.launch.py', namespace=namespace, **given))
        assert started.keys() == NODES.keys()
        assert {node['namespace'] for node in started.values()} == {camera.kwargs['namespace']}

        prefix = parameters['frame_prefix']
        node = SimulatedCamera(
            namespace=space, parameter_overrides=[Parameter('frame_prefix', value=prefix)]
        )
        try:
            published = node.get_publisher_names_and_types_by_node('simulated_camera', space)
            frame = node._prefixed(node.make_frame(0, 0.0))
            frames = {frame.fixed_frame, frame.camera.frame_id}
            # What is not absolute is in the namespace of the nodes, by the rules of remapping.
            topics = {
                node.resolve_topic_name(given[f'{stream}_topic'])
                for stream in ('color', 'depth', 'camera_info')
            }
        finally:
            node.destroy_node()
        assert topics <= {topic for topic, _ in published}
        assert frames == {given['fixed_frame'], given['rviz_frame']}
        seen[namespace] = topics | frames
    assert not set.intersection(*seen.values())


@pytest.mark.parametrize('name', OFFERED)
def test_executable_is_installed(name: str, launch_actions: Actions) -> None:
    nodes = own_nodes(launch_actions('realvlg.launch.py', **EVERYTHING))
    assert nodes[name]['executable'] == name
    installed = re.search(r'foreach\(node ([^)]*)\)', (ROOT / 'CMakeLists.txt').read_text())
    assert installed is not None and name in installed[1].split()
    assert callable(importlib.import_module(f'realvlg_ros.nodes.{name}').main)


def test_arguments_become_declared_parameters(launch_actions: Actions, tmp_path: Path) -> None:
    own = tmp_path / 'own.yaml'
    own.write_text('{}')
    nodes = own_nodes(
        launch_actions(
            'realvlg.launch.py',
            fixed_frame='base_link', rectified='true', color_transport='compressed',
            depth_transport='compressedDepth', depth_noise='d405', backend='detector',
            backend_options='detector', gripper='wsg_50', use_sim_time='true',
            autostart='false', threads='2',
            parameters=str(own),
        )
    )  # fmt: skip
    for name, node in nodes.items():
        file, given, last = node['parameters']
        assert (file, last) == (str(ROOT / 'config' / f'{name}.yaml'), str(own))
        assert (given.pop('use_sim_time'), given['autostart']) == (True, False)
        assert given['threads'] == 2
        for key, value in given.items():
            assert specs(name)[key].check(value) == value
    grounding = nodes['grounding_node']['parameters'][1]
    assert (grounding['backend'], grounding['backend_options']) == ('detector', 'detector')
    assert nodes['grasp_node']['parameters'][1] == {
        'color_transport': 'compressed', 'depth_transport': 'compressedDepth', 'rectified': True,
        'fixed_frame': 'base_link', 'gripper': 'wsg_50', 'autostart': False, 'threads': 2,
        'noise.profile': 'd405',
    }  # fmt: skip


def test_empty_arguments_leave_the_parameter_file_alone(launch_actions: Actions) -> None:
    for node in own_nodes(launch_actions('realvlg.launch.py')).values():
        assert node['parameters'][1:] == [{'use_sim_time': False, 'autostart': True}]


@pytest.mark.parametrize('name', OFFERED)
def test_parameter_file_shows_the_defaults(name: str) -> None:
    content = yaml.safe_load((ROOT / 'config' / f'{name}.yaml').read_text())
    values = flatten(content['/**']['ros__parameters'])
    declared = specs(name)
    assert set(values) <= set(declared), f'{set(values) - set(declared)} are not declared'
    for key, value in values.items():
        assert declared[key].check(value) == declared[key].default, key
    if name in ('grasp_server', 'moveit_adapter', 'pick_executor'):
        assert set(values) == set(declared)


def test_a_mistyped_argument_is_answered_with_the_one_that_was_meant(
    launch_actions: Actions,
) -> None:
    # The arguments of a launch file that includes this one are known here as well.
    given = {'grippr': 'wsg_50', 'depth_topik': '/depth', 'world': 'worlds/clutter.yaml'}
    notices = of_kind(launch_actions('realvlg.launch.py', **given), 'LogInfo')
    assert [notice['msg'] for notice in notices] == [
        'grippr is no argument; did you mean gripper?',
        'depth_topik is no argument; did you mean depth_topic?',
    ]
    assert not of_kind(launch_actions('realvlg.launch.py', gripper='wsg_50'), 'LogInfo')


@pytest.mark.parametrize('argument', ['parameters', 'fastdds_profile'])
def test_a_missing_file_is_refused(launch_actions: Actions, argument: str) -> None:
    with pytest.raises(FileNotFoundError, match=f"{argument} is '/no/file', which is not a file"):
        launch_actions('realvlg.launch.py', **{argument: '/no/file'})


def test_fast_dds_profile_can_be_left_out(launch_actions: Actions) -> None:
    on = launch_actions('realvlg.launch.py')
    settings = [a.args for a in on if type(a).__name__ == 'SetEnvironmentVariable']
    profile = str(ROOT / 'config' / 'fastdds_profile.xml')
    assert ('FASTRTPS_DEFAULT_PROFILES_FILE', profile) in settings
    off = launch_actions('realvlg.launch.py', fastdds_profile='')
    assert not [a for a in off if type(a).__name__ == 'SetEnvironmentVariable']


def topics_read_by(node: Any) -> set[str]:
    names_and_types = node.get_subscriber_names_and_types_by_node(node.get_name(), '/')
    return {name for name, _ in names_and_types}


def test_remapped_topics_exist(launch_actions: Actions, ros_context: None) -> None:
    nodes = own_nodes(
        launch_actions(
            'realvlg.launch.py',
            color_topic='/c/color', depth_topic='/c/depth', camera_info_topic='/c/info',
        )
    )  # fmt: skip
    renamed = {'/c/color', '/c/depth', '/c/info'}
    own_names = {'/color', '/depth', '/camera_info'}
    for name in ('grounding_node', 'grasp_node'):
        rules = [f'{old}:={new}' for old, new in nodes[name]['remappings']]
        arguments = ['--ros-args', *(part for rule in rules for part in ('-r', rule))]
        node = node_class(name)(cli_args=arguments)
        try:
            node.trigger_configure()
            node.trigger_activate()
            wait_until(
                lambda node=node: renamed <= topics_read_by(node),
                f'subscriptions of {name} under the new names',
            )
            assert topics_read_by(node) & (renamed | own_names) == renamed
        finally:
            node.trigger_shutdown()
            node.destroy_node()


def test_rviz_shows_topics_that_exist(launch_actions: Actions) -> None:
    (rviz,) = [
        node for node in of_kind(launch_actions('realvlg.launch.py'), 'Node')
        if node['package'] == 'rviz2'
    ]  # fmt: skip
    layout = ROOT / 'config' / 'realvlg.rviz'
    assert rviz['arguments'] == ['-d', str(layout)]
    framed = of_kind(launch_actions('realvlg.launch.py', rviz_frame='left/world'), 'Node')
    assert framed[-1]['arguments'] == ['-d', str(layout), '-f', 'left/world']
    shown = set(re.findall(r'(?:Value|Topic): (/\S+)', layout.read_text()))
    remapped = dict(rviz['remappings'])
    assert shown == set(remapped)
    outputs = (ROOT / 'realvlg_ros' / 'ros' / 'target_outputs.py').read_text()
    for topic in ('markers', 'debug_image'):
        assert remapped[f'/realvlg/{topic}'] == topic
        assert f"'{topic}'" in outputs


@pytest.mark.parametrize(
    ('given', 'environment', 'said', 'set_to'),
    [
        ('', 'LOCALHOST', '', ''),
        ('', 'OFF', '', ''),
        ('', '', 'open to every host of the subnet (discovery range SUBNET); SROS 2 is off', ''),
        ('LOCALHOST', 'SUBNET', 'open to every user of this machine', 'LOCALHOST'),
        ('SUBNET', 'LOCALHOST', 'whoever is found may publish and read every topic', 'SUBNET'),
    ],
)
def test_what_is_open_is_said(launch_actions, ros_variables, given, environment, said, set_to):
    ros_variables(ROS_AUTOMATIC_DISCOVERY_RANGE=environment)
    actions = launch_actions('realvlg.launch.py', discovery_range=given)
    words = [action['msg'] for action in of_kind(actions, 'LogInfo')]
    assert len(words) == bool(said) and all(said in text for text in words)
    ranges = [value for name, value in variables(actions) if name == RANGE]
    assert ranges == [set_to] * bool(set_to)


def test_every_distribution_is_told_its_range_by_the_variable_that_it_reads(
    launch_actions, ros_variables
):
    def started(given='', **values):
        ros_variables(**values)
        actions = launch_actions('realvlg.launch.py', discovery_range=given)
        words = ' '.join(action['msg'] for action in of_kind(actions, 'LogInfo'))
        return words, [v for v in variables(actions) if v[0] in (RANGE, LOCALHOST_ONLY)]

    humble = {'ROS_DISTRO': 'humble'}
    words, changed = started('LOCALHOST', **humble)
    assert 'open to every user of this machine' in words and changed == [(LOCALHOST_ONLY, '1')]
    words, changed = started(**humble, ROS_AUTOMATIC_DISCOVERY_RANGE='LOCALHOST')
    assert 'open to every host of the subnet' in words and not changed
    assert started(**humble, ROS_LOCALHOST_ONLY='1') == ('', [])
    for given in ('SUBNET', 'OFF', 'SYSTEM_DEFAULT'):
        with pytest.raises(ValueError, match=f'{given}, which ROS Humble has not; give LOCALHOST'):
            started(given, **humble)
    assert started(ROS_DISTRO='jazzy', ROS_LOCALHOST_ONLY='1') == ('', [])
    assert 'every host of the subnet' in started(ROS_DISTRO='jazzy', ROS_LOCALHOST_ONLY='0')[0]
    words, _ = started('SUBNET', ROS_DISTRO='jazzy', ROS_LOCALHOST_ONLY='1')
    assert 'every user of this machine (ROS_LOCALHOST_ONLY=1, which goes before' in words


@pytest.mark.parametrize(
    ('enable', 'strategy', 'said', 'is_warned'),
    [
        ('true', 'Enforce', 'SROS 2 is on, strategy Enforce', False),
        ('true', 'enforce', 'SROS 2 is on, strategy Permissive', False),
        ('true', '', 'SROS 2 is on, strategy Permissive', False),
        ('True', 'Enforce', 'SROS 2 is off', True),
        ('1', 'Enforce', 'SROS 2 is off', True),
        ('false', '', 'SROS 2 is off', False),
    ],
)
def test_security_counts_where_rcl_counts_it(
    launch_actions, ros_variables, enable, strategy, said, is_warned
):
    ros_variables(ROS_SECURITY_ENABLE=enable, ROS_SECURITY_STRATEGY=strategy)
    actions = launch_actions('realvlg.launch.py')
    words = [action['msg'] for action in of_kind(actions, 'LogInfo')]
    assert said in words[0]
    warning = f"ROS_SECURITY_ENABLE is '{enable}', so SROS 2 is off: write true, exactly so"
    assert words[1:] == [warning] * is_warned
    for node in own_nodes(actions).values():
        assert ('--enclave' in node['ros_arguments']) == (enable == 'true')


@pytest.mark.parametrize(
    ('namespace', 'enclave'),
    [
        ('', '/grasp_node'),
        ('/', '/grasp_node'),
        ('left', '/left/grasp_node'),
        ('/cell/left/', '/cell/left/grasp_node'),
    ],
)
def test_an_enclave_has_no_empty_part(launch_actions, ros_variables, namespace, enclave):
    ros_variables(ROS_SECURITY_ENABLE='true')
    nodes = own_nodes(launch_actions('realvlg.launch.py', namespace=namespace))
    assert nodes['grasp_node']['ros_arguments'][-2:] == ['--enclave', enclave]


def test_the_server_checks_against_the_gripper_of_the_others(launch_actions: Actions) -> None:
    nodes = own_nodes(launch_actions('realvlg.launch.py', gripper='wsg_50'))
    for name in ('grasp_node', 'grasp_server'):
        assert nodes[name]['parameters'][1]['gripper'] == 'wsg_50'
