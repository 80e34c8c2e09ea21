"""Options and start of the nodes that replace a camera driver, for `play` and `simulate`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from ..optional import import_optional
from ..resources import config_file

# Fast DDS 2 reads the one and 3 the other; without large shared memory a best-effort
# subscription loses images.
_PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a published stream."""
    parser.add_argument('--rate', type=float, default=30.0, help='frames a second (default: 30)')
    parser.add_argument(
        '--camera-name',
        default='camera',
        help="namespace of the camera's topics (default: camera)",
    )
    parser.add_argument('--clock', action='store_true', help='publish /clock and stamp with it')
    parser.add_argument('--tf', action='store_true', help="publish the camera's pose on tf")
    parser.add_argument(
        '--wait-for-reader', action='store_true', help='begin when the topics have a reader'
    )


def add_world_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option --world."""
    parser.add_argument(
        '--world',
        default='worlds/tabletop.yaml',
        help='YAML of the simulated world: a file of config/, or a path '
        '(default: worlds/tabletop.yaml)',
    )


def source_parameters(arguments: argparse.Namespace) -> dict[str, Any]:
    """The node parameters of the options that both commands have, by name."""
    return {
        'rate': arguments.rate,
        'camera_name': arguments.camera_name,
        'clock': arguments.clock,
        'tf': arguments.tf,
        'wait_for_reader': arguments.wait_for_reader,
        'threads': arguments.threads,
    }


def import_ros(module: str) -> Any:
    """Import a module that needs ROS.

    Raises:
        MissingDependencyError: ROS or the interfaces cannot be imported.
    """
    return import_optional(module, 'ROS cannot be used', 'source ROS and build the interfaces')


def run_source_node(main: Callable[[Sequence[str]], int], parameters: Mapping[str, Any]) -> int:
    """Run the main function of a node in this process, with parameters by name, until it ends.

    Returns:
        Its exit status.
    """
    profile = str(config_file('fastdds_profile.xml'))
    for variable in _PROFILE_VARIABLES:
        os.environ.setdefault(variable, profile)
    words = ['--ros-args']
    for name, value in parameters.items():
        # The value is read as YAML.
        words += ['-p', f'{name}:={_to_yaml(value)}']
    return main(words)


def _to_yaml(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=10**6).split('\n')[0]
