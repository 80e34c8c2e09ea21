"""`realvlg simulate`: a camera over a simulated table, as topics or as frame folders."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import WorldError
from ..resources import world_file
from . import evaluate
from .source_arguments import (
    add_source_arguments,
    add_world_argument,
    import_ros,
    run_source_node,
    source_parameters,
)

if TYPE_CHECKING:
    from ..simulation.simulated_view import SimulatedView
    from ..simulation.world import World


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'publish a simulated RGB-D camera over ROS 2, or write its frames'
    parser = subparsers.add_parser('simulate', help=words, description=words)
    add_world_argument(parser)
    add_view_arguments(parser)
    add_source_arguments(parser)
    files = parser.add_argument_group('instead of publishing')
    files.add_argument('--output', type=Path, metavar='FOLDER', help='write frame folders here')
    files.add_argument('--count', type=int, default=1, help='how many frames (default: 1)')
    files.add_argument(
        '--random', type=int, metavar='SEED', help='a world of objects drawn by a seed'
    )
    files.add_argument('--objects', type=int, default=6, help='how many are drawn (default: 6)')
    parser.set_defaults(func=run)
    evaluate.add_parser(parser.add_subparsers(metavar='evaluate', title='measured'))


def add_view_arguments(parser: Any) -> None:
    """Add the options of the simulated camera's images."""
    parser.add_argument('--width', type=int, default=640, help='px (default: 640)')
    parser.add_argument('--height', type=int, default=480, help='px (default: 480)')
    parser.add_argument('--seed', type=int, default=0, help='of the depth noise (default: 0)')
    parser.add_argument('--fast', action='store_true', help='no shadows, no smooth edges')
    parser.add_argument('--no-noise', action='store_true', help='exact depth')


def make_view(world: World, arguments: argparse.Namespace) -> SimulatedView:
    """What the camera of these options sees of a world."""
    from ..simulation.depth_camera_model import DepthCameraModel
    from ..simulation.renderer import RenderSettings
    from ..simulation.simulated_view import SimulatedView
    from ..simulation.trajectory import d435_camera

    return SimulatedView(
        world,
        d435_camera(arguments.width, arguments.height),
        noise=None if arguments.no_noise else DepthCameraModel(),
        seed=arguments.seed,
        settings=RenderSettings.fast() if arguments.fast else None,
    )


def run(arguments: argparse.Namespace) -> int:
    """Write frames, or publish until SIGINT or SIGTERM; returns 0, or 2 on bad input."""
    if arguments.output is not None:
        return write_frames(arguments)
    if arguments.random is not None:
        raise WorldError('--random needs --output: a published world is described by a YAML file')
    node = import_ros('realvlg_ros.nodes.simulated_camera')
    parameters = {
        **source_parameters(arguments),
        'world': str(world_file(arguments.world)),
        'width': arguments.width,
        'height': arguments.height,
        'seed': arguments.seed,
        'noise': not arguments.no_noise,
        'fast': arguments.fast,
    }
    return run_source_node(node.main, parameters)


def write_frames(arguments: argparse.Namespace) -> int:
    """Write FOLDER/000000 and so on, one frame every 1/rate s of simulated time."""
    from ..simulation.recording import write_rendered
    from ..simulation.world import World
    from ..simulation.world_file import read_world

    if arguments.count < 1 or not arguments.rate > 0:
        raise WorldError(
            f'count {arguments.count} must be at least 1 and rate {arguments.rate} positive'
        )
    if arguments.random is None:
        world = read_world(world_file(arguments.world))
    else:
        world = World.random(arguments.random, arguments.objects)
    view = make_view(world, arguments)
    for index in range(arguments.count):
        rendered = view.render(index, index / arguments.rate)
        write_rendered(arguments.output / f'{index:06}', rendered, world)
    frames = 'frame' if arguments.count == 1 else 'frames'
    print(f'wrote {arguments.count} {frames} of {world.name} to {arguments.output}')
    return 0
