from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from patience import PATIENCE_S

pytest.importorskip('tf2_msgs', reason='tf2_msgs is not installed')

import rclpy
from scipy.spatial.transform import Rotation
from tf2_msgs.msg import TFMessage

from realvlg_ros.errors import MissingDependencyError, TransformError
from realvlg_ros.ros.tf.tf_adapter import (
    TransformBroadcaster,
    TransformListener,
    transform_from_msg,
    transform_to_msg,
)
from realvlg_ros.transform_buffer import TransformBuffer
from realvlg_ros.transforms import make_transform

POSE = make_transform(Rotation.from_euler('xyz', [-2.0, 0.1, 0.4]).as_matrix(), [0.3, 0, 0.6])


class Subscriptions:
    """Takes the place of a node's create_subscription."""

    def __init__(self) -> None:
        self.callbacks: dict[str, Callable[[Any], None]] = {}
        self.durability: dict[str, str] = {}

    def __call__(
        self, message: type[Any], topic: str, callback: Callable[[Any], None], qos: Any
    ) -> None:
        assert message is TFMessage
        self.callbacks[topic] = callback
        self.durability[topic] = qos.durability.name


def test_transform_comes_back() -> None:
    msg = transform_to_msg('base', 'camera', POSE, 4_000_000_005)
    assert (msg.header.frame_id, msg.child_frame_id) == ('base', 'camera')
    assert (msg.header.stamp.sec, msg.header.stamp.nanosec) == (4, 5)
    np.testing.assert_allclose(transform_from_msg(msg), POSE, atol=1e-12)


def test_listener_feeds_the_buffer() -> None:
    buffer, subscriptions = TransformBuffer(), Subscriptions()
    TransformListener(buffer, subscriptions, warn=pytest.fail)
    assert subscriptions.durability == {'/tf': 'VOLATILE', '/tf_static': 'TRANSIENT_LOCAL'}
    mount = make_transform(np.eye(3), [0, 0, 0.1])
    subscriptions.callbacks['/tf_static'](
        TFMessage(transforms=[transform_to_msg('hand', 'camera', mount, 0)])
    )
    for second, x in ((1, 0.0), (2, 0.2)):
        hand = make_transform(np.eye(3), [x, 0, 0.5])
        subscriptions.callbacks['/tf'](
            TFMessage(transforms=[transform_to_msg('base', 'hand', hand, second * 10**9)])
        )
    camera2base = buffer.lookup('base', 'camera', 1_250_000_000)
    np.testing.assert_allclose(camera2base[:3, 3], [0.05, 0, 0.6])


def test_bad_transform_is_refused_once_and_the_others_are_kept() -> None:
    buffer, subscriptions, warnings = TransformBuffer(), Subscriptions(), []
    TransformListener(buffer, subscriptions, warnings.append)
    bad = transform_to_msg('base', 'arm', POSE, 0)
    bad.transform.rotation.w = 7.0
    good = transform_to_msg('base', 'camera', POSE, 0)
    for _ in range(3):
        subscriptions.callbacks['/tf_static'](TFMessage(transforms=[bad, good]))
    assert len(warnings) == 1 and 'unit length' in warnings[0]
    np.testing.assert_allclose(buffer.lookup('base', 'camera', 0), POSE, atol=1e-12)


def test_without_tf2_msgs_it_says_what_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'tf2_msgs', None)
    monkeypatch.delitem(sys.modules, 'tf2_msgs.msg', raising=False)
    with pytest.raises(MissingDependencyError, match='tf is off'):
        TransformListener(TransformBuffer(), Subscriptions(), warn=pytest.fail)


def _knows(buffer: TransformBuffer, target: str, source: str, stamp_ns: int) -> bool:
    try:
        buffer.lookup(target, source, stamp_ns)
    except TransformError:
        return False
    return True


def test_a_late_listener_hears_every_static_transform(ros_context: None) -> None:
    node = rclpy.create_node('test_tf_adapter')
    try:
        broadcaster = TransformBroadcaster(node.create_publisher)
        broadcaster.send_static(transform_to_msg('base', 'camera', POSE, 0))
        broadcaster.send_static(transform_to_msg('base', 'table', np.eye(4), 0))
        buffer = TransformBuffer()
        TransformListener(buffer, node.create_subscription, warn=pytest.fail)
        deadline = time.monotonic() + PATIENCE_S
        while not _knows(buffer, 'table', 'hand', 5) and time.monotonic() < deadline:
            broadcaster.send(transform_to_msg('camera', 'hand', POSE, 5))
            rclpy.spin_once(node, timeout_sec=0.02)
        np.testing.assert_allclose(buffer.lookup('table', 'hand', 5), POSE @ POSE, atol=1e-9)
    finally:
        node.destroy_node()
