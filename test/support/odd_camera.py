"""A fake camera whose stamps can be set message by message, and whose depth can come late."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from copy import copy
from typing import Any

from rclpy.node import Node
from ros_graph import FakeCamera

from realvlg_ros.ros.conversions.stamps import ns_to_stamp

PARTS = ('camera_info', 'color', 'depth')

# Gives the stamp of a part, s, from the true one.
Stamp = Callable[[str, float], float]


def true_stamp(_: str, now: float) -> float:
    return now


class OddCamera(FakeCamera):
    """Publishes the table scene with the stamps that it is told."""

    def __init__(self, node: Node, rate: float = 30.0) -> None:
        self.behave()
        self.times: list[float] = []
        super().__init__(node, rate)

    def behave(self) -> None:
        """True stamps again, and no message late."""
        self.stamp: Stamp = true_stamp
        self.depth_lag = 0
        self.once: dict[str, float] = {}
        self._late: deque[Any] = deque()

    def longest_pause(self, since: int) -> float:
        """The longest time between two frames after so many, s: of a machine that is too busy."""
        times = self.times[max(since - 1, 0) :]
        return max((b - a for a, b in itertools.pairwise(times)), default=0.0)

    def name_frame(self, frame_id: str) -> None:
        """Publish in another optical frame."""
        self.restore()
        for message in (self.info_msg, self.color_msg, self.depth_msg):
            assert message is not None
            message.header.frame_id = frame_id

    def send(self) -> None:
        """Publish one frame now."""
        now = self._node.get_clock().now().nanoseconds * 1e-9
        self.times.append(now)
        messages = (self.info_msg, self.color_msg, self.depth_msg)
        for name, publisher, message in zip(PARTS, self._publishers, messages, strict=True):
            if message is None:
                continue
            stamp = self.once.pop(name, self.stamp(name, now))
            message.header.stamp = ns_to_stamp(round(stamp * 1e9))
            if name != 'depth':
                publisher.publish(message)
                continue
            late = copy(message)
            late.header = copy(message.header)
            self._late.append(late)
            while len(self._late) > self.depth_lag:
                publisher.publish(self._late.popleft())
        self.sent += 1
