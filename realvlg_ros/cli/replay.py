"""`realvlg replay`: a bag through the pipeline in lock step, into a folder with a report."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..threads import limit_threads
from .ask import NO_TARGET
from .source_arguments import import_ros

_LATENCY = 'fixed:0.1'


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'replay',
        help='run the pipeline over a bag in lock step, and report what came',
        description='Feed every image of a bag (rosbag2 or rosbag1) to the pipeline in the order '
        'of stamps, ask for grasps at times of the bag, and write what came: answers.jsonl, '
        'out.mcap for RViz and Foxglove, run.json, report.html. Two runs are equal.',
        epilog='Exits with 0 when every goal has grasps, 3 when one has none, 2 on bad input.',
    )
    parser.add_argument('bag', type=Path, help='folder of a rosbag2, or a .mcap, .db3 or .bag')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder of the run')
    _add_goals(parser)
    _add_camera(parser)
    _add_pipeline(parser)
    parser.add_argument('--force', action='store_true', help='replace the run in DIR')
    parser.add_argument('--no-mcap', action='store_true', help='write no out.mcap')
    parser.add_argument('--no-report', action='store_true', help='write no report.html')
    parser.set_defaults(func=run)
