"""Publishes frame folders on the topics of a camera."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ..errors import ParameterError
from ..frame import RgbdFrame
from ..frame_sequence import FrameSequence
from ..ros.camera.camera_source import CameraSource, CameraSourceParameters
from ..ros.node.source_node import run_source
from ..ros.tf.pose_parameter import pose_from_parameter
from ..settings import setting


@dataclass(frozen=True)
class FramePlayerParameters(CameraSourceParameters):
    """The frames that are played, and the pose of their camera."""

    folder: str = setting(
        '', 'Frame folder, or a folder of frame folders, played by name.', source=True
    )
    loop: bool = setting(True, 'Begin again after the last frame, else end.')
    tf_parent: str = setting('base_link', 'Frame in which tf_pose places the camera.')
    tf_pose: tuple[float, ...] = setting(
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        'Pose of the optical frame in tf_parent: x, y, z, then roll, pitch, yaw or a quaternion '
        'x, y, z, w.',
        unit='m, then rad or unitless',
        low=-1000.0,
        high=1000.0,
        sizes=(6, 7),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.folder:
            raise ParameterError('folder is empty; set it to the frame folder to be played')


class FramePlayer(CameraSource):
    """Plays frames at a fixed rate, once or in a loop; stamps go on when the loop begins again."""

    parameter_type: ClassVar = FramePlayerParameters

    def __init__(self, **arguments: Any) -> None:
        """Find the frames and start publishing."""
        super().__init__('frame_player', **arguments)

    def prepare(self) -> None:
        """Find the frames and read the first."""
        parameters: FramePlayerParameters = self.parameters
        self._frames = FrameSequence(Path(parameters.folder).expanduser())
        self._camera2parent = pose_from_parameter('tf_pose', parameters.tf_pose)
        first = self._frames[0].camera
        self.get_logger().info(
            f'{len(self._frames)} frames of {first.width}x{first.height} from {parameters.folder}'
        )

    def make_frame(self, index: int, time_s: float) -> RgbdFrame | None:
        """The frame of an index, which starts again after the last frame of a loop."""
        parameters: FramePlayerParameters = self.parameters
        if index >= len(self._frames) and not parameters.loop:
            return None
        frame = self._frames[index % len(self._frames)]
        return frame.placed(self._camera2parent, parameters.tf_parent, parameters.frame_id)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM, or to the last frame; returns the exit status."""
    return run_source(FramePlayer, args)


if __name__ == '__main__':
    sys.exit(main())
