"""`realvlg replay`: a bag through the pipeline in lock step, into a folder with a report."""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import RealvlgError
from ..replay.report.report import write_report
from ..threads import limit_threads
from .ask import NO_TARGET, add_backend_arguments
from .source_arguments import import_ros

# Groundings take so long unless something else is said. Chosen: what the backend tabletop takes
# on one core.
_LATENCY = 'fixed:0.1'


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'replay',
        help='run the pipeline over a bag in lock step, and report what came',
        description='Feed every image of a bag to the pipeline in the order of stamps, ask for '
        'grasps at times of the bag, and write what came: report.html, answers.jsonl, run.json, '
        'and out.mcap for RViz, Foxglove and Rerun. Two runs give equal answers.',
        epilog='Exits with 0 when every goal has grasps, 3 when one has none, 2 on bad input.',
    )
    parser.add_argument('bag', type=Path, help='folder of a rosbag2, or a .mcap, .db3 or .bag')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder of the run')
    _add_goals(parser.add_argument_group('what is asked'))
    _add_camera(parser.add_argument_group('the camera'))
    pipeline = parser.add_argument_group('the pipeline')
    add_backend_arguments(pipeline)
    pipeline.add_argument(
        '--gripper', help='a name in config/grippers, or a YAML file (default: franka_hand)'
    )
    pipeline.add_argument(
        '--params',
        type=Path,
        metavar='FILE',
        help='parameters of grasp_node and grasp_server, as config/grasp_node.yaml',
    )
    parser.add_argument('--force', action='store_true', help='replace the run in DIR')
    parser.add_argument('--no-mcap', action='store_true', help='write no out.mcap')
    parser.add_argument('--no-report', action='store_true', help='write no report.html')
    parser.set_defaults(func=run)


def _add_goals(group: Any) -> None:
    group.add_argument('--instruction', help='such as "pick up the red mug"')
    group.add_argument(
        '--at',
        type=float,
        action='append',
        default=[],
        metavar='SECONDS',
        help='ask it so long after the first image; may be given several times (default: 0)',
    )
    group.add_argument(
        '--first', action='store_true', help='take the first grasps, without waiting for stable'
    )
    group.add_argument(
        '--goals',
        type=Path,
        metavar='FILE',
        help='YAML or JSON list of goals: at, instruction, wait_for_stable, min_quality, '
        'max_grasps, timeout, goal_id',
    )
    group.add_argument(
        '--grounding-latency',
        default=_LATENCY,
        metavar='LATENCY',
        help='time from the image of a grounding to its delivery: fixed:SECONDS, zero, or '
        f'measured, with which runs differ (default: {_LATENCY})',
    )


def _add_camera(group: Any) -> None:
    for name in ('color', 'depth', 'camera-info'):
        group.add_argument(
            f'--{name}', default='', metavar='TOPIC', help='topic; found where there is one choice'
        )
    group.add_argument('--fixed-frame', help='frame of tf in which the scene stands still')
    group.add_argument(
        '--static-transform',
        action='append',
        default=[],
        metavar='TEXT',
        help='that the bag lacks: "PARENT CHILD X Y Z ROLL PITCH YAW" (m, rad), or with a '
        'quaternion X Y Z W at the end',
    )


def run(arguments: argparse.Namespace) -> int:
    """Replay the bag; returns 0 when every goal has grasps, 3 when one has none."""
    # What is computed must not depend on threads; they read and write beside it.
    limit_threads(1)
    replay = import_ros('realvlg_ros.replay.run')
    options = _options(arguments)
    # As Ctrl-C: what was written must be whole.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        summary = replay.replay(options, print_answers)
    except KeyboardInterrupt:
        print(f'realvlg: {arguments.out} was interrupted: {_left(arguments)}', file=sys.stderr)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
    print(f'wrote {arguments.out}: {summary.frames} images')
    if summary.dropped:
        said = ', '.join(f'{reason} ({count})' for reason, count in summary.dropped.items())
        print(f'realvlg: not used: {said}', file=sys.stderr)
    for words in summary.warnings:
        print(f'realvlg: warning: {words}', file=sys.stderr)
    if not arguments.no_report:
        print(f'wrote {write_report(arguments.out)}')
    return 0 if summary.all_ok else NO_TARGET


