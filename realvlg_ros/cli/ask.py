"""`realvlg ask`: one instruction on one frame folder, without ROS."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2

from .. import open3d_adapter
from ..answer import Answer, AnswerStatus
from ..drawing.overlay import draw_answer
from ..drawing.seen_things import draw_seen
from ..frame_folder import read_frame
from ..grasping.gripper import Gripper
from ..grasping.planner import GraspPlanner
from ..grounding.registry import make_grounder, read_options
from ..json_text import to_json_text
from ..pipeline import Pipeline
from ..resources import gripper_file

# Exit status when there is no grasp. Chosen: another one than for bad input.
NO_TARGET = 3
# Grasps shown in the table; the JSON has them all. Chosen: fits a terminal.
_ROWS = 10


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'ask',
        help='ground and plan on one frame folder, without ROS',
        description='Find what an instruction means in one image and plan grasps, without ROS.',
        epilog='Exits with 0 when there is a grasp, 3 when there is none, 2 on bad input.',
    )
    parser.add_argument('frame', type=Path, help='folder with color.png, depth.png, camera.json')
    parser.add_argument('instruction', help='for example "pick up the red mug on the left"')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the answer as JSON')
    parser.add_argument('--overlay', type=Path, metavar='FILE.png', help='write a picture of it')
    parser.add_argument(
        '--seen',
        type=Path,
        metavar='FILE.png',
        help='write a picture of all things that are told apart, and of how they fit',
    )
    parser.add_argument(
        '--view', action='store_true', help='turn the points and the grasps in a window (Open3D)'
    )
    add_backend_arguments(parser)
    add_gripper_argument(parser)
    parser.set_defaults(func=run)


def add_backend_arguments(parser: Any) -> None:
    """Add the options --backend and --backend-options to a parser or a group of one."""
    parser.add_argument(
        '--backend',
        default='tabletop',
        help='tabletop (default), realvlg, server, detector, the entry point of an installed '
        'package, or package.module:factory',
    )
    parser.add_argument(
        '--backend-options',
        default='',
        metavar='FILE',
        help='options of the backend: YAML file, or a name in config/backends',
    )


def add_gripper_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option --gripper."""
    parser.add_argument(
        '--gripper',
        default='franka_hand',
        help='a name in config/grippers, or a YAML file (default: franka_hand)',
    )


def run(arguments: argparse.Namespace) -> int:
    """Ground and plan; returns 0 when there is a grasp, 3 when there is none."""
    frame = read_frame(arguments.frame)
    gripper = Gripper.from_yaml(gripper_file(arguments.gripper))
    grounder = make_grounder(
        arguments.backend, read_options(arguments.backend_options), (arguments.backend,)
    )
    grounder.load()
    try:
        answer = Pipeline(grounder, GraspPlanner(gripper)).ask(frame, arguments.instruction)
    finally:
        grounder.close()
    print(describe(answer))
    if arguments.json:
        write_json(arguments.json, answer)
    if arguments.overlay:
        write_image(arguments.overlay, draw_answer(frame.color, answer))
    if arguments.seen:
        write_image(arguments.seen, draw_seen(frame.color, answer.grounding))
    if arguments.view:
        open3d_adapter.show(frame, answer.grasps, gripper)
    return 0 if answer.status is AnswerStatus.OK else NO_TARGET


def describe(answer: Answer) -> str:
    """The answer as text: status, candidates and a table of grasps."""
    grounding = answer.grounding
    lines = [f'{answer.status.value}: {answer.message}']
    if answer.status is AnswerStatus.AMBIGUOUS:
        lines.append(grounding.question)
        for number, candidate in enumerate(grounding.candidates, 1):
            lines.append(f'  {number}. {candidate.label}, {candidate.description}')
    if answer.grasps:
        lines.append(
            '  #  quality  width mm  x, y, z mm (camera)     approach              std mm'
        )
    for number, grasp in enumerate(answer.grasps[:_ROWS], 1):
        x, y, z = grasp.position * 1000
        ax, ay, az = grasp.approach
        spread = 1000 * float(grasp.covariance[:3, :3].trace()) ** 0.5
        lines.append(
            f'{number:3}  {grasp.quality:7.2f}  {grasp.object_width * 1000:8.1f}  '
            f'{x:6.0f} {y:6.0f} {z:6.0f}    {ax:6.2f} {ay:6.2f} {az:6.2f}  {spread:8.1f}'
        )
    if len(answer.grasps) > _ROWS:
        lines.append(f'and {len(answer.grasps) - _ROWS} more')
    return '\n'.join(lines)


def write_json(path: Path, answer: Answer) -> None:
    """Write the answer's JSON form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_json_text(answer.to_json(), indent=1) + '\n')


def write_image(path: Path, image: Any) -> None:
    """Write an RGB image (height, width, 3) uint8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image[..., ::-1])
