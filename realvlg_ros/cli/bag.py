"""`realvlg bag`: a bag of frame folders, or of a simulated camera."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from ..arrays import FloatArray
from ..errors import BagError, ParameterError, RealvlgError
from ..frame import RgbdFrame
from ..frame_sequence import FrameSequence
from ..resources import world_file
from .simulate import add_view_arguments, make_view
from .source_arguments import import_ros

# A simulated camera is recorded so long unless it is said, s. Chosen: enough to find a thing, to
# follow it and to see how still its grasps are.
_DURATION_S = 5.0
# Frame of the pose of frame folders, as that of a frame player.
_PARENT = 'base_link'


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'bag',
        help='make a rosbag2 of frame folders or of a simulated camera',
        description='Make a rosbag2 with colour, depth, camera_info and the pose of the camera, '
        'as play and simulate publish them.',
    )
    parser.add_argument(
        'source',
        metavar='FRAMES|WORLD',
        help='frame folder, a folder of frame folders, or the YAML of a simulated world (a file '
        'of config/, or a path)',
    )
    parser.add_argument(
        '--out',
        type=Path,
        required=True,
        metavar='BAG',
        help='folder of the bag, or one file by the suffix .mcap or .db3; must not exist',
    )
    parser.add_argument('--storage', choices=('mcap', 'sqlite3'), help='default: mcap')
    parser.add_argument(
        '--compressed', action='store_true', help='images as jpeg and compressedDepth'
    )
    parser.add_argument('--zstd', action='store_true', help='the storage compressed')
    parser.add_argument(
        '--depth-encoding', default='16UC1', help='16UC1 (mm) or 32FC1 (m) (default: 16UC1)'
    )
    parser.add_argument('--rate', type=float, default=30.0, help='frames a second (default: 30)')
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        '--count',
        type=int,
        metavar='N',
        help='frames; frame folders begin again after the last (default: each once)',
    )
    length.add_argument(
        '--duration',
        type=float,
        metavar='S',
        help=f'seconds, in place of --count (default of a world: {_DURATION_S:g})',
    )
    parser.add_argument(
        '--camera-name',
        default='camera',
        help="namespace of the camera's topics (default: camera)",
    )
    parser.add_argument(
        '--tf-frame',
        metavar='NAME',
        help=f'frame that the pose of the camera is in (default: {_PARENT}, or world)',
    )
    parser.add_argument(
        '--tf-pose',
        type=float,
        nargs='+',
        metavar='V',
        help='pose of the optical frame in it: x y z, then roll pitch yaw or a quaternion '
        'x y z w; default: as the world or labels.json of the frame folders says',
    )
    add_view_arguments(parser.add_argument_group('of a world'))
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the bag; returns 0, or 2 on bad input."""
    making = import_ros('realvlg_ros.replay.bags.making')
    from ..replay.bags.writer import BagWriter
    from ..replay.session.progress import Progress

    count = _count(arguments)
    make = _folder_frames if Path(arguments.source).is_dir() else _world_frames
    frames, is_still, number = make(arguments, count)
    stream = making.CameraStream(
        rate=arguments.rate,
        camera_name=arguments.camera_name,
        depth_encoding=arguments.depth_encoding,
        compressed=arguments.compressed,
        is_still=is_still,
    )
    # Before there is a bag: most of what is wrong shows in the first frame.
    frames = chain([next(frames)], frames)
    progress = Progress(number / arguments.rate)
    with BagWriter(arguments.out, arguments.storage or '', arguments.zstd) as writer:
        try:
            written = making.write_frames(
                writer, frames, stream, lambda done: progress.update(done / arguments.rate, done)
            )
        except RealvlgError:
            print(f'{arguments.out} holds the frames before this error:', file=sys.stderr)
            raise
        finally:
            progress.close()
    words = 'frame' if written == 1 else 'frames'
    print(f'wrote {written} {words} of {arguments.source} to {arguments.out}')
    return 0


def _count(arguments: argparse.Namespace) -> int | None:
    """How many frames are asked for; None if that is not said."""
    if not 0 < arguments.rate < math.inf:
        raise BagError(f'rate {arguments.rate} must be positive, frames a second')
    if arguments.duration is not None:
        if not 0 < arguments.duration < math.inf:
            raise BagError(f'duration {arguments.duration} s must be positive')
        return max(1, round(arguments.duration * arguments.rate))
    if arguments.count is not None and arguments.count < 1:
        raise BagError(f'count {arguments.count} must be at least 1')
    return None if arguments.count is None else int(arguments.count)


def _world_frames(
    arguments: argparse.Namespace, count: int | None
) -> tuple[Iterator[RgbdFrame], bool, int]:
    """The frames of a simulated camera, whether it stands still, and how many they are."""
    from ..simulation.world_file import read_world

    if arguments.tf_pose:
        raise ParameterError('--tf-pose is of frame folders: the world says where its camera is')
    view = make_view(read_world(world_file(arguments.source)), arguments)
    number = max(1, round(_DURATION_S * arguments.rate)) if count is None else count
    frames = (view.render(index, index / arguments.rate).frame for index in range(number))
    parent = arguments.tf_frame
    if not parent:
        return frames, view.is_still, number
    return (_in_frame(frame, parent) for frame in frames), view.is_still, number


def _in_frame(frame: RgbdFrame, parent: str) -> RgbdFrame:
    assert frame.camera2fixed is not None
    return frame.placed(frame.camera2fixed, parent)


def _folder_frames(
    arguments: argparse.Namespace, count: int | None
) -> tuple[Iterator[RgbdFrame], bool, int]:
    """The frames of folders, whether their camera stands still, and how many they are."""
    sequence = FrameSequence(Path(arguments.source))
    poses, parent = _poses(arguments, sequence)
    number = len(sequence) if count is None else count

    def frames() -> Iterator[RgbdFrame]:
        for index in range(number):
            at = index % len(sequence)
            frame, pose = sequence[at], poses[at]
            yield frame if pose is None else frame.placed(pose, parent)

    first = poses[0]
    is_still = first is None or all(pose is not None and (pose == first).all() for pose in poses)
    return frames(), is_still, number


def _poses(
    arguments: argparse.Namespace, sequence: FrameSequence
) -> tuple[list[FloatArray | None], str]:
    """The pose of the camera of each frame folder, and the frame that it is in."""
    from ..ros.tf.pose_parameter import pose_from_parameter
    from ..simulation.recording import read_camera2world
    from ..simulation.world import WORLD_FRAME

    if arguments.tf_pose:
        pose = pose_from_parameter('--tf-pose', arguments.tf_pose)
        return [pose] * len(sequence), arguments.tf_frame or _PARENT
    poses = [read_camera2world(folder) for folder in sequence.folders]
    unknown = [
        folder.name for folder, pose in zip(sequence.folders, poses, strict=True) if pose is None
    ]
    if unknown:
        if len(unknown) < len(poses):
            raise ParameterError(
                f'{len(unknown)} of {len(poses)} frame folders do not say where the camera was '
                f'(such as {unknown[0]}), and the others do; give it for all by --tf-pose'
            )
        if arguments.tf_frame:
            raise ParameterError(
                f'--tf-frame {arguments.tf_frame}: the pose of the camera in it is not known; '
                'give it by --tf-pose'
            )
        return [None] * len(sequence), ''
    return poses, arguments.tf_frame or WORLD_FRAME