def _left(arguments: argparse.Namespace) -> str:
    """What an interrupted run leaves, in words; its report is made, unless none was asked for."""
    words = 'what came until then is whole'
    if arguments.no_report:
        return words
    print('realvlg: reports what came until then; Ctrl-C leaves it out', file=sys.stderr)
    try:
        return f'{words}, with {write_report(arguments.out)}'
    except RealvlgError as error:
        return f'{words}, without a report: {error}'


def print_answers(step: Any) -> None:
    """Print the answers that came with an image."""
    for answer in step.answers:
        goal = answer.goal
        print(f'{goal.goal_id} {goal.instruction!r}, {step.time_ns / 1e9:.2f} s: {answer.status}')
        print(f'  {answer.message}', flush=True)


def _goals(arguments: argparse.Namespace) -> Any:
    from ..replay.session.goals import ReplayGoal, numbered, read_goals

    if arguments.goals is None:
        if arguments.instruction is None:
            raise RealvlgError('nothing is asked: give --instruction "pick up the red mug"')
        return numbered(
            [
                ReplayGoal(arguments.instruction, at, not arguments.first)
                for at in arguments.at or [0.0]
            ]
        )
    if arguments.instruction is not None or arguments.at or arguments.first:
        raise RealvlgError('--goals says what is asked and when: leave --instruction and --at out')
    return read_goals(arguments.goals)


def _options(arguments: argparse.Namespace) -> Any:
    """The options of the run.

    Raises:
        RealvlgError: one of them cannot be used.
    """
    from ..nodes.grasp_node import GraspNode
    from ..nodes.grasp_server import GraspServer
    from ..replay.bags.bag_tf import StaticTransform
    from ..replay.outputs.topics import GRASP_FRAME
    from ..replay.run import ReplayOptions
    from ..replay.session.latency import GroundingLatency
    from ..replay.session.parameter_file import read_parameters
    from ..replay.session.session import SessionSettings
    from ..ros.camera.support_input import SupportSurface
    from ..ros.requests.plan_limits import PlanLimits

    found = read_parameters(
        arguments.params,
        {'grasp_node': GraspNode.parameter_type, 'grasp_server': GraspServer.parameter_type},
    )
    grasp: Any = found['grasp_node']
    server: Any = found['grasp_server']
    camera = grasp
    if arguments.fixed_frame is not None:
        camera = replace(grasp, fixed_frame=arguments.fixed_frame)
    surface = None
    if grasp.support_frame:
        surface = SupportSurface(grasp.support_frame, grasp.support_height)
    session = SessionSettings(
        PlanLimits.of_parameters(server),
        GroundingLatency.parse(arguments.grounding_latency),
        grasp.planner.max_grasps,
        grasp.reground,
        grasp.no_data_timeout,
        grasp.tracker.max_gap,
    )
    return ReplayOptions(
        bag=arguments.bag,
        out=arguments.out,
        goals=_goals(arguments),
        session=session,
        camera=camera,
        planner=grasp.planner,
        tracker=grasp.tracker,
        gripper=arguments.gripper or grasp.gripper,
        link=grasp.end_effector_link,
        grasp_frame=grasp.grasp_tf_frame or GRASP_FRAME,
        backend=arguments.backend,
        backend_options=arguments.backend_options,
        color=arguments.color,
        depth=arguments.depth,
        camera_info=arguments.camera_info,
        static_transforms=tuple(map(StaticTransform.from_text, arguments.static_transform)),
        surface=surface,
        threads=arguments.threads,
        force=arguments.force,
        messages=not arguments.no_mcap,
    )
