"""The base of nodes that replace a camera driver: timer, stamps, /clock and tf."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from rclpy.clock import Clock, ClockType
from rosgraph_msgs.msg import Clock as ClockMsg

from ...arrays import FloatArray
from ...errors import MissingDependencyError
from ...frame import RgbdFrame
from ...settings import setting
from ...threads import limit_threads
from ..conversions.rgbd import DEPTH_FORMS
from ..conversions.stamps import CLOCK_START_NS, NS_PER_S, ns_to_stamp
from ..node.node_parameters import NodeParameters
from ..node.qos import RELIABILITY, stream
from ..node.source_node import SourceNode
from ..node.thread_parameter import ThreadParameter
from ..tf.tf_adapter import TransformBroadcaster, transform_to_msg
from .camera_publisher import CameraPublisher

# How long the last frame may take to be sent, s. Chosen: many times what a frame takes.
_FLUSH_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class CameraSourceParameters(ThreadParameter):
    """Parameters of every source of frames."""

    rate: float = setting(30.0, 'Frames published each second.', unit='Hz', low=0.1, high=240.0)
    camera_name: str = setting(
        'camera', "Namespace of the camera's topics: NAME/color/image_raw and so on."
    )
    frame_id: str = setting(
        '', "Optical frame of the images; empty takes the source's own name for it."
    )
    frame_prefix: str = setting(
        '', 'Put before the names of all frames, such as left/ for a second camera on one tf tree.'
    )
    depth_encoding: str = setting(
        '16UC1',
        'Depth in millimetres (16UC1) or metres (32FC1).',
        choices=DEPTH_FORMS,
    )
    reliability: str = setting(
        'reliable', "QoS reliability of the camera's topics.", choices=RELIABILITY
    )
    queue_depth: int = setting(
        5, "Messages kept per reader of the camera's topics.", unit='messages', low=1, high=100
    )
    clock: bool = setting(
        False, 'Publish /clock, one step of 1/rate a frame, and stamp the images with it.'
    )
    wait_for_reader: bool = setting(False, 'Begin when the images and camera_info have a reader.')
    tf: bool = setting(False, 'Publish the pose of the optical frame on tf.')


class CameraSource(SourceNode, ABC):
    """Publishes the frames that a subclass makes, at a fixed rate."""

    parameter_type: ClassVar[type[CameraSourceParameters]] = CameraSourceParameters

    def __init__(self, name: str, **arguments: Any) -> None:
        """Check the parameters and start publishing.

        Raises:
            RealvlgError: a parameter or what it names cannot be used.
        """
        super().__init__(name, **arguments)
        self._started = False
        self._declared = NodeParameters(
            self, self.parameter_type, lambda: self._started, 'start the node again with it'
        )
        self.parameters: Any = self._declared.check()
        limit_threads(self.parameters.threads)
        self.index = 0
        parameters = self.parameters
        self.camera = CameraPublisher(
            self,
            parameters.camera_name,
            depth_encoding=parameters.depth_encoding,
            qos=stream(parameters.reliability, parameters.queue_depth),
        )
        self._clock_publisher = (
            self.create_publisher(ClockMsg, '/clock', 10) if parameters.clock else None
        )
        self._broadcaster = self._make_broadcaster() if parameters.tf else None
        self._static_pose: FloatArray | None = None
        self.prepare()
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._begin_ns: int | None = None
        self._timer = self.create_timer(1 / parameters.rate, self._tick, clock=self._steady)
        self._started = True

    def prepare(self) -> None:
        """Open the files that the parameters name; called before the first frame."""

    @abstractmethod
    def make_frame(self, index: int, time_s: float) -> RgbdFrame | None:
        """The frame of an index, time_s after the first one; None when there are no more."""

    def _tick(self) -> None:
        if self.finished.is_set():
            return
        if self.index == 0 and self.parameters.wait_for_reader and not self.camera.has_reader():
            return
        stamp_ns, time_s = self._now()
        frame = self.make_frame(self.index, time_s)
        if frame is None:
            self.camera.wait_until_sent(_FLUSH_TIMEOUT_S)
            self.finished.set()
            return
        frame = self._prefixed(frame)
        if self._clock_publisher is not None:
            self._clock_publisher.publish(ClockMsg(clock=ns_to_stamp(stamp_ns)))
        self._send_pose(frame, stamp_ns)
        self.camera.publish(frame, stamp_ns)
        self.index += 1

    def _now(self) -> tuple[int, float]:
        """The stamp, ns, and the time since the first frame, s."""
        if self._clock_publisher is not None:
            elapsed = self.index / self.parameters.rate
            return CLOCK_START_NS + round(elapsed * NS_PER_S), elapsed
        steady_ns = self._steady.now().nanoseconds
        if self._begin_ns is None:
            self._begin_ns = steady_ns
        elapsed = (steady_ns - self._begin_ns) / NS_PER_S
        return self.get_clock().now().nanoseconds, elapsed

    def _prefixed(self, frame: RgbdFrame) -> RgbdFrame:
        """A frame with the prefix before the names of its frames of reference."""
        prefix = self.parameters.frame_prefix
        if not prefix:
            return frame
        camera = replace(frame.camera, frame_id=prefix + frame.camera.frame_id)
        fixed_frame = prefix + frame.fixed_frame if frame.fixed_frame else ''
        return replace(frame, camera=camera, fixed_frame=fixed_frame)

    def _send_pose(self, frame: RgbdFrame, stamp_ns: int) -> None:
        """Publish the camera's pose: once if it is static, else with each frame."""
        pose = frame.camera2fixed
        if self._broadcaster is None or pose is None:
            return
        message = transform_to_msg(frame.fixed_frame, frame.camera.frame_id, pose, stamp_ns)
        if self.pose_is_static():
            if self._static_pose is None:
                self._broadcaster.send_static(message)
                self._static_pose = pose
        else:
            self._broadcaster.send(message)

    def pose_is_static(self) -> bool:
        """Whether the camera does not move."""
        return True

    def _make_broadcaster(self) -> TransformBroadcaster | None:
        try:
            return TransformBroadcaster(self.create_publisher)
        except MissingDependencyError as error:
            self.get_logger().warning(str(error))
            return None
