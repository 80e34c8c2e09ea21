"""`realvlg export`: recordings as COCO JSON, and as a LeRobot dataset."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import ParameterError, RecordingError
from ..recording.episode_reader import read_episodes
from ..recording.export import COCO_FILE, export_coco, export_lerobot


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'export',
        help='turn recordings into datasets for review and training',
        description='Write the recordings of realvlg_recorder as COCO JSON or as a LeRobot '
        'dataset, failures first and of these the most uncertain.',
    )
    parser.add_argument('recordings', type=Path, help='folder that the recorder wrote into')
    parser.add_argument(
        '--coco', type=Path, metavar='DIR', help=f'write images and {COCO_FILE} into this folder'
    )
    parser.add_argument(
        '--lerobot', type=Path, metavar='DIR', help='write a LeRobot v3.0 dataset (needs pyarrow)'
    )
    parser.add_argument(
        '--failures', action='store_true', help='leave out successes and what was canceled'
    )
    parser.add_argument('--limit', type=int, default=0, metavar='N', help='at most N recordings')
    parser.add_argument(
        '--fps', type=int, default=2, help='frames a second of the LeRobot dataset (default: 2)'
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Export; returns 0."""
    if not (arguments.coco or arguments.lerobot):
        raise ParameterError('nothing is to be written; give --coco DIR, --lerobot DIR, or both')
    if arguments.fps < 1 or arguments.limit < 0:
        raise ParameterError(
            f'--fps is {arguments.fps} and --limit {arguments.limit}; expected at least 1 and 0'
        )
    try:
        return _export(arguments)
    except OSError as error:
        where = f'{error.filename}: ' if error.filename else ''
        raise RecordingError(
            f'the export ended in the middle: {where}{error.strerror or error}; remove what was '
            'written and try again'
        ) from error


def _export(arguments: argparse.Namespace) -> int:
    episodes, refused = read_episodes(arguments.recordings)
    for words in refused:
        print(f'left out: {words}')
    if arguments.failures:
        episodes = [episode for episode in episodes if episode.failure]
    if arguments.limit:
        episodes = episodes[: arguments.limit]
    if not episodes:
        print('there is no failure among the recordings: nothing was written')
        return 0
    if arguments.coco:
        images = export_coco(arguments.coco, episodes)
        print(f'{arguments.coco / COCO_FILE}: {images} images of {len(episodes)} recordings')
    if arguments.lerobot:
        frames, left_out = export_lerobot(arguments.lerobot, episodes, arguments.fps)
        for words in left_out:
            print(f'left out: {words}')
        print(f'{arguments.lerobot}: {frames} frames of {len(episodes) - len(left_out)} episodes')
    return 0
