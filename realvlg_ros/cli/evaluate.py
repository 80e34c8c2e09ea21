"""`realvlg simulate evaluate`: picks in simulation, counted."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RunError
from ..grasping.gripper import Gripper
from ..resources import gripper_file
from .ask import add_gripper_argument
from .source_arguments import import_ros

if TYPE_CHECKING:
    from ..closed_loop.episode import Loop, Trial
    from ..closed_loop.run import EvaluateOptions


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'pick objects in simulation, from the sentence to the lifted object, and count'
    parser = subparsers.add_parser(
        'evaluate',
        help=words,
        description='Run episodes: objects come to rest by physics, a depth camera sees them, the '
        'pipeline answers, and a hand closes on the best grasp, lifts and shakes.',
        epilog='The folder gets episodes.jsonl, report.html and pictures of failures. The same '
        'command goes on where it was interrupted.',
    )
    parser.add_argument('--episodes', type=int, default=100, help='default: 100')
    parser.add_argument('--seed', type=int, default=0, help='of the first scene (default: 0)')
    parser.add_argument(
        '--set', dest='kind', default='single', help='single, clutter or bin (default: single)'
    )
    parser.add_argument(
        '--count', type=int, default=6, help='objects in clutter or bin, 2 to 12 (default: 6)'
    )
    parser.add_argument(
        '--grounding',
        default='truth',
        help='how the object is named: truth (its mask), box (a detector) or sentence '
        '(default: truth)',
    )
    parser.add_argument(
        '--objects',
        type=Path,
        metavar='DIR',
        help='folder of OBJ, PLY or STL meshes with objects.yaml; without it made ones are taken',
    )
    parser.add_argument(
        '--through',
        default='pipeline',
        help='what is asked: pipeline (in this process), or nodes: camera, perception, '
        'pick_executor and a simulated robot as processes, with --grounding sentence '
        '(default: pipeline)',
    )
    add_gripper_argument(parser)
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder of the run')
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the episodes that are missing; returns 0."""
    from ..closed_loop import tally
    from ..closed_loop.failures import FailurePictures
    from ..closed_loop.report import write_report
    from ..closed_loop.run import EvaluateOptions, evaluate, outcome_hash
    from ..closed_loop.stock import load_stock
    from ..simulation.physics.hand import check_actuation

    options = EvaluateOptions(
        arguments.episodes, arguments.seed, arguments.kind, arguments.grounding, arguments.count,
        arguments.gripper, arguments.through,
    )  # fmt: skip
    gripper = Gripper.from_yaml(gripper_file(arguments.gripper))
    check_actuation(gripper)
    _make_folder(arguments.out)
    stock = load_stock(arguments.objects, told=_tell)
    pictures = FailurePictures(arguments.out / 'failures', gripper)

    def on_trial(trial: Trial) -> None:
        pictures.add(trial)
        episode = trial.episode
        done = episode.seed - options.seed + 1
        _tell(f'{done} of {options.episodes}: {episode.target}: {episode.cause.value}')

    loop = make_loop(options, gripper, arguments.out)
    episodes = evaluate(options, stock, gripper, arguments.out, on_trial, loop)
    report = arguments.out / 'report.html'
    write_report(report, options, episodes, pictures.strips, pictures.animations)
    print(tally.describe(episodes))
    # No two runs of processes are equal to the frame.
    if options.through == 'pipeline':
        print(f'outcomes sha256 {outcome_hash(episodes)}')
    print(f'wrote {report}')
    return 0


def make_loop(options: EvaluateOptions, gripper: Gripper, folder: Path | None) -> Loop:
    """What runs the episodes of the options.

    Args:
        options: of the run.
        gripper: its profile.
        folder: of the run; None keeps nothing.

    Raises:
        MissingDependencyError: nodes are asked for, and rclpy or the robot's messages are missing.
    """
    from ..closed_loop.episode import Loop

    if options.through == 'pipeline':
        return Loop(gripper, options.grounding)
    import_ros('rclpy')
    from ..closed_loop.through_nodes import NodesLoop
    from ..moveit.pick_graph import PickGraph

    scenes = None if folder is None else folder / 'scenes'
    return NodesLoop(gripper, PickGraph(options.gripper), scenes)


def _make_folder(path: Path) -> None:
    """Make the folder of the run before anything that takes long.

    Raises:
        RunError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f'{path} cannot be used for a run: {error.strerror}') from error


def _tell(words: str) -> None:
    """Progress, on one line where there is a terminal."""
    end = '\r' if sys.stderr.isatty() else '\n'
    print(f'{words:<78}', end=end, file=sys.stderr, flush=True)
