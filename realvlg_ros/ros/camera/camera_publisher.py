"""Publish RGB-D frames as the topics of a camera."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image

from ...arrays import Float32Array
from ...frame import RgbdFrame
from ..conversions.camera import camera_to_msg
from ..conversions.image import image_from_array
from ..node.qos import publisher_events, stream

DEPTH_ENCODINGS = ('16UC1', '32FC1')


class CameraPublisher:
    """Publishes colour, depth registered to it, and camera_info, all of one stamp.

    The topics are CAMERA/color/image_raw (rgb8), CAMERA/depth/image_raw (16UC1 in mm, or 32FC1 in
    m; REP 118) and CAMERA/color/camera_info, relative to the node's namespace.
    """

    def __init__(
        self,
        node: Node,
        camera_name: str = 'camera',
        *,
        depth_encoding: str = '16UC1',
        qos: QoSProfile | None = None,
    ) -> None:
        """Make the publishers.

        Args:
            node: owner of the publishers.
            camera_name: namespace of the topics.
            depth_encoding: one of DEPTH_ENCODINGS.
            qos: of all three; reliable with a depth of 5 if left out.
        """
        self._depth_encoding = depth_encoding
        self._warn = node.get_logger().warning
        profile = qos or stream('reliable', 5)

        def make(message: type[Any], name: str) -> Any:
            topic = f'{camera_name}/{name}'
            events = publisher_events(node, topic, 'reliability', self._warn)
            return node.create_publisher(message, topic, profile, event_callbacks=events)

        self._color = make(Image, 'color/image_raw')
        self._depth = make(Image, 'depth/image_raw')
        self._camera_info = make(CameraInfo, 'color/camera_info')

    def publish(self, frame: RgbdFrame, stamp_ns: int | None = None) -> None:
        """Publish a frame; stamp_ns replaces its own stamp, ns, if it is given."""
        stamp_ns = frame.stamp_ns if stamp_ns is None else stamp_ns
        frame_id = frame.camera.frame_id
        depth = self._encode_depth(frame.depth)
        self._camera_info.publish(camera_to_msg(frame.camera, stamp_ns))
        self._depth.publish(image_from_array(depth, self._depth_encoding, stamp_ns, frame_id))
        self._color.publish(image_from_array(frame.color, 'rgb8', stamp_ns, frame_id))

    def has_reader(self) -> bool:
        """Whether each of the three topics has a subscriber."""
        publishers = self._color, self._depth, self._camera_info
        return all(publisher.get_subscription_count() > 0 for publisher in publishers)

    def wait_until_sent(self, timeout: float) -> bool:
        """Wait at most timeout s until reliable subscribers have everything; whether they have."""
        publishers = self._color, self._depth, self._camera_info
        duration = Duration(seconds=timeout)
        return all(publisher.wait_for_all_acked(duration) for publisher in publishers)

    def _encode_depth(self, depth: Float32Array) -> npt.NDArray[np.generic]:
        if self._depth_encoding == '32FC1':
            return depth
        return np.clip(np.rint(depth * 1000), 0, 65535).astype(np.uint16)
