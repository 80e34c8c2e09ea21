"""A ROS graph for tests: nodes in this process, a fake camera and clients, all with deadlines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import rclpy
import table_scene
from diagnostic_msgs.msg import DiagnosticArray
from patience import PATIENCE_S
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.parameter import Parameter
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import GraspTarget, Grounding
from sensor_msgs.msg import CameraInfo, Image

from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.image import image_from_array
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.executor import NodeExecutor
from realvlg_ros.ros.node.lifecycle import ManagedNode
from realvlg_ros.ros.node.qos import latched, stream
from realvlg_ros.ros.node.run_node import spin

# A goal is sent again when it has no answer for so long, s: many times what a busy machine takes,
# since a copy that comes late is a request of its own.
_RESEND_S = 10.0
CAMERA_FRAME = table_scene.CAMERA.frame_id


def wait_until(condition: Callable[[], Any], what: str, timeout: float = PATIENCE_S) -> Any:
    """Wait until a condition gives something true and return that; fail after the timeout."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f'{what} did not happen within {timeout:g} s'
        time.sleep(0.005)
    return value


class Graph:
    """An executor in a thread, the nodes on it, and a node of the test's own."""

    latched = latched(1)

    def __init__(self) -> None:
        self._executor = NodeExecutor(8)
        self.node = rclpy.create_node('test_client')
        self._nodes: list[Node] = []
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=spin, args=[self._executor], daemon=True)
        self._thread.start()

    def add(self, node_class: type[ManagedNode], **parameters: Any) -> Any:
        """Start a node; waits until it is active when it starts itself."""
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        node = node_class(parameter_overrides=overrides)
        self._nodes.append(node)
        self._executor.add_node(node)
        if parameters.get('autostart', True):
            wait_until(
                lambda: node.state == 'active' or (node._problem and node.state == 'unconfigured'),
                f'start of {node.get_name()}',
            )
        return node

    def remove(self, node: Any) -> None:
        """Stop a node as its process would."""
        assert node.stop(0.05)
        self._executor.remove_node(node)
        self._nodes.remove(node)
        node.destroy_node()

    def close(self) -> None:
        """Stop everything."""
        for node in self._nodes.copy():
            self.remove(node)
        self._executor.shutdown(timeout_sec=2.0)
        self._thread.join(2.0)
        self.node.destroy_node()

    def record(self, message: type[Any], topic: str, qos: Any = None) -> list[Any]:
        """A list that grows with the messages of a topic."""
        received: list[Any] = []
        self.node.create_subscription(
            message, topic, received.append, qos or stream('reliable', 50)
        )
        return received

    def record_groundings(self) -> list[Grounding]:
        return self.record(Grounding, 'grounding', latched(50))

    def record_targets(self) -> list[GraspTarget]:
        return self.record(GraspTarget, 'target')

    def record_diagnostics(self) -> list[Any]:
        return self.record(DiagnosticArray, '/diagnostics')

    def call(self, service: type[Any], name: str, request: Any) -> Any:
        """Call a service and return its response."""
        client = self.node.create_client(service, name)
        wait_until(client.service_is_ready, f'service {name}')
        future = client.call_async(request)
        wait_until(future.done, f'response of {name}')
        return future.result()


