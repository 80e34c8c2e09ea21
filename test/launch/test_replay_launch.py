"""What replay.launch.py would start, checked without launch."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')
pytest.importorskip('tf2_msgs', reason='tf2_msgs is not installed')

from played_bag import write_table_bag
from recordings import recording

from realvlg_ros.cli import goal
from realvlg_ros.nodes.bag_player import BagPlayer
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.ros.node.parameters import parameters_of

ROOT = Path(__file__).parents[2]
OVERRIDES = str(ROOT / 'config' / 'rosbag_qos_overrides.yaml')
LAUNCH = 'replay.launch.py'
Actions = Callable[..., list[Any]]


def of_kind(actions: list[Any], kind: str) -> list[Any]:
    return [action for action in actions if type(action).__name__ == kind]


def included(actions: list[Any]) -> dict[str, str]:
    (include,) = of_kind(actions, 'IncludeLaunchDescription')
    assert include.args[0].args == (str(ROOT / 'launch' / 'realvlg.launch.py'),)
    return dict(include.kwargs['launch_arguments'])


@pytest.fixture(scope='module')
def bag(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_table_bag(tmp_path_factory.mktemp('bags') / 'table', seconds=0.3))


def test_without_a_bag_the_nodes_wait_for_one_that_is_played_elsewhere(
    launch_actions: Actions,
) -> None:
    actions = launch_actions(LAUNCH)
    assert included(actions) == {'use_sim_time': 'true'}
    assert len(actions) == 1
    reliable = launch_actions(LAUNCH, image_reliability='reliable')
    assert included(reliable)['image_reliability'] == 'reliable'


def test_the_camera_is_found_in_the_bag_and_read_as_it_is_played(
    launch_actions: Actions, bag: str
) -> None:
    actions = launch_actions(LAUNCH, bag=bag, fixed_frame='world')
    given = included(actions)
    assert given == {
        'use_sim_time': 'true',
        'color_topic': '/camera/color/image_raw',
        'depth_topic': '/camera/depth/image_raw',
        'camera_info_topic': '/camera/color/camera_info',
        'color_transport': 'raw',
        'depth_transport': 'raw',
        'image_reliability': 'reliable',
    }
    # The environment of the player is set by what is included: it comes first.
    kinds = [type(action).__name__ for action in actions]
    assert kinds == ['LogInfo', 'IncludeLaunchDescription', 'Node']
    started = of_kind(launch_actions('realvlg.launch.py', fixed_frame='world', **given), 'Node')
    grasp = next(node.kwargs for node in started if node.kwargs['name'] == 'grasp_node')
    parameters = grasp['parameters'][1]
    declared = {spec.name: spec for spec in parameters_of(GraspNode)}
    assert parameters.pop('use_sim_time') is True
    assert all(declared[name].check(value) == value for name, value in parameters.items())
    assert parameters['image_reliability'] == 'reliable'


def test_compressed_topics_are_given_without_their_transport(
    launch_actions: Actions, tmp_path: Path
) -> None:
    from realvlg_ros.cli import main

    world, out = 'worlds/tabletop.yaml', str(tmp_path / 'bag')
    size = ['--width', '64', '--height', '48', '--count', '1', '--fast', '--compressed']
    assert main(['bag', world, '--out', out, *size]) == 0
    given = included(launch_actions(LAUNCH, bag=out))
    assert given['color_topic'] == '/camera/color/image_raw'
    assert (given['color_transport'], given['depth_transport']) == (
        'compressed', 'compressedDepth',
    )  # fmt: skip


def test_our_player_gets_parameters_that_it_declares(launch_actions: Actions, bag: str) -> None:
    asked = {'rate': '0.5', 'loop': 'true', 'start_paused': 'True', 'clock_rate': '100'}
    (player,) = of_kind(launch_actions(LAUNCH, bag=bag, **asked), 'Node')
    assert player.kwargs['executable'] == 'bag_player'
    installed = re.search(r'foreach\(node ([^)]*)\)', (ROOT / 'CMakeLists.txt').read_text())
    assert installed is not None and 'bag_player' in installed[1].split()
    (parameters,) = player.kwargs['parameters']
    assert parameters == {
        'bag': bag, 'rate': 0.5, 'loop': True, 'start_paused': True, 'clock_rate': 100.0,
        'wait_for_reader': True, 'readers': 2, 'qos_overrides': OVERRIDES,
    }  # fmt: skip
    (player,) = of_kind(launch_actions(LAUNCH, bag=bag, record='episodes'), 'Node')
    assert player.kwargs['parameters'][0]['readers'] == 3
    declared = {spec.name: spec for spec in parameters_of(BagPlayer)}
    assert all(declared[name].check(value) == value for name, value in parameters.items())


def test_rosbag2_plays_the_bag_where_it_is_installed(
    launch_actions: Actions, bag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {'bag': bag, 'player': 'ros2bag', 'loop': 'true', 'rate': '2.0', 'delay': '3'}
    with pytest.raises(RuntimeError, match='needs the package ros2bag, which is not installed'):
        launch_actions(LAUNCH, **asked)
    module = types.ModuleType('ros2bag')
    module.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, 'ros2bag', module)
    (timer,) = of_kind(launch_actions(LAUNCH, **asked), 'TimerAction')
    assert timer.kwargs['period'] == 3.0
    (process,) = timer.kwargs['actions']
    assert process.kwargs['cmd'] == [
        'ros2', 'bag', 'play', bag, '--clock', '200.0', '--rate', '2.0',
        '--qos-profile-overrides-path', OVERRIDES, '--loop',
    ]  # fmt: skip


def test_the_instruction_is_asked_by_a_command_that_exists(
    launch_actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realvlg_ros.cli import main

    sentence = 'pick up the red mug'
    (asking,) = of_kind(
        launch_actions(LAUNCH, instruction=sentence, namespace='left'), 'ExecuteProcess'
    )
    command = asking.kwargs['cmd']
    assert command[:3] == [sys.executable, '-m', 'realvlg_ros.cli']
    parsed: list[Any] = []
    monkeypatch.setattr(goal, 'run', lambda arguments: parsed.append(arguments) or 0)
    assert main(command[3:]) == 0
    assert (parsed[0].instruction, parsed[0].namespace) == (sentence, '/left')
    assert (parsed[0].wait, parsed[0].when_played) == (60.0, True)


def test_a_bag_that_cannot_be_used_ends_the_launch_with_the_reason(
    launch_actions: Actions, tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match=r'/no/bag is not there(.|\n)*color_topic:='):
        launch_actions(LAUNCH, bag='/no/bag')
    made = recording(2)
    # A second camera: which one is meant must be said.
    for topic, message, log_ns in list(made.items):
        made.add(topic.replace('/cam/', '/other/'), message, log_ns)
    path = str(made.write(tmp_path / 'bag'))
    with pytest.raises(RuntimeError, match='several topics(.|\n)*color_topic:='):
        launch_actions(LAUNCH, bag=path)
    named = {'color_topic': '/other/color/image_raw', 'depth_topic': '/other/depth/image_raw'}
    assert included(launch_actions(LAUNCH, bag=path, **named))['color_topic'] == (
        '/other/color/image_raw'
    )


def test_no_argument_is_taken_for_one_of_the_other_launch_file(launch_actions: Actions) -> None:
    own = [
        entity.name
        for entity in launch_actions.described(LAUNCH)
        if type(entity).__name__ == 'DeclareLaunchArgument'
    ]
    assert 'rate' in own
    values = {**dict.fromkeys(own, ''), 'image_reliability': ''}
    assert not of_kind(launch_actions('realvlg.launch.py', **values), 'LogInfo')
