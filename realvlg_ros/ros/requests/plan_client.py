"""A client of the plan_grasps action that also receives the camera's frames."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.action import ActionClient
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from ...action import PlanGrasps
from ...errors import RealvlgError
from ...frame import RgbdFrame
from ..camera.frame_matcher import FrameMatcher, MatchedFrame
from ..conversions.rgbd import frame_from_msgs
from ..conversions.stamps import stamp_to_ns
from ..node.deadline import Deadline
from ..node.qos import action_queues, stream
from .peer import IdleWatch, Peer

# Number of frames kept to find that of an answer, and longest wait of one spin, s. Chosen: four
# seconds at 30 Hz; a cancel is not delayed.
_FRAMES_KEPT = 120
_SPIN_S = 0.02
# Longest wait for the answer to a goal request, and pause before it is sent again, s. Chosen:
# twice what nodes allow, since a client has just been discovered.
_ACCEPT_S = 2.0
_RETRY_S = 0.2
# The server gives feedback every half second; after this time without any, s, it counts as gone.
# Chosen: ten feedbacks, since the goal is lost then.
_SERVER_SILENCE_S = 5.0


class PlanClient:
    """Sends PlanGrasps goals, and keeps recent frames to find the one that an answer refers to."""

    def __init__(self, node: Node) -> None:
        """Subscribe to color, depth and camera_info under the node's own names."""
        self._node = node
        self._matcher = FrameMatcher()
        self._frames: OrderedDict[int, MatchedFrame] = OrderedDict()
        self._server = Peer(node, 'grasp_server', 'plan_grasps/_action/feedback')
        self._action = ActionClient(node, PlanGrasps, 'plan_grasps', **action_queues())
        for name, message in (('color', Image), ('depth', Image), ('camera_info', CameraInfo)):
            add = getattr(self._matcher, f'add_{name}')
            node.create_subscription(message, name, self._receiver(add), stream('reliable', 5))

    def wait(self, condition: Callable[[], Any], timeout: float, what: str) -> None:
        """Spin until a condition holds.

        Args:
            condition: checked between callbacks.
            timeout: longest wait on the steady clock, s.
            what: name of the condition, for the error.

        Raises:
            RealvlgError: it did not hold in time.
        """
        if not self._spin_until(condition, timeout):
            raise RealvlgError(f'{what} did not happen within {timeout:.0f} s')

    def ready(self) -> bool:
        """Whether a server has been discovered and a frame has been matched."""
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
            instruction: what to grasp, in plain language.
            timeout: deadline given to the server, s.
            on_feedback: called with each feedback.
            alive: called while waiting; raises to stop it, for example when a node has died.

        Raises:
            RealvlgError: no server accepted the goal, or it stopped responding.
        """
        goal = PlanGrasps.Goal(instruction=instruction, timeout=timeout, wait_for_stable=True)
        heard = Deadline(_SERVER_SILENCE_S)

        def on_message(message: Any) -> None:
            nonlocal heard
            heard = Deadline(_SERVER_SILENCE_S)
            on_feedback(message.feedback)

        result = self._accepted(goal, on_message, Deadline(timeout), alive).get_result_async()
        heard = Deadline(_SERVER_SILENCE_S)
        self._spin_until(_done(result, alive, lambda: heard.passed), timeout + _SERVER_SILENCE_S)
        if not result.done():
            raise RealvlgError(
                f'grasp_server has been silent for {_SERVER_SILENCE_S:g} s: '
                'it ended or was restarted; ask again'
            )
        return result.result().result

    def _accepted(
        self,
        goal: PlanGrasps.Goal,
        on_message: Callable[[Any], None],
        deadline: Deadline,
        alive: Callable[[], None],
    ) -> Any:
        """Send a goal until a server accepts it: one just killed or started may not answer."""
        watch = IdleWatch(self._server)
        while True:
            sent = self._action.send_goal_async(goal, on_message)
            answered = self._spin_until(_done(sent, alive), _ACCEPT_S)
            if answered and sent.result().accepted:
                return sent.result()
            if idle := watch.idleness():
                raise RealvlgError(f'grasp_server did not take the goal: {idle}')
            if deadline.passed:
                reason = 'it is not active' if answered else 'it does not answer'
                raise RealvlgError(f'grasp_server did not take the goal: {reason}')
            self._spin_until(lambda: False, _RETRY_S)

    def _spin_until(self, condition: Callable[[], Any], timeout: float) -> bool:
        deadline = Deadline(timeout)
        while not condition():
            if deadline.passed:
                return False
            rclpy.spin_once(self._node, timeout_sec=_SPIN_S)
        return True

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

    def _receiver(self, add: Callable[[int, Any], MatchedFrame | None]) -> Callable[[Any], None]:
        def receive(message: Any) -> None:
            match = add(stamp_to_ns(message.header.stamp), message)
            if match is not None:
                self._frames[match.stamp_ns] = match
                while len(self._frames) > _FRAMES_KEPT:
                    self._frames.popitem(last=False)

        return receive


def _done(
    future: Any, alive: Callable[[], None], over: Callable[[], bool] = lambda: False
) -> Callable[[], bool]:
    """A condition: the future is done, or over() holds; alive is called first and may raise."""

    def check() -> bool:
        alive()
        return bool(future.done()) or over()

    return check