class Goal:
    """A goal on its way, with its feedback."""

    def __init__(
        self, graph: Graph, action: type[Any], name: str, goal: Any, insist: bool = False
    ) -> None:
        """Send a goal; insist sends it until it is accepted, as after a restart of the server."""
        self.feedback: list[Any] = []
        self.handle: Any = None
        self._goal = goal
        self._answers = 0
        self._client = ThreadedActionClient(graph.node, action, name)
        wait_until(self._client.server_is_ready, f'action {name}')
        if insist:
            wait_until(
                lambda: self._send(_RESEND_S) and self.handle.accepted, f'acceptance by {name}'
            )
        else:
            assert self._send(PATIENCE_S), f'no answer of {name}'

    def _send(self, patience: float) -> bool:
        """Whether there is an answer in time: to this copy, or a late one to a copy before it."""
        answers = self._answers
        sent = self._client.send_goal_async(
            self._goal, lambda message: self.feedback.append(message.feedback)
        )
        sent.add_done_callback(self._take_answer)
        deadline = time.monotonic() + patience
        while self._answers == answers and time.monotonic() < deadline:
            time.sleep(0.005)
        return self._answers > answers

    def _take_answer(self, sent: Any) -> None:
        # Answers come in the order of the copies, and a copy that is accepted replaces the others.
        handle = sent.result()
        if handle.accepted:
            self._result = handle.get_result_async()
        if self.handle is None or handle.accepted:
            self.handle = handle
        self._answers += 1

    def cancel(self) -> Any:
        """Ask for the end; returns the future."""
        return self.handle.cancel_goal_async()

    @property
    def done(self) -> bool:
        return bool(self._result.done())

    def result(self, timeout: float = PATIENCE_S) -> Any:
        """The result message."""
        wait_until(lambda: self.done, 'result of the goal', timeout)
        return self._result.result().result

    @property
    def status(self) -> int:
        """The action's status, once there is a result."""
        return int(self._result.result().status)


def ground(graph: Graph, instruction: str, request_id: str = '') -> Goal:
    goal = Ground.Goal(instruction=instruction, request_id=request_id)
    return Goal(graph, Ground, 'ground', goal)


def plan(
    graph: Graph,
    instruction: str,
    timeout: float = PATIENCE_S / 2,
    insist: bool = False,
    **fields: Any,
) -> Goal:
    goal = PlanGrasps.Goal(instruction=instruction, timeout=timeout, **fields)
    return Goal(graph, PlanGrasps, 'plan_grasps', goal, insist)


class FakeCamera:
    """Publishes the table scene; each part can be replaced or withheld."""

    def __init__(self, node: Node, rate: float = 15.0) -> None:
        self.restore()
        self.shift_s = 0.0
        self.also: tuple[Any, ...] = ()
        self._node = node
        qos = stream('reliable', 5)
        self._publishers = [
            node.create_publisher(message, name, qos)
            for message, name in ((CameraInfo, 'camera_info'), (Image, 'color'), (Image, 'depth'))
        ]
        self.sent = 0
        self._paused = False
        node.create_timer(1 / rate, self._tick)

    def restore(self) -> None:
        """Publish good images."""
        self.show(*table_scene.render())
        self.info_msg: CameraInfo | None = camera_to_msg(table_scene.CAMERA)

    def show(self, color: np.ndarray, depth: np.ndarray) -> None:
        """Publish other images."""
        self.color_msg: Image | None = image_from_array(color, 'rgb8', 0, CAMERA_FRAME)
        self.depth_msg: Image | None = image_from_array(depth, '16UC1', 0, CAMERA_FRAME)

    def replace(self, parts: dict[str, Any]) -> None:
        """Publish other messages; None withholds one, 'zero' is a camera_info without a K."""
        for name, message in parts.items():
            if isinstance(message, str):
                message = camera_to_msg(table_scene.CAMERA)
                message.k, message.p = [0.0] * 9, [0.0] * 12
            setattr(self, name, message)

    def send(self) -> None:
        """Publish one frame now."""
        now = self._node.get_clock().now() + Duration(seconds=self.shift_s)
        stamp = now.to_msg()
        for publisher, message in self.also:
            message.header.stamp = stamp
            message.header.frame_id = CAMERA_FRAME
            publisher.publish(message)
        for publisher, message in zip(
            self._publishers, (self.info_msg, self.color_msg, self.depth_msg), strict=True
        ):
            if message is not None:
                message.header.stamp = stamp
                publisher.publish(message)
        self.sent += 1

    # A timer that is canceled while rclpy takes it blocks its callback group for good.
    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def _tick(self) -> None:
        if not self._paused:
            self.send()
