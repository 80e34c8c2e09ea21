"""`realvlg play`: publish frame folders as the topics of a camera."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..frame_sequence import FrameSequence
from .source_arguments import (
    add_source_arguments,
    import_ros,
    run_source_node,
    source_parameters,
)


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'publish frame folders as a camera over ROS 2'
    parser = subparsers.add_parser('play', help=words, description=words)
    parser.add_argument('folder', type=Path, help='frame folder, or a folder of frame folders')
    add_source_arguments(parser)
    repeat = parser.add_mutually_exclusive_group()
    repeat.add_argument(
        '--loop', action='store_true', default=True, help='over and over (default)'
    )
    repeat.add_argument('--once', action='store_false', dest='loop', help='end after the last')
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Play until SIGINT or SIGTERM, or to the last frame; returns 0, or 2 on bad input."""
    # Bad frames are found before ROS is started.
    FrameSequence(arguments.folder)[0]
    node = import_ros('realvlg_ros.nodes.frame_player')
    parameters = {
        **source_parameters(arguments),
        'folder': str(arguments.folder.absolute()),
        'loop': arguments.loop,
    }
    return run_source_node(node.main, parameters)
