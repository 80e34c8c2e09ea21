"""Bags of a camera that is not there: its frames as the topics that it would publish."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...errors import BagError
from ...frame import RgbdFrame
from ...ros.camera.camera_publisher import CAMERA_INFO_TOPIC, COLOR_TOPIC, DEPTH_TOPIC
from ...ros.conversions.rgbd import DEPTH_FORMS, frame_to_msgs
from ...ros.conversions.stamps import CLOCK_START_NS, NS_PER_S
from ...ros.tf.tf_adapter import transform_to_msg
from .known_types import message_class
from .topics import TF_MESSAGE
from .writer import BagWriter

# Parts between slashes that do not begin with a digit. From the names of topics of ROS 2.
_NAMESPACE = re.compile(r'[A-Za-z_]\w*(/[A-Za-z_]\w*)*', re.ASCII)


@dataclass(frozen=True)
class CameraStream:
    """How a camera publishes its frames.

    Attributes:
        rate: frames a second.
        camera_name: namespace of its topics.
        depth_encoding: 16UC1 (mm) or 32FC1 (m).
        compressed: whether the images are compressed: topics .../compressed and
            .../compressedDepth.
        is_still: whether its pose is published once, on /tf_static, and not with each frame.
    """

    rate: float = 30.0
    camera_name: str = 'camera'
    depth_encoding: str = '16UC1'
    compressed: bool = False
    is_still: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.rate < float('inf'):
            raise BagError(f'rate {self.rate} must be positive, frames a second')
        if self.depth_encoding not in DEPTH_FORMS:
            raise BagError(
                f'depth encoding {self.depth_encoding!r} is not written; expected one of '
                f'{", ".join(DEPTH_FORMS)}'
            )
        if not _NAMESPACE.fullmatch(self.camera_name.strip('/')):
            raise BagError(
                f'camera name {self.camera_name!r} is no namespace of topics; expected letters, '
                'digits and _ such as camera or left/camera'
            )

    def topic(self, name: str, transport: str = '') -> str:
        """The full name of a topic of the camera."""
        appended = f'/{transport}' if self.compressed and transport else ''
        return f'/{self.camera_name.strip("/")}/{name}{appended}'


def write_frames(
    writer: BagWriter,
    frames: Iterable[RgbdFrame],
    stream: CameraStream,
    on_frame: Callable[[int], None] = lambda count: None,
) -> int:
    """Write frames as a camera publishes them; returns how many.

    The stamps are those of simulated time, one step of 1/rate s a frame, and also the log times.
    The pose of a frame's camera is written to tf, if it is known.

    Args:
        writer: of the bag.
        frames: in their order.
        stream: of the camera.
        on_frame: called with how many frames are written.

    Raises:
        BagError: the bag cannot be written.
    """
    tf_message = message_class(TF_MESSAGE)
    count = 0
    for frame in frames:
        stamp_ns = CLOCK_START_NS + round(count / stream.rate * NS_PER_S)
        pose = frame.camera2fixed
        if pose is not None and (count == 0 or not stream.is_still):
            transform = transform_to_msg(frame.fixed_frame, frame.camera.frame_id, pose, stamp_ns)
            topic = '/tf_static' if stream.is_still else '/tf'
            writer.write(topic, tf_message([transform]), stamp_ns)
        messages = frame_to_msgs(frame, stamp_ns, stream.depth_encoding, stream.compressed)
        writer.write(stream.topic(CAMERA_INFO_TOPIC), messages.camera_info, stamp_ns)
        writer.write(stream.topic(DEPTH_TOPIC, 'compressedDepth'), messages.depth, stamp_ns)
        writer.write(stream.topic(COLOR_TOPIC, 'compressed'), messages.color, stamp_ns)
        count += 1
        on_frame(count)
    return count
