"""The running nodes: their states, their diagnostics, and the camera that they read."""

from __future__ import annotations

import time
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.srv import GetState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from ...doctor.finding import Finding, Section, note, ok, problem
from .topics import camera_streams, mismatches

# Nodes of this package that read a camera, and those of the launch files.
_READERS = ('grounding_node', 'grasp_node')
_OURS = (*_READERS, 'grasp_server', 'moveit_adapter', 'pick_executor', 'realvlg_recorder')
# Discovery is over when nothing new was found for as long as topics are listened to, and this long
# at least, s; and it ends after this, s. Chosen: a loaded machine finds its nodes within seconds.
_STILL_S, _DISCOVERY_S = 1.0, 20.0
_SPIN_S = 0.02


def graph(seconds: float) -> list[Section]:
    """What runs in the ROS domain of this process.

    Args:
        seconds: how long topics and diagnostics are listened to, s.
    """
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('realvlg_doctor', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    try:
        _discover(executor, node, max(_STILL_S, seconds))
        running = [
            (name, space) for name, space in node.get_node_names_and_namespaces() if name in _OURS
        ]
        readers = [pair for pair in running if pair[0] in _READERS]
        streams = camera_streams(node, readers)
        said: dict[str, Any] = {}
        node.create_subscription(DiagnosticArray, '/diagnostics', _keep(said), 10)
        for stream in streams:
            stream.listen(node, time.monotonic)
        states = [_ask_state(node, name, space) for name, space in running]
        _spin(executor, seconds)
        now = time.monotonic()
        camera = [
            stream.finding(node.count_publishers(stream.topic), now, seconds) for stream in streams
        ]
        return [
            Section('Nodes', tuple(_nodes(running, states, said))),
            Section('Camera', tuple(camera) or (_no_camera(),)),
            Section('Quality of service', tuple(mismatches(node)) or (_all_fit(),)),
        ]
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown(context=context)


def _keep(said: dict[str, Any]) -> Any:
    def take(message: DiagnosticArray) -> None:
        said.update({status.name: status for status in message.status})

    return take


def _discover(executor: SingleThreadedExecutor, node: Node, still_s: float) -> None:
    """Wait until no node, topic or end of one has been found for so long."""
    last: Any = None
    begun = changed = time.monotonic()
    while time.monotonic() < min(changed + still_s, begun + _DISCOVERY_S):
        _spin(executor, _SPIN_S)
        names = node.get_topic_names_and_types()
        ends = [(node.count_publishers(n), node.count_subscribers(n)) for n, _ in names]
        now = (node.get_node_names(), names, ends)
        if now != last:
            last, changed = now, time.monotonic()


def _spin(executor: SingleThreadedExecutor, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        executor.spin_once(timeout_sec=_SPIN_S)


def _ask_state(node: Node, name: str, namespace: str) -> Any:
    """A future of the lifecycle state of a node; None where it offers none yet."""
    client = node.create_client(GetState, f'{namespace.rstrip("/")}/{name}/get_state')
    return client.call_async(GetState.Request()) if client.wait_for_service(1.0) else None


def _nodes(
    running: list[tuple[str, str]], states: list[Any], said: dict[str, Any]
) -> list[Finding]:
    if not running:
        return [
            note('nodes', 'none of this package run', 'ros2 launch realvlg_ros realvlg.launch.py')
        ]
    found = []
    for (name, namespace), future in zip(running, states, strict=True):
        full = f'{namespace.rstrip("/")}/{name}'
        label = future.result().current_state.label if future and future.done() else ''
        found.append(_state(full, label))
    for status in said.values():
        if status.hardware_id.rpartition('/')[2] in _OURS and status.level != b'\0':
            found.append(
                problem(status.name, 'warns in /diagnostics', status.message or 'see its log')
            )
    return found


def _state(name: str, label: str) -> Finding:
    if label == 'active':
        return ok(name, label)
    if not label:
        return problem(
            name, 'does not answer', 'it is busy or hangs: look at its log, start it anew'
        )
    return problem(
        name, f'is {label}',
        f'ros2 lifecycle set {name} configure, then activate; its log says why it did not itself',
    )  # fmt: skip


def _no_camera() -> Finding:
    return note('camera', 'nobody reads or publishes images', 'start the driver of the camera')


def _all_fit() -> Finding:
    return ok('topics', 'every publisher fits its readers')
