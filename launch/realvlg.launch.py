"""Start grounding_node, grasp_node and grasp_server, and the nodes and RViz that are asked for.

    ros2 launch realvlg_ros realvlg.launch.py \
        color_topic:=/camera/camera/color/image_raw fixed_frame:=base_link

The camera driver is started elsewhere, with depth registered to colour and with the same Fast DDS
profile in its environment. Arguments that are left empty keep what the parameter files say.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

import yaml
from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    LogInfo,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

_SHARE = Path(__file__).absolute().parents[1]
_CONFIG = _SHARE / 'config'

# Launch arguments that are parameters of the nodes that read the camera.
_CAMERA_ARGUMENTS = (
    'color_transport', 'depth_transport', 'image_reliability', 'rectified', 'fixed_frame',
    'depth_noise',
)  # fmt: skip
_GROUNDING_ARGUMENTS = (*_CAMERA_ARGUMENTS, 'backend', 'backend_options')
_GRASP_ARGUMENTS = (*_CAMERA_ARGUMENTS, 'gripper')
# Of nodes that use the gripper and no camera.
_GRIPPER_ARGUMENTS = ('gripper',)
# Topics of MoveIt's planning scene, which are not in our namespace.
_SCENE_TOPICS = ('collision_object', 'attached_collision_object')
# Those whose parameter is called otherwise.
_PARAMETERS = {'depth_noise': 'noise.profile'}
_EMPTY = ' Empty: as in the parameter file.'
_FLAG = ['true', 'false', 'True', 'False']
# The environment variable of the discovery range, and who can reach the nodes under each.
_RANGE = 'ROS_AUTOMATIC_DISCOVERY_RANGE'
_OPEN = {
    'SUBNET': 'every host of the subnet',
    'SYSTEM_DEFAULT': 'every host that the DDS profile reaches',
    'LOCALHOST': 'every user of this machine',
    'OFF': 'only peers named in ROS_STATIC_PEERS',
}
# What ROS Humble has instead; the later ones honour it too, before the range.
_LOCALHOST_ONLY = 'ROS_LOCALHOST_ONLY'
_SECURITY = 'ROS_SECURITY_ENABLE'
# Ranges that stay on this machine.
_CLOSED = ('LOCALHOST', 'OFF')
_CHOICES = {
    **dict.fromkeys(
        ('use_sim_time', 'autostart', 'respawn', 'server', 'moveit', 'pick', 'rviz'), _FLAG
    ),
    'image_reliability': ['', 'best_effort', 'reliable'],
    'rectified': ['', *_FLAG],
    'discovery_range': ['', *_OPEN],
    'log_level': ['debug', 'info', 'warn', 'error', 'fatal'],
}


def generate_launch_description() -> LaunchDescription:
    """Describe the nodes."""
    return LaunchDescription(
        [
            *_arguments(),
            OpaqueFunction(function=_name_mistyped_arguments),
            OpaqueFunction(function=_use_fastdds_profile),
            OpaqueFunction(function=_use_discovery_range),
            OpaqueFunction(function=_nodes),
            OpaqueFunction(function=_rviz),
        ]
    )


def _arguments() -> list[DeclareLaunchArgument]:
    described = {
        'namespace': ('realvlg', 'Namespace of the nodes and of their topics.'),
        'color_topic': ('/camera/camera/color/image_raw', 'Colour images.'),
        'depth_topic': (
            '/camera/camera/aligned_depth_to_color/image_raw',
            'Depth images, registered to colour.',
        ),
        'camera_info_topic': ('/camera/camera/color/camera_info', 'Intrinsics of colour.'),
        'color_transport': ('', 'raw, or compressed: the topic color_topic/compressed.'),
        'depth_transport': ('', 'raw, or compressedDepth: the topic depth_topic/compressedDepth.'),
        'image_reliability': (
            '',
            'best_effort, which matches every camera, or reliable, which loses no image.',
        ),
        'rectified': ('', 'Whether the images are rectified.'),
        'fixed_frame': ('', 'Frame in which the scene stands still, such as base_link.'),
        'depth_noise': ('', "The depth camera's noise: a name in config/depth_noise, or a path."),
        'backend': (
            '',
            'Grounding backend: tabletop, realvlg, server, detector, or package.module:factory.',
        ),
        'backend_options': ('', 'Its options: a name in config/backends, or a YAML file.'),
        'gripper': ('', 'Gripper profile: a name in config/grippers, or a path.'),
        'parameters': (
            '',
            'A parameter file of your own (keys: /** or /**/grasp_node); it has the last word.',
        ),
        'use_sim_time': ('false', 'Take the time from /clock.'),
        'autostart': ('true', 'Configure and activate without a lifecycle manager.'),
        'threads': ('', 'Threads of each call into BLAS, OpenMP and OpenCV.'),
        'respawn': ('true', 'Start a node again that has died.'),
        'server': ('true', 'Start grasp_server, which answers PlanGrasps goals.'),
        'moveit': (
            'false',
            'Start moveit_adapter: grasps and planning scene for MoveIt (package moveit_msgs).',
        ),
        'pick': (
            'false',
            'Start pick_executor, which moves the robot (packages moveit_msgs, control_msgs); '
            'its planning group and gripper are named in the file of the argument parameters.',
        ),
        'record': (
            '',
            'Folder into which realvlg_recorder writes what is seen and answered around each '
            'goal. Empty: nothing is recorded.',
        ),
        'rviz': ('false', 'Show camera, grasps and debug image in RViz (package rviz2).'),
        'rviz_frame': ('', "RViz's fixed frame. Empty: as in config/realvlg.rviz."),
        'log_level': ('info', 'debug, info, warn, error or fatal.'),
        'discovery_range': (
            '',
            'Who is found: LOCALHOST, SUBNET, OFF or SYSTEM_DEFAULT. Empty keeps '
            'ROS_AUTOMATIC_DISCOVERY_RANGE of the environment, which is SUBNET where it is not '
            'set. The camera driver must be in the same range. ROS Humble has LOCALHOST alone.',
        ),
        'fastdds_profile': (
            str(_CONFIG / 'fastdds_profile.xml'),
            'Fast DDS profile for large images; empty keeps the environment as it is.',
        ),
    }
    in_files = {*_GROUNDING_ARGUMENTS, *_GRASP_ARGUMENTS, 'threads'}
    return [
        DeclareLaunchArgument(
            name,
            default_value=default,
            description=description + (_EMPTY if name in in_files else ''),
            choices=_CHOICES.get(name),
        )
        for name, (default, description) in described.items()
    ]


def _name_mistyped_arguments(context: LaunchContext) -> list[LogInfo]:
    """Say which argument was meant, since launch passes over names that it does not know."""
    known = [argument.name for argument in _arguments()]
    notices = []
    for name in context.launch_configurations:
        near = [] if name in known else difflib.get_close_matches(name, known, 1, 0.8)
        notices += [LogInfo(msg=f'{name} is no argument; did you mean {n}?') for n in near]
    return notices


def _use_fastdds_profile(context: LaunchContext) -> list[SetEnvironmentVariable]:
    profile = _file(context, 'fastdds_profile')
    if not profile:
        return []
    # Fast DDS 2 reads the first name, Fast DDS 3 the second.
    names = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
    return [SetEnvironmentVariable(name, profile) for name in names]


def _use_discovery_range(context: LaunchContext) -> list[SetEnvironmentVariable | LogInfo]:
    """Set the range, and say what is open beyond this machine, or as far as was asked for."""
    given = _value(context, 'discovery_range')
    actions: list[SetEnvironmentVariable | LogInfo] = []
    if given:
        actions.append(SetEnvironmentVariable(*_range_variable(given)))
    found, by = _range_of_rcl(given)
    domain = os.environ.get('ROS_DOMAIN_ID') or '0'
    words = f'ROS domain {domain} is open to {_OPEN.get(found, found)} ({by})'
    if _is_secured():
        # rcl compares exactly here, too.
        is_enforced = os.environ.get('ROS_SECURITY_STRATEGY') == 'Enforce'
        words += f'; SROS 2 is on, strategy {"Enforce" if is_enforced else "Permissive"}'
    else:
        words += '; SROS 2 is off: whoever is found may publish and read every topic'
    if given or found not in _CLOSED:
        actions.append(LogInfo(msg=f'{words}. See docs/security.md'))
    enable = os.environ.get(_SECURITY, '')
    if enable not in ('', 'true', 'false'):
        actions.append(
            LogInfo(msg=f'{_SECURITY} is {enable!r}, so SROS 2 is off: write true, exactly so')
        )
    return actions


def _range_variable(given: str) -> tuple[str, str]:
    """The environment variable that sets a discovery range, and its value.

    Raises:
        ValueError: ROS Humble has no such range.
    """
    if not _is_humble():
        return _RANGE, given
    if given != 'LOCALHOST':
        raise ValueError(
            f'discovery_range is {given}, which ROS Humble has not; give LOCALHOST, or leave it '
            f'empty and set {_LOCALHOST_ONLY} or a DDS profile in the environment'
        )
    return _LOCALHOST_ONLY, '1'


def _range_of_rcl(given: str) -> tuple[str, str]:
    """The range that rcl takes, and what says so."""
    if os.environ.get(_LOCALHOST_ONLY) == '1':
        return 'LOCALHOST', f'{_LOCALHOST_ONLY}=1, which goes before every discovery range'
    environment = '' if _is_humble() else os.environ.get(_RANGE)
    found = given or environment or 'SUBNET'
    return found, f'discovery range {found}'


def _is_humble() -> bool:
    """Whether this is ROS Humble, which does not read the variable of the discovery range."""
    return os.environ.get('ROS_DISTRO') == 'humble'


def _is_secured() -> bool:
    """Whether SROS 2 is on, as rcl compares; each node then has an enclave, as in config/sros2."""
    return os.environ.get(_SECURITY) == 'true'


def _nodes(context: LaunchContext) -> list[Node]:
    streams = [
        (stream, _value(context, f'{stream}_topic'))
        for stream in ('color', 'depth', 'camera_info')
    ]
    nodes = [
        _node(context, 'grounding_node', _GROUNDING_ARGUMENTS, streams),
        _node(context, 'grasp_node', _GRASP_ARGUMENTS, streams),
    ]
    if yaml.safe_load(_value(context, 'server')):
        nodes.append(_node(context, 'grasp_server', _GRIPPER_ARGUMENTS, []))
    if yaml.safe_load(_value(context, 'moveit')):
        scene = [(topic, f'/{topic}') for topic in _SCENE_TOPICS]
        nodes.append(_node(context, 'moveit_adapter', _GRIPPER_ARGUMENTS, scene))
    if yaml.safe_load(_value(context, 'pick')):
        nodes.append(_node(context, 'pick_executor', _GRIPPER_ARGUMENTS, []))
    if record := _value(context, 'record'):
        folder = {'folder': str(Path(record).expanduser().absolute())}
        nodes.append(_node(context, 'realvlg_recorder', _CAMERA_ARGUMENTS, streams, folder))
    return nodes


def _rviz(context: LaunchContext) -> list[Node]:
    frame = _value(context, 'rviz_frame')
    return [
        Node(
            package='rviz2',
            executable='rviz2',
            namespace=_value(context, 'namespace'),
            arguments=['-d', str(_CONFIG / 'realvlg.rviz'), *(['-f', frame] if frame else [])],
            remappings=[
                ('/realvlg/markers', 'markers'),
                ('/realvlg/debug_image', 'debug_image'),
                ('/realvlg/grounding_image', 'grounding_image'),
                ('/camera/camera/color/image_raw', LaunchConfiguration('color_topic')),
                (
                    '/camera/camera/aligned_depth_to_color/image_raw',
                    LaunchConfiguration('depth_topic'),
                ),
            ],
            parameters=[{'use_sim_time': LaunchConfiguration('use_sim_time')}],
            condition=IfCondition(LaunchConfiguration('rviz')),
        )
    ]


def _node(
    context: LaunchContext,
    name: str,
    arguments: tuple[str, ...],
    remappings: list[tuple[str, str]],
    values: dict[str, Any] | None = None,
) -> Node:
    parameters = _given(context, (*arguments, 'use_sim_time', 'autostart', 'threads'))
    parameters.update(values or {})
    files = [file for file in (_file(context, 'parameters'),) if file]
    namespace = _value(context, 'namespace')
    parts = [part for part in (*namespace.split('/'), name) if part]
    enclave = ['--enclave', '/' + '/'.join(parts)] if _is_secured() else []
    return Node(
        package='realvlg_ros',
        executable=name,
        name=name,
        namespace=namespace,
        parameters=[str(_CONFIG / f'{name}.yaml'), parameters, *files],
        remappings=remappings,
        ros_arguments=['--log-level', _value(context, 'log_level'), *enclave],
        output='screen',
        respawn=yaml.safe_load(_value(context, 'respawn')),
        respawn_delay=1.0,
    )


def _given(context: LaunchContext, names: tuple[str, ...]) -> dict[str, Any]:
    """The arguments that are not empty, as YAML values."""
    texts = {name: _value(context, name) for name in names}
    return {
        _PARAMETERS.get(name, name): yaml.safe_load(text) for name, text in texts.items() if text
    }


def _file(context: LaunchContext, name: str) -> str:
    """The path that an argument gives, or empty.

    Raises:
        FileNotFoundError: there is no such file; launch would go on without it.
    """
    path = _value(context, name)
    if path and not Path(path).is_file():
        raise FileNotFoundError(f'{name} is {path!r}, which is not a file; give the path of one')
    return path


def _value(context: LaunchContext, name: str) -> str:
    return str(LaunchConfiguration(name).perform(context))
