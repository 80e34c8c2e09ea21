"""A node's camera input: subscriptions, matched frames, and diagnostics of both."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from rclpy.clock import JumpThreshold, TimeJump
from rclpy.duration import Duration
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from ...errors import MissingDependencyError
from ...frame import RgbdFrame
from ..conversions.rgbd import frame_from_msgs
from ..conversions.stamps import stamp_to_ns
from ..node.diagnostics import Level, RateCounter, Report
from ..node.lifecycle import ManagedNode
from ..node.qos import stream
from ..tf.tf_input import TfInput
from .camera_parameters import CameraParameters
from .frame_matcher import FrameMatcher, MatchedFrame
from .latched_info import LatchedInfo
from .robot_input import RobotInput
from .topic_hints import describe_publishers

_STREAMS = ('color', 'depth', 'camera_info')
# A smaller jump back of the clock is ignored. Chosen: a bag that starts again jumps farther, a
# correction by NTP does not.
_JUMP = Duration(nanoseconds=-500_000_000)


def _nothing() -> None:
    return None


class CameraInput:
    """Matched frames of one camera while a node is active.

    A node takes every frame by on_frame, or the last one by newest. Images are not decoded before
    to_frame makes an RgbdFrame of them.
    """

    def __init__(
        self,
        node: ManagedNode,
        parameters: CameraParameters,
        on_frame: Callable[[MatchedFrame], None],
        on_jump_back: Callable[[], None] = _nothing,
    ) -> None:
        """Prepare to read; start subscribes.

        Args:
            node: owner of the subscriptions, in its activate transition.
            parameters: forms and QoS of the topics, tolerances, frames and noise.
            on_frame: called in a callback with each matched frame; must return quickly.
            on_jump_back: called when the stamps jump back, as when a bag starts again.

        Raises:
            MissingDependencyError: robot_shapes is set and tf2_msgs is not installed.
        """
        self._node = node
        self._parameters = parameters
        self._on_frame = on_frame
        self._on_jump_back = on_jump_back
        self._noise = parameters.noise.to_depth_noise()
        tolerance = int(parameters.sync_tolerance * 1e9) or None
        self._matcher = FrameMatcher(tolerance, on_jump_back=self._jumped)
        self._rates = {name: RateCounter() for name in (*_STREAMS, 'matched')}
        self._arrived = time.monotonic()
        self._tf = self._listen_to_tf()
        self._robot = None
        if parameters.robot_shapes and self._tf is not None:
            self._robot = RobotInput(parameters.robot_shapes, parameters.robot_padding, self._tf)
        self._topics: dict[str, type[Any]] = {}

    def start(self) -> None:
        """Subscribe until the node is deactivated."""
        node = self._node
        self._topics = self._subscribe()
        self._jump_handle = node.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=_JUMP, on_clock_change=False),
            post_callback=self._clock_jumped,
        )
        node.create_managed_timer(1.0, self._watch)

    @property
    def fixed_frame(self) -> str:
        """The fixed frame of the camera's poses; empty if none is set or tf is not available."""
        return self._parameters.fixed_frame if self._tf is not None else ''

    def newest(self, max_age: float) -> MatchedFrame | None:
        """The newest frame; None if it was matched more than max_age s ago."""
        if time.monotonic() - self._arrived > max_age:
            return None
        return self._matcher.newest()

    def close(self) -> None:
        """Stop watching the clock for jumps."""
        self._jump_handle.unregister()

    def to_frame(self, match: MatchedFrame) -> RgbdFrame:
        """Decode and check a frame; waits for its transform, so never call it in a callback.

        Raises:
            RealvlgError: the images cannot be used, or there is no transform at their stamp
                although there was one before.
        """
        p = self._parameters
        camera2fixed = None
        if self.fixed_frame and self._tf is not None:
            camera_frame = match.color.header.frame_id
            camera2fixed = self._tf.camera2fixed(camera_frame, p.fixed_frame, match.stamp_ns)
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
        return frame if self._robot is None else self._robot.remove(frame)

    def explain(self) -> str:
        """Why there is no recent frame, and the remedy."""
        reason = self._matcher.explain()
        if not reason:
            age = time.monotonic() - self._arrived
            reason = f'the last frame came {age:.1f} s ago: the camera has stopped'
        return f'{reason}; topics: {self._publishers()}'

    def report(self) -> Report:
        """Rates and counts for the diagnostics."""
        counts = self._matcher.counts
        values: dict[str, object] = {
            f'{name}_hz': counter.read() for name, counter in self._rates.items()
        }
        values['matched'] = counts.matched
        for stream_name in ('color', 'depth'):
            dropped = getattr(counts, f'dropped_{stream_name}')
            values[f'{stream_name}_received'] = getattr(counts, stream_name)
            values[f'{stream_name}_dropped'] = sum(dropped.values())
        if self._robot is not None:
            values['robot_readings_removed'] = self._robot.removed
        values['jumps_back'] = counts.jumps_back
        values['sync_tolerance_ms'] = self._matcher.tolerance_ns / 1e6
        if self.newest(self._parameters.no_data_timeout) is None:
            return Report('camera', Level.WARN, self.explain(), values)
        return Report('camera', values=values)

    def _listen_to_tf(self) -> TfInput | None:
        """The input from tf if a parameter needs one.

        None without tf2_msgs: targets then stay in the camera's frame.

        Raises:
            MissingDependencyError: the robot cannot be removed from depth without tf.
        """
        p = self._parameters
        if not p.fixed_frame and not p.robot_shapes:
            return None
        try:
            return TfInput(self._node, p.tf_timeout)
        except MissingDependencyError as error:
            if p.robot_shapes:
                raise
            self._node.warn('tf', str(error))
            return None

    def _publishers(self) -> str:
        """Each topic with the number of its publishers."""
        return ', '.join(
            describe_publishers(self._node, topic, message)
            for topic, message in self._topics.items()
        )

    def _subscribe(self) -> dict[str, type[Any]]:
        """Subscribe to the streams; returns the types of the messages by topic."""
        p = self._parameters
        qos = stream(p.image_reliability, p.image_queue_depth)
        transports = {'color': p.color_transport, 'depth': p.depth_transport}
        topics: dict[str, type[Any]] = {}
        for name in _STREAMS:
            transport = transports.get(name, 'raw')
            message = CameraInfo if name == 'camera_info' else Image
            # As in image_transport, the name is appended to the remapped base topic.
            topic = self._node.resolve_topic_name(name)
            if transport != 'raw':
                message, topic = CompressedImage, f'{topic}/{transport}'
            topics[topic] = message
            self._node.create_managed_subscription(
                message, topic, partial(self._receive, name), qos,
                parameter='image_reliability',
            )  # fmt: skip
        LatchedInfo(
            self._node,
            self._node.resolve_topic_name('camera_info'),
            received=lambda: self._matcher.counts.camera_info > 0,
            take=partial(self._receive, 'camera_info'),
        )
        return topics

    def _receive(self, name: str, message: Any) -> None:
        self._rates[name].tick()
        add = getattr(self._matcher, f'add_{name}')
        match = add(stamp_to_ns(message.header.stamp), message)
        if match is not None:
            self._rates['matched'].tick()
            self._arrived = time.monotonic()
            self._on_frame(match)

    def _jumped(self, before_ns: int, after_ns: int) -> None:
        self._forget(f'image stamps jumped back by {(before_ns - after_ns) / 1e9:.3f} s')

    def _clock_jumped(self, jump: TimeJump) -> None:
        self._matcher.clear()
        self._forget(f'the clock jumped back by {-jump.delta.nanoseconds / 1e9:.3f} s')

    def _forget(self, reason: str) -> None:
        self._node.get_logger().warning(f'{reason}: transforms, frames and tracks are forgotten')
        if self._tf is not None:
            self._tf.clear()
        self._on_jump_back()

    def _watch(self) -> None:
        silent = self.newest(self._parameters.no_data_timeout) is None
        waited = time.monotonic() - self._arrived > self._parameters.no_data_timeout
        if silent and waited:
            reason = self._matcher.explain() or 'the camera has stopped'
            self._node.warn('camera', f'no frames: {reason}; topics: {self._publishers()}')
        elif not silent:
            self._node.warn('camera', '')
