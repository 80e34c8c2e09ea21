"""Start everything over a simulated table: no camera is needed.

    ros2 launch realvlg_ros simulation.launch.py world:=worlds/clutter.yaml

The arguments of realvlg.launch.py may be given as well, except for topics and fixed_frame.
"""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

_EVERYTHING = Path(__file__).absolute().with_name('realvlg.launch.py')


def generate_launch_description() -> LaunchDescription:
    """Describe the simulated camera and the nodes that read it."""
    topics = {
        'color_topic': '/camera/color/image_raw',
        'depth_topic': '/camera/depth/image_raw',
        'camera_info_topic': '/camera/color/camera_info',
        'fixed_frame': 'world',
    }
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'world',
                default_value='worlds/tabletop.yaml',
                description='World: a YAML file of config/, or a path.',
            ),
            DeclareLaunchArgument(
                'rate', default_value='15.0', description='Frames published each second.'
            ),
            DeclareLaunchArgument(
                'threads',
                default_value='1',
                description='Threads of each call into BLAS, OpenMP and OpenCV.',
            ),
            # First, since it sets the environment of all that comes after.
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(_EVERYTHING)), launch_arguments=topics.items()
            ),
            Node(
                package='realvlg_ros',
                executable='simulated_camera',
                name='simulated_camera',
                parameters=[
                    {
                        'world': LaunchConfiguration('world'),
                        'rate': LaunchConfiguration('rate'),
                        'tf': True,
                        'threads': LaunchConfiguration('threads'),
                    }
                ],
                output='screen',
            ),
        ]
    )
