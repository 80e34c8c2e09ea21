"""A node's camera input: subscriptions, matched frames, and diagnostics of both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from ...errors import FrameError, MissingDependencyError
from ...frame import RgbdFrame
from ..conversions.stamps import stamp_to_ns
from ..node.diagnostics import Level, Report
from ..node.lifecycle import ManagedNode
from ..node.qos import stream
from ..tf.tf_input import TfInput
from .camera_parameters import CameraParameters
from .clock_watch import ClockWatch
from .frame_matcher import MatchedFrame
from .frame_reader import FrameReader
from .latched_info import LatchedInfo
from .match_diagnosis import describe_jump
from .support_input import SupportSurface
from .topic_hints import describe_publishers

_STREAMS = ('color', 'depth', 'camera_info')
# How often it is checked whether frames come, s. Chosen: what is wrong is said within 2 s.
_WATCH_PERIOD_S = 0.5
# Jumps are logged at most so often, s. Chosen: both images of a bag that starts again jump.
_JUMP_LOG_PERIOD_S = 1.0


def _nothing(_: str) -> None:
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
        on_jump: Callable[[str], None] = _nothing,
        surface: SupportSurface | None = None,
    ) -> None:
        """Prepare to read; start subscribes.

        Args:
            node: owner of the subscriptions, in its activate transition.
            parameters: forms and QoS of the topics, tolerances, frames and noise.
            on_frame: called in a callback with each matched frame; must return quickly.
            on_jump: called with the reason when the clock or the stamps have jumped, as when a
                bag starts again; frames from before have nothing to do with those after it.
            surface: that objects stand on, if tf knows it.

        Raises:
            MissingDependencyError: robot_shapes or a surface is given and tf2_msgs is not
                installed.
        """
        self._node = node
        self._parameters = parameters
        self._on_frame = on_frame
        self._on_jump = on_jump
        self._surface = surface
        self._matcher = parameters.make_matcher(self._stamps_jumped)
        self._tf, no_tf = self._listen_to_tf()
        self._reader = FrameReader(
            parameters,
            self._tf,
            no_tf=no_tf,
            warn=lambda words: node.warn('tf', words),
            surface=surface,
        )
        self._topics: dict[str, tuple[str, type[Any]]] = {}
        self._last_jump = ''

    def start(self) -> None:
        """Subscribe until the node is deactivated."""
        node = self._node
        self._topics = self._subscribe()
        self._clock_watch = ClockWatch(node, self._clock_jumped)
        node.create_managed_timer(_WATCH_PERIOD_S, self._watch)

    @property
    def fixed_frame(self) -> str:
        """The frame that targets live in, in words."""
        return self._reader.fixed_frame

    def newest(self, max_age: float) -> MatchedFrame | None:
        """The newest frame; None if it was matched more than max_age s ago."""
        return self._matcher.newest() if self._matcher.age_s() <= max_age else None

    def check_stamps(self) -> None:
        """Check that what comes has stamps that can be used.

        Raises:
            FrameError: there will be no frame until the driver is changed.
        """
        fault = self._matcher.fault()
        if fault:
            raise FrameError(f'no frame: {fault}')

    def outage(self) -> tuple[float, str]:
        """Time since the last frame, s, and why no more come; 0 while they come."""
        silence = self._matcher.silence_s(self._parameters.no_data_timeout)
        if not silence:
            return 0.0, ''
        reason = self._matcher.explain() or 'the camera has stopped'
        return silence, f'no frame for {silence:.1f} s: {reason}'

    def close(self) -> None:
        """Stop watching the clock for jumps."""
        self._clock_watch.close()

    def to_frame(self, match: MatchedFrame, needs_pose: bool = True) -> RgbdFrame:
        """Decode and check a frame; waits for its transform, so never call it in a callback.

        Args:
            match: the messages.
            needs_pose: whether a frame without a transform is refused.

        Raises:
            RealvlgError: the images cannot be used, or there is no transform at their stamp.
        """
        return self._reader.to_frame(match, needs_pose)

    def explain(self) -> str:
        """Why there is no recent frame, and the remedy."""
        reason = self._matcher.explain()
        if not reason:
            reason = f'the last frame came {self._matcher.age_s():.1f} s ago'
        return f'{reason}; topics: {self._publishers()}'

    def report(self) -> Report:
        """Rates, offsets and counts for the diagnostics."""
        counts = self._matcher.counts
        values: dict[str, object] = dict(self._matcher.figures())
        values['matched'] = counts.matched
        for name in _STREAMS:
            values[f'{name}_outliers'] = counts.outliers[name]
        for name in ('color', 'depth'):
            values[f'{name}_received'] = counts.received[name]
            values[f'{name}_dropped'] = sum(getattr(counts, f'dropped_{name}').values())
        if self._reader.robot_readings_removed is not None:
            values['robot_readings_removed'] = self._reader.robot_readings_removed
        values['jumps'] = counts.jumps
        values['last_jump'] = self._last_jump or 'none'
        values['sync_tolerance_ms'] = self._matcher.tolerance_ns / 1e6
        if self._without_frames():
            return Report('camera', Level.WARN, self.explain(), values)
        doubt = self._matcher.explain() or self._matcher.caution()
        if doubt:
            return Report('camera', Level.WARN, doubt, values)
        return Report('camera', values=values)

    def _without_frames(self) -> bool:
        """Whether no frame has come for too long, or none can come."""
        timeout = self._parameters.no_data_timeout
        return self._matcher.waits_longer_than(timeout) or bool(self._matcher.fault())

    def _listen_to_tf(self) -> tuple[TfInput | None, str]:
        """The input from tf if a parameter needs one, or why there is none.

        Raises:
            MissingDependencyError: without tf neither is the robot removed from depth nor the
                support known.
        """
        p = self._parameters
        if not (p.fixed_frame or p.robot_shapes or self._surface):
            return None, ''
        try:
            return TfInput(self._node, p.tf_timeout), ''
        except MissingDependencyError as error:
            if p.robot_shapes or self._surface:
                raise
            return None, str(error)

    def _publishers(self) -> str:
        """Each topic with the number of its publishers."""
        return ', '.join(
            describe_publishers(self._node, name, topic, message)
            for name, (topic, message) in self._topics.items()
        )

    def _subscribe(self) -> dict[str, tuple[str, type[Any]]]:
        """Subscribe to the streams; returns the topic of each and the type of its messages."""
        p = self._parameters
        qos = stream(p.image_reliability, p.image_queue_depth)
        transports = {'color': p.color_transport, 'depth': p.depth_transport}
        topics: dict[str, tuple[str, type[Any]]] = {}
        for name in _STREAMS:
            transport = transports.get(name, 'raw')
            message = CameraInfo if name == 'camera_info' else Image
            # As in image_transport, the name is appended to the remapped base topic.
            topic = self._node.resolve_topic_name(name)
            if transport != 'raw':
                message, topic = CompressedImage, f'{topic}/{transport}'
            topics[name] = topic, message
            self._node.create_managed_subscription(
                message, topic, partial(self._receive, name), qos,
                parameter='image_reliability', one_sender=True,
            )  # fmt: skip
        LatchedInfo(
            self._node,
            self._node.resolve_topic_name('camera_info'),
            received=lambda: self._matcher.counts.received['camera_info'] > 0,
            take=partial(self._receive, 'camera_info'),
        )
        return topics

    def _receive(self, name: str, message: Any) -> None:
        add = getattr(self._matcher, f'add_{name}')
        match = add(stamp_to_ns(message.header.stamp), message)
        if match is not None:
            self._on_frame(match)

    def _stamps_jumped(self, name: str, before_ns: int, after_ns: int) -> None:
        self._forget(describe_jump(name, before_ns, after_ns))

    def _clock_jumped(self, step_s: float) -> None:
        self._matcher.clear()
        self._forget(f'the clock jumped back by {step_s:.3f} s')

    def _forget(self, reason: str) -> None:
        self._last_jump = reason
        self._node.get_logger().warning(
            f'{reason}: earlier transforms and frames are forgotten',
            throttle_duration_sec=_JUMP_LOG_PERIOD_S,
        )
        if self._tf is not None:
            self._tf.clear()
        self._on_jump(reason)

    def _watch(self) -> None:
        warn = self._node.warn
        if not self._without_frames():
            warn('camera', self._matcher.caution())
        elif reason := self._matcher.explain():
            warn('camera', f'no frames: {reason}; topics: {self._publishers()}')
