"""Start grounding_node and grasp_node alone, for those who have a grasp server of their own.

The arguments are those of realvlg.launch.py.
"""

from pathlib import Path

from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

_EVERYTHING = Path(__file__).absolute().with_name('realvlg.launch.py')


def generate_launch_description() -> LaunchDescription:
    """Describe the nodes."""
    return LaunchDescription(
        [
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(_EVERYTHING)),
                launch_arguments={'server': 'false'}.items(),
            )
        ]
    )
