"""Start the nodes for a bag that is played, and the player when a bag is given.

    ros2 launch realvlg_ros replay.launch.py bag:=table fixed_frame:=base_link \
        instruction:="pick up the red mug"

The topics of the camera are found in the bag where there is one choice. Without a bag the nodes
wait for what is played elsewhere: `ros2 bag play BAG --clock 200 --qos-profile-overrides-path
config/rosbag_qos_overrides.yaml`. The arguments of realvlg.launch.py may be given as well;
use_sim_time is true here.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    TimerAction,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

_EVERYTHING = Path(__file__).absolute().with_name('realvlg.launch.py')
_OVERRIDES = Path(__file__).absolute().parents[1] / 'config' / 'rosbag_qos_overrides.yaml'
_FLAG = ['true', 'false', 'True', 'False']
# Players: our own, which begins when the nodes read the camera, and that of rosbag2.
_OWN, _ROSBAG2 = 'bag_player', 'ros2bag'
# Nodes of realvlg.launch.py that always read the camera: grounding_node and grasp_node.
_READERS = 2
# How long the nodes may take to start until an instruction is given up, s.
_START_S = 60

Action = IncludeLaunchDescription | LogInfo | Node | ExecuteProcess | TimerAction


def generate_launch_description() -> LaunchDescription:
    """Describe the nodes and the player."""
    described = {
        'bag': ('', 'Bag that is played: a folder, .mcap, .db3 or .bag. Empty: none.'),
        'player': (
            _OWN,
            'Who plays it: bag_player of this package, or ros2bag (package ros2bag).',
        ),
        'rate': ('1.0', 'Seconds of the bag in a second.'),
        'loop': ('false', 'Begin again after the last message.'),
        'start_paused': ('false', 'Begin with the service resume of the player.'),
        'clock_rate': ('200.0', 'Messages on /clock a second, Hz.'),
        'delay': ('5.0', 'ros2bag begins so long after the nodes are started, s.'),
        'qos_overrides': (str(_OVERRIDES), 'QoS of the player by topic. Empty: as recorded.'),
        'instruction': ('', 'What the nodes are asked for once. Empty: nothing.'),
        'image_reliability': (
            '',
            'reliable or best_effort: of the subscriptions to the camera. Empty: as the bag is '
            'played, and without a bag as in the parameter file.',
        ),
    }
    choices = {'player': [_OWN, _ROSBAG2], 'loop': _FLAG, 'start_paused': _FLAG}
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(
                    name,
                    default_value=default,
                    description=description,
                    choices=choices.get(name),
                )
                for name, (default, description) in described.items()
            ),
            OpaqueFunction(function=_everything),
        ]
    )


def _everything(context: LaunchContext) -> list[Action]:
    bag = _value(context, 'bag')
    arguments = {'use_sim_time': 'true'}
    notices = []
    if bag:
        arguments |= _camera(context, bag)
        said = ', '.join(f'{name} {value}' for name, value in arguments.items())
        notices.append(LogInfo(msg=f'{bag}: {said}'))
    elif _value(context, 'image_reliability'):
        arguments['image_reliability'] = _value(context, 'image_reliability')
    return [
        *notices,
        # First, since it sets the environment of all that comes after.
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(_EVERYTHING)), launch_arguments=arguments.items()
        ),
        *(_player(context, bag) if bag else []),
        *_question(context),
    ]


def _camera(context: LaunchContext, bag: str) -> dict[str, str]:
    """The arguments for the camera of the bag; those that were given are kept.

    Raises:
        RuntimeError: the bag cannot be used; launch says the reason.
    """
    from realvlg_ros.errors import RealvlgError
    from realvlg_ros.replay.playback.played_camera import PlayedCamera

    given = context.launch_configurations
    streams = ('color', 'depth', 'camera_info')
    overrides = _value(context, 'qos_overrides')
    try:
        found = PlayedCamera.of_bag(
            _absolute(bag),
            _absolute(overrides) if overrides else None,
            **{name: given.get(f'{name}_topic', '') for name in streams},
        )
    except RealvlgError as error:
        raise RuntimeError(
            f'{error}\n(name topics with color_topic:=, depth_topic:= and camera_info_topic:=)'
        ) from error
    reliability = 'reliable' if found.reliable else 'best_effort'
    return {
        **{f'{name}_topic': getattr(found, name) for name in streams},
        'color_transport': given.get('color_transport') or found.color_transport,
        'depth_transport': given.get('depth_transport') or found.depth_transport,
        'image_reliability': given.get('image_reliability') or reliability,
    }


def _player(context: LaunchContext, bag: str) -> list[Action]:
    """The process that plays the bag.

    Raises:
        RuntimeError: ros2bag is asked for and is not installed.
    """
    path, overrides = str(_absolute(bag)), _value(context, 'qos_overrides')
    overrides = str(_absolute(overrides)) if overrides else ''
    loop, paused = (_is_true(context, name) for name in ('loop', 'start_paused'))
    if _value(context, 'player') == _OWN:
        parameters = {
            'bag': path,
            'rate': float(_value(context, 'rate')),
            'loop': loop,
            'start_paused': paused,
            'clock_rate': float(_value(context, 'clock_rate')),
            'wait_for_reader': True,
            'readers': _readers(context),
            'qos_overrides': overrides,
        }
        return [
            Node(
                package='realvlg_ros',
                executable='bag_player',
                name='bag_player',
                parameters=[parameters],
                output='screen',
            )
        ]
    if importlib.util.find_spec('ros2bag') is None:
        raise RuntimeError(
            'player:=ros2bag needs the package ros2bag, which is not installed: install '
            'ros-$ROS_DISTRO-ros2bag and ros-$ROS_DISTRO-rosbag2, or leave the argument player out'
        )
    command = ['ros2', 'bag', 'play', path, '--clock', _value(context, 'clock_rate')]
    command += ['--rate', _value(context, 'rate')]
    command += ['--qos-profile-overrides-path', overrides] if overrides else []
    command += ['--loop'] if loop else []
    command += ['--start-paused'] if paused else []
    process = ExecuteProcess(cmd=command, output='screen')
    return [TimerAction(period=float(_value(context, 'delay')), actions=[process])]


def _readers(context: LaunchContext) -> int:
    """How many nodes read the camera: none of them may miss the beginning of the bag."""
    return _READERS + bool(context.launch_configurations.get('record', ''))


def _question(context: LaunchContext) -> list[Action]:
    """The process that asks for grasps once."""
    instruction = _value(context, 'instruction')
    if not instruction:
        return []
    namespace = context.launch_configurations.get('namespace', 'realvlg')
    command = [sys.executable, '-m', 'realvlg_ros.cli', 'goal', instruction]
    command += ['--namespace', f'/{namespace.strip("/")}', '--wait', str(_START_S)]
    command += ['--when-played']
    return [ExecuteProcess(cmd=command, name='goal', output='screen')]


def _value(context: LaunchContext, name: str) -> str:
    return str(LaunchConfiguration(name).perform(context))


def _is_true(context: LaunchContext, name: str) -> bool:
    return _value(context, name).lower() == 'true'


def _absolute(path: str) -> Path:
    return Path(path).expanduser().absolute()
