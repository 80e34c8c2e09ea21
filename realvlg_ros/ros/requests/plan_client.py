"""A client of the plan_grasps action that also receives the camera's frames."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from ...action import PlanGrasps
from ...errors import RealvlgError
from ...frame import RgbdFrame
from ..camera.frame_matcher import FrameMatcher, MatchedFrame
from ..conversions.rgbd import frame_from_msgs
from ..conversions.stamps import stamp_to_ns
from ..node.qos import stream
from .goal_client import GoalClient

# Number of frames kept to find that of an answer. Chosen: four seconds at 30 Hz.
_FRAMES_KEPT = 120


class PlanClient(GoalClient):
    """Sends PlanGrasps goals, and keeps recent frames to find the one that an answer refers to."""

    def __init__(self, node: Node) -> None:
        """Subscribe to color, depth and camera_info under the node's own names."""
        super().__init__(node)
        self._matcher = FrameMatcher()
        self._frames: OrderedDict[int, MatchedFrame] = OrderedDict()
        for name, message in (('color', Image), ('depth', Image), ('camera_info', CameraInfo)):
            add = getattr(self._matcher, f'add_{name}')
            node.create_subscription(message, name, self._receiver(add), stream('reliable', 5))

    def ready(self) -> bool:
        """Whether a server has been discovered and a frame has been matched."""
        return bool(self._frames) and super().ready()

    def plan(
        self,
        instruction: str,
        timeout: float,
        on_feedback: Callable[[PlanGrasps.Feedback], None],
        alive: Callable[[], None],
    ) -> PlanGrasps.Result:
        """Send an instruction as a goal and wait for its result, masks included.

        Args:
            instruction: what to grasp, in plain language.
            timeout: deadline given to the server, s.
            on_feedback: called with each feedback.
            alive: called while waiting; raises to stop it, for example when a node has died.

        Raises:
            RealvlgError: no server accepted the goal, or it stopped responding.
        """
        goal = PlanGrasps.Goal(
            instruction=instruction, timeout=timeout, wait_for_stable=True, with_masks=True
        )
        return self.send(goal, on_feedback, alive)

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
