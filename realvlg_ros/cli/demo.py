"""`realvlg demo`: start a camera and the three nodes, send one instruction, write pictures."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..answer import Answer, AnswerStatus
from ..drawing.overlay import draw_answer
from ..drawing.scene_view import draw_scene
from ..errors import RealvlgError
from ..frame import RgbdFrame
from ..grasping.gripper import Gripper
from ..resources import gripper_file, world_file
from .ask import NO_TARGET, add_gripper_argument, describe, write_image, write_json
from .source_arguments import add_world_argument, import_ros

# Exit status of a failure. From POSIX.
FAILED = 1
# How long the nodes may take to start and to plan, s. Chosen: several times what a slow machine
# takes.
_START_TIMEOUT_S = 60.0
_PLAN_TIMEOUT_S = 30.0
# By the numbers of PlanGrasps.Feedback.stage.
_STAGES = ('waiting for grounder', 'grounding', 'planning', 'tracking')
_CAMERA = {
    'color': '/camera/color/image_raw',
    'depth': '/camera/depth/image_raw',
    'camera_info': '/camera/color/camera_info',
}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'demo',
        help='run the whole graph over ROS 2 and ask it once',
        description='Start a camera and the three nodes as processes, and ask them once.',
        epilog='Exits with 0 when there is a grasp, 3 when there is none, 2 on bad input, and 1 '
        'when something failed on the way.',
    )
    parser.add_argument(
        '--instruction', default='pick up the red mug', help='default: pick up the red mug'
    )
    parser.add_argument('--frame', type=Path, help='frame folder to play instead of simulating')
    add_world_argument(parser)
    add_gripper_argument(parser)
    parser.add_argument(
        '--output',
        type=Path,
        default=Path('build/demo'),
        metavar='FOLDER',
        help='for result.json, pictures and logs (default: build/demo)',
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Send one goal; returns 0 when there is a grasp, 3 when there is none, 1 after a failure."""
    import_ros('rclpy')
    from ..ros.node.processes import NodeProcesses, isolated_environment

    gripper = Gripper.from_yaml(gripper_file(arguments.gripper))
    nodes = _nodes(arguments)
    environment = isolated_environment()
    os.environ.update(environment)
    start = time.monotonic()
    try:
        with NodeProcesses(arguments.output / 'logs', environment) as processes:
            for name, parameters in nodes.items():
                processes.start(name, parameters, _CAMERA)
            answer, frame = _ask(arguments.instruction, processes)
    except RealvlgError as error:
        print(f'demo failed: {error}')
        print(f'the output of the nodes is in {arguments.output / "logs"}')
        return FAILED
    print(describe(answer))
    _write(arguments.output, answer, frame, gripper)
    print(f'done in {time.monotonic() - start:.1f} s')
    if answer.status is AnswerStatus.FAILED:
        return FAILED
    return 0 if answer.status is AnswerStatus.OK else NO_TARGET


def _nodes(arguments: argparse.Namespace) -> dict[str, Mapping[str, Any]]:
    """Nodes to start, with their parameters."""
    threads = {'threads': arguments.threads}
    camera: tuple[str, Mapping[str, Any]]
    if arguments.frame:
        camera = 'frame_player', {'folder': str(arguments.frame.absolute())}
    else:
        camera = 'simulated_camera', {'world': str(world_file(arguments.world))}
    started = {'autostart': True, **threads}
    return {
        camera[0]: {**camera[1], **threads},
        'grounding_node': started,
        'grasp_node': {**started, 'gripper': arguments.gripper},
        'grasp_server': started,
    }


def _ask(instruction: str, processes: Any) -> tuple[Answer, RgbdFrame]:
    """Send the instruction as a goal; returns the answer and the frame that it refers to.

    Raises:
        RealvlgError: a node died, or did not answer in time.
    """
    import rclpy

    from ..ros.requests.plan_client import PlanClient

    rclpy.init()
    remappings = [part for old, new in _CAMERA.items() for part in ('-r', f'{old}:={new}')]
    node = rclpy.create_node('realvlg_demo', cli_args=['--ros-args', *remappings])
    try:
        client = PlanClient(node)

        def ready() -> bool:
            processes.check()
            return client.ready()

        print('starting camera, grounding_node, grasp_node and grasp_server ...', flush=True)
        client.wait(ready, _START_TIMEOUT_S, 'start of the camera and of grasp_server')
        print(f'asking: "{instruction}"', flush=True)
        result = client.plan(instruction, _PLAN_TIMEOUT_S, Progress(), processes.check)
        return _to_answer(result, client)
    finally:
        node.destroy_node()
        rclpy.shutdown()


class Progress:
    """Prints a goal's feedback as it changes."""

    def __init__(self) -> None:
        """Start with nothing printed."""
        self._last = ''

    def __call__(self, feedback: Any) -> None:
        """Print a feedback if its stage or message is new."""
        stage = _STAGES[feedback.stage]
        if f'{stage} {feedback.message}' != self._last:
            self._last = f'{stage} {feedback.message}'
            print(f'  {feedback.elapsed:6.2f} s  {stage:<22}{feedback.message}', flush=True)


def _to_answer(result: Any, client: Any) -> tuple[Answer, RgbdFrame]:
    from dataclasses import replace

    from ..action import PlanGrasps
    from ..ros.conversions.grasp import target_from_msg
    from ..ros.conversions.grounding import grounding_from_msg
    from ..ros.conversions.region import timings_from_msg

    grounding = grounding_from_msg(result.grounding)
    timings = timings_from_msg(result.timings)
    statuses = {
        PlanGrasps.Result.OK: AnswerStatus.OK,
        PlanGrasps.Result.NOT_FOUND: AnswerStatus.NOT_FOUND,
        PlanGrasps.Result.AMBIGUOUS: AnswerStatus.AMBIGUOUS,
        PlanGrasps.Result.NO_GRASP: AnswerStatus.NO_GRASP,
    }
    status = statuses.get(result.status, AnswerStatus.FAILED)
    if status is AnswerStatus.FAILED:
        raise RealvlgError(f'plan_grasps ended with status {result.status}: {result.message}')
    if status is not AnswerStatus.OK:
        frame = client.frame_at(grounding.stamp_ns)
        return Answer(status, result.message, grounding, (), timings), frame
    target = target_from_msg(result.target)
    timings.update(target.timings_ms)
    # Box and mask in the image of the grasps, which may be newer than the one grounded.
    grounding = replace(grounding, box=target.box, mask=target.mask, stamp_ns=target.stamp_ns)
    message = result.message or f'{len(target.grasps)} grasps, {target.message or "stable"}'
    answer = Answer(status, message, grounding, target.grasps, timings)
    return answer, client.frame_at(target.stamp_ns)


def _write(folder: Path, answer: Answer, frame: RgbdFrame, gripper: Gripper) -> None:
    """Write result.json, overlay.png and, when there is a grasp, scene.png."""
    write_json(folder / 'result.json', answer)
    write_image(folder / 'overlay.png', draw_answer(frame.color, answer))
    written = ['result.json', 'overlay.png']
    (folder / 'scene.png').unlink(missing_ok=True)
    if answer.grasps:
        view = draw_scene(frame, answer.grasps[0], gripper, answer.grounding.mask)
        write_image(folder / 'scene.png', view)
        written.append('scene.png')
    print(f'wrote {", ".join(written)} to {folder}')
