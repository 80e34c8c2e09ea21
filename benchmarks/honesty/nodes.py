"""The real nodes in this process, a camera that sends shots, and a client that hears it all."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.logging import LoggingSeverity, set_logger_level
from rclpy.parameter import Parameter
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget
from sensor_msgs.msg import CameraInfo, Image

from benchmarks.honesty.shots import Shot
from realvlg_ros.errors import RealvlgError
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.image import image_from_array
from realvlg_ros.ros.conversions.stamps import ns_to_stamp, stamp_to_ns
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.executor import NodeExecutor
from realvlg_ros.ros.node.qos import stream
from realvlg_ros.ros.tf.tf_adapter import TransformBroadcaster

# Longest wait for the nodes to be active, s. Chosen: a busy machine takes a fraction of it.
_START_S = 30.0
# How often it is measured whether this process runs, s. Chosen: a fraction of a frame.
_BEAT_S = 0.01
# Domains of the processes of a run. Chosen: away from 0, and as many as ports allow.
_FIRST_DOMAIN, _DOMAINS = 50, 50


def wait_until(condition: Callable[[], Any], timeout: float) -> Any:
    """Wait until a condition gives something true and return that; None after the timeout, s."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            return None
        time.sleep(0.005)
    return value


def start_ros() -> None:
    """Initialise ROS once in this process, in a domain of its own and without a word."""
    if rclpy.ok():
        return
    os.environ.setdefault('ROS_LOG_DIR', tempfile.gettempdir())
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    domain = _FIRST_DOMAIN + os.getpid() % _DOMAINS
    rclpy.init(domain_id=domain)
    set_logger_level('', LoggingSeverity.FATAL)


class Lag:
    """How long this process was kept from running, in all, s.

    Where more processes run than there are cores, that is no silence of the nodes.
    """

    def __init__(self) -> None:
        """Begin to measure."""
        self.total = 0.0
        self._ended = threading.Event()
        threading.Thread(target=self._measure, daemon=True).start()

    def stop(self) -> None:
        """Measure no more."""
        self._ended.set()

    def _measure(self) -> None:
        before = time.monotonic()
        while not self._ended.wait(_BEAT_S):
            now = time.monotonic()
            self.total += max(now - before - 2 * _BEAT_S, 0.0)
            before = now


@dataclass
class Heard:
    """What was said, with the time at which it came (time.monotonic, s)."""

    targets: list[tuple[float, GraspTarget]] = field(default_factory=list)
    words: list[tuple[float, str]] = field(default_factory=list)

    def named(self, causes: Sequence[str], since: float, until: float) -> bool:
        """Whether one of several causes was named between two times, s."""
        return any(
            since <= at <= until and any(cause in said.lower() for cause in causes)
            for at, said in list(self.words)
        )


