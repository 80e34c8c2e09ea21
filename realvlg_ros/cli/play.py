"""`realvlg play`: publish frame folders as the topics of a camera, or a bag as it was recorded."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import ParameterError
from ..frame_sequence import FrameSequence
from .source_arguments import (
    add_source_arguments,
    import_ros,
    run_source_node,
    source_parameters,
)

# Frames a second. Chosen: what most cameras give.
_FRAME_RATE = 30.0
# Options that only one of the two has, by their names in the parsed arguments.
_OF_FRAMES = ('camera_name', 'tf')
_OF_BAGS = ('start_paused', 'clock_rate', 'qos_overrides')


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'publish frame folders, or a bag, over ROS 2'
    parser = subparsers.add_parser(
        'play',
        help=words,
        description='Publish frame folders as a camera, or the messages of a bag as they were '
        'recorded.',
    )
    parser.add_argument(
        'folder',
        type=Path,
        metavar='FRAMES|BAG',
        help='frame folder, a folder of frame folders, or a rosbag2 (folder, .mcap, .db3) or '
        'rosbag1 (.bag)',
    )
    add_source_arguments(parser)
    repeat = parser.add_mutually_exclusive_group()
    repeat.add_argument(
        '--loop', action='store_true', help='over and over (default of frame folders)'
    )
    repeat.add_argument(
        '--once', action='store_false', dest='loop', help='end after the last (default of bags)'
    )
    bags = parser.add_argument_group('of a bag', 'where --rate is its speed (default: 1)')
    bags.add_argument(
        '--start-paused', action='store_true', help='wait for the service /bag_player/resume'
    )
    bags.add_argument(
        '--clock-rate', type=float, metavar='HZ', help='messages on /clock a second (default: 200)'
    )
    bags.add_argument(
        '--qos-overrides',
        metavar='FILE',
        help='QoS by topic, as ros2 bag play reads it (default: config/rosbag_qos_overrides.yaml)',
    )
    parser.set_defaults(func=run, loop=None, rate=None)


def run(arguments: argparse.Namespace) -> int:
    """Play until SIGINT or SIGTERM, or to the last frame; returns 0, or 2 on bad input."""
    bag_files = import_ros('realvlg_ros.replay.bags.files.bag_files')
    if bag_files.is_bag(arguments.folder):
        return _play_bag(arguments)
    _refuse(arguments, _OF_BAGS, 'is of bags', f'{arguments.folder} holds none')
    # Bad frames are found before ROS is started.
    FrameSequence(arguments.folder)[0]
    node = import_ros('realvlg_ros.nodes.frame_player')
    if arguments.rate is None:
        arguments.rate = _FRAME_RATE
    parameters = {
        **source_parameters(arguments),
        'folder': str(arguments.folder.absolute()),
        'loop': arguments.loop is not False,
    }
    return run_source_node(node.main, parameters)


def _play_bag(arguments: argparse.Namespace) -> int:
    _refuse(arguments, _OF_FRAMES, 'is of frame folders', f'{arguments.folder} is a bag')
    node = import_ros('realvlg_ros.nodes.bag_player')
    parameters = {
        'bag': str(arguments.folder.absolute()),
        'rate': 1.0 if arguments.rate is None else arguments.rate,
        'loop': bool(arguments.loop),
        'start_paused': arguments.start_paused,
        'wait_for_reader': arguments.wait_for_reader,
        'clock': arguments.clock,
        'threads': arguments.threads,
    }
    for name in ('clock_rate', 'qos_overrides'):
        if getattr(arguments, name) is not None:
            parameters[name] = getattr(arguments, name)
    return run_source_node(node.main, parameters)


def _refuse(
    arguments: argparse.Namespace, names: tuple[str, ...], whose: str, reason: str
) -> None:
    """Refuse options that the source would pass over.

    Args:
        arguments: as they were parsed.
        names: of the options.
        whose: what they belong to, in words.
        reason: why that is not so here.

    Raises:
        ParameterError: one of them was given.
    """
    for name in names:
        if getattr(arguments, name) not in (None, False, 'camera'):
            raise ParameterError(f'--{name.replace("_", "-")} {whose}: {reason}')
