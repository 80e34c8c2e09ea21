"""Topics of the running graph: who fits whom, and what a camera sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from ...doctor.finding import Finding, note, ok, problem
from ...errors import RealvlgError
from ..camera.stream_monitor import StreamMonitor
from ..conversions.camera import camera_from_msg
from ..conversions.image_encodings import DEPTH_ENCODINGS, pixel_layout
from ..conversions.stamps import stamp_to_ns

# A camera below this rate is said to be slow, Hz. Chosen: less than half of the slowest usual one.
_SLOW_HZ = 6.0
_TYPES = {
    'sensor_msgs/msg/Image': Image,
    'sensor_msgs/msg/CompressedImage': CompressedImage,
    'sensor_msgs/msg/CameraInfo': CameraInfo,
}


def mismatches(node: Node) -> list[Finding]:
    """Publishers and subscriptions whose QoS does not fit, of every topic."""
    found: list[Finding] = []
    for topic, _ in node.get_topic_names_and_types():
        pairs = product(
            node.get_publishers_info_by_topic(topic), node.get_subscriptions_info_by_topic(topic)
        )
        for sender, reader in pairs:
            found += _mismatch(topic, sender, reader)
    return found


def _mismatch(topic: str, sender: Any, reader: Any) -> Iterable[Finding]:
    offered, asked = sender.qos_profile, reader.qos_profile
    names = f'{_name(sender)} -> {_name(reader)}'
    if (
        asked.reliability == ReliabilityPolicy.RELIABLE
        and offered.reliability == ReliabilityPolicy.BEST_EFFORT
    ):
        yield problem(
            topic, f'{names}: nothing comes: the publisher is best_effort, the reader reliable',
            'read with best_effort (parameter image_reliability), or make the publisher reliable',
        )  # fmt: skip
    if (
        asked.durability == DurabilityPolicy.TRANSIENT_LOCAL
        and offered.durability == DurabilityPolicy.VOLATILE
    ):
        yield problem(
            topic,
            f'{names}: nothing comes: the publisher is volatile, the reader transient_local',
            'publish it transient_local (ros2 topic pub --qos-durability transient_local), or '
            'read volatile',
        )


def _name(info: Any) -> str:
    return f'{info.node_namespace.rstrip("/")}/{info.node_name}'


@dataclass
class Stream:
    """A topic of a camera that is listened to.

    Attributes:
        topic, kind: its name and the type of its messages.
        monitor: what came.
        newest: the last message.
    """

    topic: str
    kind: type[Any]
    monitor: StreamMonitor = field(default_factory=StreamMonitor)
    newest: Any = None

    def listen(self, node: Node, now: Any) -> None:
        """Subscribe, so that every publisher matches."""
        qos = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)

        def take(message: Any) -> None:
            self.newest = message
            self.monitor.add(now(), stamp_to_ns(message.header.stamp), True)

        node.create_subscription(self.kind, self.topic, take, qos)

    def finding(self, senders: int, now_s: float, patience_s: float) -> Finding:
        """What came of it.

        Args:
            senders: number of its publishers.
            now_s: on the clock of `listen`, s.
            patience_s: how long was listened, s.
        """
        if not senders:
            return problem(
                self.topic, 'nobody publishes it',
                'start the camera driver, or remap the nodes (color_topic, depth_topic, '
                'camera_info_topic of the launch files)',
            )  # fmt: skip
        if not self.monitor.received:
            return problem(
                self.topic, f'{senders} publishers, and nothing came in {patience_s:g} s',
                'look at the log of the driver; with large images set the Fast DDS profile for '
                'the driver, too (see DDS)',
            )  # fmt: skip
        fault = self.monitor.fault(now_s, self.topic)
        if fault:
            return problem(self.topic, fault, 'mend the stamps in the driver')
        if senders > 1:
            return problem(self.topic, f'{senders} publishers', 'stop all but one')
        rate = self.monitor.received / patience_s
        state = f'{rate:.1f} Hz, {_describe(self.newest)}'
        if wrong := _unusable(self.newest):
            return problem(self.topic, state, wrong)
        if rate < _SLOW_HZ:
            return note(self.topic, f'{state}: slow', 'targets are followed at this rate')
        return ok(self.topic, state)


def camera_streams(node: Node, readers: Iterable[tuple[str, str]]) -> list[Stream]:
    """The topics of cameras that nodes read, else those that anybody publishes.

    Args:
        node: gives the ROS graph.
        readers: name and namespace of the nodes that read a camera.
    """
    read: dict[str, str] = {}
    for name, namespace in readers:
        for topic, kinds in node.get_subscriber_names_and_types_by_node(name, namespace):
            read.update(_of_cameras(topic, kinds))
    if not read:
        for topic, kinds in node.get_topic_names_and_types():
            if node.count_publishers(topic):
                read.update(_of_cameras(topic, kinds))
    return [Stream(topic, _TYPES[kind]) for topic, kind in sorted(read.items())]


def _of_cameras(topic: str, kinds: Iterable[str]) -> dict[str, str]:
    """The type of a topic, where it is one of a camera's."""
    kind = next((kind for kind in kinds if kind in _TYPES), '')
    return {topic: kind} if kind else {}


def _describe(message: Any) -> str:
    frame = message.header.frame_id or 'no frame_id'
    if isinstance(message, Image):
        return f'{message.width}x{message.height} {message.encoding}, {frame}'
    if isinstance(message, CompressedImage):
        return f'{message.format}, {frame}'
    return f'{message.width}x{message.height} {message.distortion_model}, {frame}'


def _unusable(message: Any) -> str:
    """The remedy for a message that the nodes would refuse; empty if they would not."""
    if not message.header.frame_id:
        return 'set header.frame_id in the driver to the optical frame of the camera'
    if isinstance(message, CameraInfo):
        try:
            camera_from_msg(message, rectified=False)
        except RealvlgError as error:
            return f'{error}; calibrate the camera, or mend the camera_info of the driver'
    if isinstance(message, Image) and pixel_layout(message.encoding) is None:
        return (
            f'choose another encoding in the driver: rgb8, bgr8, or of depth {DEPTH_ENCODINGS[0]}'
        )
    return ''