class Graph:
    """Three nodes, a camera and a client, for one story."""

    def __init__(self, parameters: dict[str, Any], rate_hz: float) -> None:
        """Start everything; the camera sends nothing before it is given shots.

        Args:
            parameters: of both nodes that read the camera.
            rate_hz: of the camera.

        Raises:
            RealvlgError: a node did not start.
        """
        start_ros()
        self._executor = NodeExecutor(8)
        self._closing = threading.Event()
        self.client = rclpy.create_node('honesty')
        self.heard = Heard()
        self.lag = Lag()
        self.camera = Camera(self.client, rate_hz)
        self.tf = TransformBroadcaster(self.client.create_publisher)
        make = self.client.create_subscription
        make(GraspTarget, 'target', self._on_target, stream('reliable', 100))
        make(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        self._action = ThreadedActionClient(self.client, PlanGrasps, 'plan_grasps')
        self._executor.add_node(self.client)
        self._thread = threading.Thread(target=self._spin, daemon=True)
        self._thread.start()
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        self._nodes: list[Any] = []
        for node_class, given in ((GroundingNode, overrides), (GraspNode, overrides),
                                  (GraspServer, [])):  # fmt: skip
            node = node_class(parameter_overrides=given)
            self._nodes.append(node)
            self._executor.add_node(node)
        if not wait_until(self._started, _START_S):
            states = [f'{node.get_name()} is {node.state}' for node in self._nodes]
            self.close()
            raise RealvlgError(f'not all nodes started: {", ".join(states)}')

    def _spin(self) -> None:
        """Run callbacks; an entity may be destroyed while it is waited for."""
        while not self._closing.is_set():
            with suppress(rclpy_implementation.InvalidHandle, rclpy_implementation.RCLError):
                self._executor.spin_once(0.1)

    def _started(self) -> bool:
        return self._action.server_is_ready() and all(n.state == 'active' for n in self._nodes)

    def ask(self, sentence: str, timeout: float, stable: bool) -> Asked:
        """Send a goal.

        Args:
            sentence: the instruction.
            timeout: of the goal, s.
            stable: whether it waits for a stable target.
        """
        goal = PlanGrasps.Goal(
            instruction=sentence, timeout=timeout, wait_for_stable=stable, with_masks=True
        )
        return Asked(self._action, goal, self.heard, self.lag)

    def close(self) -> None:
        """Stop everything."""
        self.lag.stop()
        self.camera.show([])
        for node in self._nodes:
            node.stop(0.05)
            self._executor.remove_node(node)
            node.destroy_node()
        self._closing.set()
        self._thread.join(2.0)
        self._executor.shutdown(timeout_sec=2.0)
        self.client.destroy_node()

    def _on_target(self, message: GraspTarget) -> None:
        self.heard.targets.append((time.monotonic(), message))
        self._hear(message.message)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.level != status.OK:
                self._hear(status.message)

    def _hear(self, words: str) -> None:
        if words:
            self.heard.words.append((time.monotonic(), words))


class Asked:
    """A goal on its way."""

    def __init__(
        self, action: ThreadedActionClient, goal: PlanGrasps.Goal, heard: Heard, lag: Lag
    ) -> None:
        """Send it; what it feeds back is heard.

        Args:
            action: client.
            goal: to send.
            heard: takes the words of feedback and result.
            lag: of this process.
        """
        self.sent = time.monotonic()
        self.lag_before = lag.total
        self._heard = heard
        self.result: Any = None
        future = action.send_goal_async(goal, self._on_feedback)
        future.add_done_callback(self._on_accepted)

    def _on_feedback(self, message: Any) -> None:
        self._heard.words.append((time.monotonic(), message.feedback.message))

    def _on_accepted(self, future: Any) -> None:
        if future.result().accepted:
            future.result().get_result_async().add_done_callback(self._on_result)

    def _on_result(self, future: Any) -> None:
        result = future.result().result
        self._heard.words.append((time.monotonic(), result.message))
        self.result = result


class Camera:
    """Sends shots in turn at a rate, stamped by the clock."""

    def __init__(self, node: Any, rate_hz: float) -> None:
        """Send nothing yet.

        Args:
            node: that publishes.
            rate_hz: of the images.
        """
        self._node = node
        qos = stream('reliable', 5)
        self._publishers = [
            node.create_publisher(message, name, qos)
            for message, name in ((CameraInfo, 'camera_info'), (Image, 'color'), (Image, 'depth'))
        ]
        self._messages: list[tuple[Any, ...]] = []
        self._lock = threading.Lock()
        self.sent = 0
        self.restamp: Callable[[int, int], Sequence[int]] = lambda stamp_ns, index: (stamp_ns,) * 3
        self.shown_at: dict[int, int] = {}
        self._moment = 0
        node.create_timer(1 / rate_hz, self._send)

    def show(self, shots: Sequence[Shot], moment: int = 0) -> None:
        """Send these from now on, none to stop.

        Args:
            shots: of what is there now.
            moment: number of what is there; kept for each stamp in `shown_at`.
        """
        messages = [
            (
                camera_to_msg(shot.camera),
                image_from_array(shot.color, 'rgb8', 0, shot.camera.frame_id),
                image_from_array(
                    shot.depth,
                    '16UC1' if shot.depth.dtype == np.uint16 else '32FC1',
                    0, shot.camera.frame_id,
                ),
            )
            for shot in shots
        ]  # fmt: skip
        with self._lock:
            self._messages, self._moment = messages, moment

    def _send(self) -> None:
        with self._lock:
            if not self._messages:
                return
            messages = self._messages[self.sent % len(self._messages)]
            now = stamp_to_ns(self._node.get_clock().now().to_msg())
            stamps = self.restamp(now, self.sent)
            self.shown_at[stamps[1]] = self._moment
            for publisher, message, stamp_ns in zip(
                self._publishers, messages, stamps, strict=True
            ):
                message.header.stamp = ns_to_stamp(stamp_ns)
                publisher.publish(message)
            self.sent += 1
