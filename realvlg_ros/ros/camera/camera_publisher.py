"""Publish RGB-D frames as the topics of a camera."""

from __future__ import annotations

from typing import Any

from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, Image

from ...frame import RgbdFrame
from ..conversions.rgbd import frame_to_msgs
from ..node.qos import publisher_events, stream

# Topics of a camera below its name.
COLOR_TOPIC = 'color/image_raw'
DEPTH_TOPIC = 'depth/image_raw'
CAMERA_INFO_TOPIC = 'color/camera_info'


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
            depth_encoding: 16UC1 (mm) or 32FC1 (m).
            qos: of all three; reliable with a depth of 5 if left out.
        """
        self._depth_encoding = depth_encoding
        self._warn = node.get_logger().warning
        profile = qos or stream('reliable', 5)

        def make(message: type[Any], name: str) -> Any:
            topic = f'{camera_name}/{name}'
            events = publisher_events(node, topic, 'reliability', self._warn)
            return node.create_publisher(message, topic, profile, event_callbacks=events)

        self._color = make(Image, COLOR_TOPIC)
        self._depth = make(Image, DEPTH_TOPIC)
        self._camera_info = make(CameraInfo, CAMERA_INFO_TOPIC)

    def publish(self, frame: RgbdFrame, stamp_ns: int | None = None) -> None:
        """Publish a frame; stamp_ns replaces its own stamp, ns, if it is given."""
        stamp_ns = frame.stamp_ns if stamp_ns is None else stamp_ns
        messages = frame_to_msgs(frame, stamp_ns, self._depth_encoding)
        self._camera_info.publish(messages.camera_info)
        self._depth.publish(messages.depth)
        self._color.publish(messages.color)

    def has_reader(self) -> bool:
        """Whether each of the three topics has a subscriber."""
        publishers = self._color, self._depth, self._camera_info
        return all(publisher.get_subscription_count() > 0 for publisher in publishers)

    def wait_until_sent(self, timeout: float) -> bool:
        """Wait at most timeout s until reliable subscribers have everything; whether they have."""
        publishers = self._color, self._depth, self._camera_info
        duration = Duration(seconds=timeout)
        return all(publisher.wait_for_all_acked(duration) for publisher in publishers)
