"""Tells those who did not send them of the goals of an action."""

from __future__ import annotations

from dataclasses import replace

from rclpy.action.server import ServerGoalHandle

from ...msg import GoalEvent as GoalEventMsg
from ...recording.goal_event import GoalEvent, GoalStep
from ..conversions.goal_event import goal_event_to_msg
from ..node.lifecycle import ManagedNode
from ..node.qos import stream

TOPIC = 'goals'


class GoalEvents:
    """Publishes when goals were accepted and how they ended, on the topic `goals`."""

    def __init__(self, node: ManagedNode, action: str) -> None:
        """Make the publisher, in the configure transition of its node.

        Args:
            node: serves the action.
            action: name of the action.
        """
        self._node = node
        self._action = action
        # A burst of goals is accepted at once.
        self._publisher = node.create_managed_publisher(
            GoalEventMsg, TOPIC, stream('reliable', 50)
        )

    def accepted(
        self, handle: ServerGoalHandle, instruction: str, request_id: str = '', token: str = ''
    ) -> GoalEvent:
        """Tell that a goal was accepted; returns what was told.

        Args:
            handle: of the goal.
            instruction: as it was given.
            request_id: that its groundings and targets carry.
            token: of the question that it answers.
        """
        event = GoalEvent(
            GoalStep.ACCEPTED,
            self._action,
            bytes(handle.goal_id.uuid).hex(),
            self._now_ns(),
            request_id=request_id,
            instruction=instruction,
            token=token,
        )
        self._publisher.publish(goal_event_to_msg(event))
        return event

    def ended(
        self,
        event: GoalEvent,
        status: str,
        message: str,
        *,
        token: str = '',
        target_stamp_ns: int = 0,
    ) -> None:
        """Tell how a goal has ended.

        Args:
            event: that it was accepted.
            status: of the result, by name.
            message: the reason.
            token: of the question that it asks.
            target_stamp_ns: stamp of the target in the result, ns; 0 without one.
        """
        end = replace(
            event, step=GoalStep.ENDED, stamp_ns=self._now_ns(), status=status, message=message,
            token=token or event.token, target_stamp_ns=target_stamp_ns,
        )  # fmt: skip
        self._publisher.publish(goal_event_to_msg(end))

    def _now_ns(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)
