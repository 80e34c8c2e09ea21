"""Matched messages of a camera to frames: decoded, placed by tf, without the robot."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import TransformError
from ...frame import RgbdFrame
from ..conversions.rgbd import frame_from_msgs
from ..tf.camera_pose import CameraPose
from ..tf.transform_source import TransformSource
from .camera_parameters import CameraParameters
from .frame_matcher import MatchedFrame
from .robot_input import RobotInput
from .support_input import SupportSurface


class FrameReader:
    """Makes frames as the camera parameters say, in a node and in a replay alike."""

    def __init__(
        self,
        parameters: CameraParameters,
        tf: TransformSource | None,
        *,
        no_tf: str = '',
        warn: Callable[[str], None],
        surface: SupportSurface | None = None,
    ) -> None:
        """Prepare to read.

        Args:
            parameters: forms, frames, noise and the robot.
            tf: gives transforms; None where none are needed or there is no tf.
            no_tf: why there is no tf.
            warn: called with the reason of a fall-back to the camera's frame, and with an empty
                text once it is over.
            surface: that objects stand on, if tf knows it.

        Raises:
            RobotModelError: robot_shapes cannot be used.
        """
        self._parameters = parameters
        self._tf = tf
        self._surface = surface
        self._noise = parameters.noise.to_depth_noise()
        self._pose = CameraPose(
            parameters.fixed_frame, parameters.fixed_frame_fallback, tf, no_tf, warn
        )
        self._robot = None
        if parameters.robot_shapes and tf is not None:
            self._robot = RobotInput(parameters.robot_shapes, parameters.robot_padding, tf)

    @property
    def fixed_frame(self) -> str:
        """The frame that targets live in, in words."""
        return self._pose.described

    @property
    def robot_readings_removed(self) -> int | None:
        """Readings of the last frame that were of the robot; None if none is taken out."""
        return None if self._robot is None else self._robot.removed

    def to_frame(self, match: MatchedFrame, needs_pose: bool = True) -> RgbdFrame:
        """Decode and check a frame; waits for its transform, so never call it in a callback.

        Args:
            match: the messages.
            needs_pose: whether a frame without a transform is refused.

        Raises:
            RealvlgError: the images cannot be used, or there is no transform at their stamp.
        """
        p = self._parameters
        try:
            camera2fixed = self._pose.look_up(match.color.header.frame_id, match.stamp_ns)
        except TransformError:
            if needs_pose:
                raise
            camera2fixed = None
        frame = frame_from_msgs(
            match.color,
            match.depth,
            match.camera_info,
            rectified=p.rectified,
            depth_scale=p.depth_scale,
            check_frame_id=p.check_frame_id,
            camera2fixed=camera2fixed,
            fixed_frame='' if camera2fixed is None else p.fixed_frame,
            noise=self._noise,
        )
        if self._surface is not None and self._tf is not None:
            frame = self._surface.add_to(frame, self._tf)
        return frame if self._robot is None else self._robot.remove(frame)
