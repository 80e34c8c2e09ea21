"""A client of the plan_grasps action that also sees the camera."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.action import ActionClient
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from realvlg_ros.action import PlanGrasps

from ..errors import RealvlgError
from ..frame import RgbdFrame
from .frame_matcher import FrameMatcher, Match
from .qos import stream
from .rgbd_conversion import frame_from_msgs
from .stamps import stamp_to_ns

_FRAMES_KEPT = 120
_SPIN_S = 0.02


class PlanClient:
    """Sends instructions and keeps the recent camera frames, to show what an answer is about."""

    def __init__(self, node: Node) -> None:
        """Subscribe to color, depth and camera_info under the node's own names."""
        self._node = node
        self._matcher = FrameMatcher()
        self._frames: OrderedDict[int, Match] = OrderedDict()
        self._action = ActionClient(node, PlanGrasps, 'plan_grasps')
        for name, message in (('color', Image), ('depth', Image), ('camera_info', CameraInfo)):
            add = getattr(self._matcher, f'add_{name}')
            node.create_subscription(message, name, self._receiver(add), stream('reliable', 5))

    def wait(self, condition: Callable[[], Any], timeout: float, what: str) -> None:
        """Spin until a condition holds.

        Raises:
            RealvlgError: it did not within timeout s of the steady clock.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise RealvlgError(f'{what} did not happen within {timeout:.0f} s')
            rclpy.spin_once(self._node, timeout_sec=_SPIN_S)

    def ready(self) -> bool:
        """Whether the server is there and images come."""
        return bool(self._frames) and self._action.server_is_ready()

    def plan(
        self,
        instruction: str,
        timeout: float,
        on_feedback: Callable[[PlanGrasps.Feedback], None],
        alive: Callable[[], None],
    ) -> PlanGrasps.Result:
        """Send one goal and wait for its result.

        Args:
            instruction: what a person would say.
            timeout: deadline given to the server, s.
            on_feedback: called with each feedback.
            alive: called while waiting; raises when there is nothing to wait for any more.

        Raises:
            RealvlgError: the goal was rejected, or no result came.
        """
        goal = PlanGrasps.Goal(instruction=instruction, timeout=timeout, wait_for_stable=True)
        sent = self._action.send_goal_async(goal, lambda m: on_feedback(m.feedback))

        def done(future: Any) -> Callable[[], bool]:
            def check() -> bool:
                alive()
                return bool(future.done())

            return check

        self.wait(done(sent), timeout, 'an answer to the goal')
        handle = sent.result()
        if not handle.accepted:
            raise RealvlgError('the goal was rejected: grasp_server is not active')
        result = handle.get_result_async()
        self.wait(done(result), timeout + 5.0, 'a result of the goal')
        return result.result().result

    def frame_at(self, stamp_ns: int) -> RgbdFrame:
        """The frame of a stamp.

        Raises:
            RealvlgError: it is not among the recent ones.
        """
        if stamp_ns not in self._frames:
            raise RealvlgError(
                f'no image with stamp {stamp_ns / 1e9:.3f} s was received; '
                f'{len(self._frames)} others were'
            )
        match = self._frames[stamp_ns]
        return frame_from_msgs(match.color, match.depth, match.camera_info, rectified=False)

    def _receiver(self, add: Callable[[int, Any], bool]) -> Callable[[Any], None]:
        def receive(message: Any) -> None:
            if add(stamp_to_ns(message.header.stamp), message):
                match = self._matcher.take()
                if match is not None:
                    self._frames[match.stamp_ns] = match
                    while len(self._frames) > _FRAMES_KEPT:
                        self._frames.popitem(last=False)

        return receive
