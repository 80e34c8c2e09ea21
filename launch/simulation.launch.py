"""Start everything over a simulated table: no camera is needed.

    ros2 launch realvlg_ros simulation.launch.py world:=worlds/clutter.yaml

The arguments of realvlg.launch.py may be given as well, except for topics and fixed_frame. The
camera is in the namespace of the nodes, and the names of its frames begin with it: two simulations
in two namespaces share nothing.
"""

from __future__ import annotations

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

_EVERYTHING = Path(__file__).absolute().with_name('realvlg.launch.py')
# Frames of the simulated camera, without their prefix.
_WORLD_FRAME, _CAMERA_FRAME = 'world', 'camera_color_optical_frame'


def generate_launch_description() -> LaunchDescription:
    """Describe the simulated camera and the nodes that read it."""
    described = {
        'namespace': ('realvlg', 'Namespace of the nodes, the camera and their topics.'),
        'world': (
            'worlds/tabletop.yaml',
            'World: a YAML file of config/, or a path.',
        ),
        'rate': ('15.0', 'Frames published each second.'),
        'threads': ('1', 'Threads of each call into BLAS, OpenMP and OpenCV.'),
    }
    return LaunchDescription(
        [
            *(
                DeclareLaunchArgument(name, default_value=default, description=words)
                for name, (default, words) in described.items()
            ),
            OpaqueFunction(function=_everything),
        ]
    )


def _everything(context: LaunchContext) -> list[IncludeLaunchDescription | Node]:
    namespace = LaunchConfiguration('namespace').perform(context)
    prefix = _frame_prefix(context, namespace)
    # Relative: in the namespace of the nodes, and in one that is pushed around this file.
    arguments = {
        'color_topic': 'camera/color/image_raw',
        'depth_topic': 'camera/depth/image_raw',
        'camera_info_topic': 'camera/color/camera_info',
        'fixed_frame': prefix + _WORLD_FRAME,
        'rviz_frame': prefix + _CAMERA_FRAME,
    }
    camera = {name: LaunchConfiguration(name) for name in ('world', 'rate', 'threads')}
    return [
        # First, since it sets the environment of all that comes after.
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(_EVERYTHING)), launch_arguments=arguments.items()
        ),
        Node(
            package='realvlg_ros',
            executable='simulated_camera',
            name='simulated_camera',
            namespace=namespace,
            parameters=[{**camera, 'tf': True, 'frame_prefix': prefix}],
            output='screen',
        ),
    ]


def _frame_prefix(context: LaunchContext, namespace: str) -> str:
    """The namespace as the beginning of the names of frames, which are the same everywhere."""
    pushed = context.launch_configurations.get('ros_namespace', '')
    whole = namespace if namespace.startswith('/') else f'{pushed}/{namespace}'
    parts = [part for part in whole.split('/') if part]
    return ''.join(f'{part}/' for part in parts)
