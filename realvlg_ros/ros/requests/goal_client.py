"""A client of the plan_grasps action, for programs that do not spin a node of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.node import Node

from ...action import PlanGrasps
from ...errors import RealvlgError
from ..node.action_client import ThreadedActionClient
from ..node.deadline import Deadline
from ..node.qos import action_queues
from .peer import IdleWatch, Peer

# Longest wait of one spin, s. Chosen: a cancel is not delayed.
_SPIN_S = 0.02
# Longest wait for the answer to a goal request, and pause before it is sent again, s. Chosen:
# twice what nodes allow, since a client has just been discovered.
_ACCEPT_S = 2.0
_RETRY_S = 0.2
# The server gives feedback every half second; after this time without any, s, it counts as gone.
# Chosen: ten feedbacks, since the goal is lost then.
_SERVER_SILENCE_S = 5.0
# Longest wait for the answer to a cancel, s. Chosen: the server cancels in a tenth of a second.
_CANCEL_S = 2.0


class GoalClient:
    """Sends PlanGrasps goals and waits for their results; a goal left early is canceled."""

    def __init__(self, node: Node) -> None:
        """Make the client.

        Args:
            node: spun while waiting; nothing else may spin it.
        """
        self._node = node
        self._server = Peer(node, 'grasp_server', 'plan_grasps/_action/feedback')
        self._action = ThreadedActionClient(node, PlanGrasps, 'plan_grasps', **action_queues())
        self._sent: Any = None

    def ready(self) -> bool:
        """Whether a server has been discovered."""
        return bool(self._action.server_is_ready())

    def absence(self) -> str:
        """Why there is no server, and the remedy, in words."""
        return self._server.absence()

    def wait(self, condition: Callable[[], Any], timeout: float, what: str) -> None:
        """Spin until a condition holds.

        Args:
            condition: checked between callbacks.
            timeout: longest wait on the steady clock, s.
            what: name of the condition, for the error.

        Raises:
            RealvlgError: it did not hold in time.
        """
        if not self.spin_until(condition, timeout):
            raise RealvlgError(f'{what} did not happen within {timeout:.0f} s')

    def spin_until(self, condition: Callable[[], Any], timeout: float) -> bool:
        """Spin until a condition holds, at most timeout s; returns whether it does."""
        deadline = Deadline(timeout)
        while not condition():
            if deadline.passed:
                return False
            rclpy.spin_once(self._node, timeout_sec=_SPIN_S)
        return True

    def send(
        self,
        goal: PlanGrasps.Goal,
        on_feedback: Callable[[PlanGrasps.Feedback], None],
        alive: Callable[[], None] = lambda: None,
    ) -> PlanGrasps.Result:
        """Send one goal and wait for its result.

        Args:
            goal: with a timeout above 0.
            on_feedback: called with each feedback.
            alive: called while waiting; raises to stop it, for example when a node has died.

        Raises:
            RealvlgError: no server accepted the goal, or it stopped responding.
        """
        heard = Deadline(_SERVER_SILENCE_S)

        def on_message(message: Any) -> None:
            nonlocal heard
            heard = Deadline(_SERVER_SILENCE_S)
            on_feedback(message.feedback)

        try:
            handle = self._accepted(goal, on_message, Deadline(goal.timeout), alive)
            result = handle.get_result_async()
            heard = Deadline(_SERVER_SILENCE_S)
            done = _done(result, alive, lambda: heard.passed)
            self.spin_until(done, goal.timeout + _SERVER_SILENCE_S)
        except BaseException:
            self._withdraw()
            raise
        if not result.done():
            raise RealvlgError(
                f'grasp_server has been silent for {_SERVER_SILENCE_S:g} s: '
                'it ended or was restarted; ask again'
            )
        answer: PlanGrasps.Result = result.result().result
        if answer.status == PlanGrasps.Result.OK and not answer.target.grasps:
            # What rclpy gives for a goal that its server does not know.
            raise RealvlgError(
                'grasp_server gave an empty result: it was restarted meanwhile; ask again'
            )
        return answer

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
            self._sent = sent = self._action.send_goal_async(goal, on_message)
            answered = self.spin_until(_done(sent, alive), _ACCEPT_S)
            if answered and sent.result().accepted:
                return sent.result()
            if idle := watch.idleness():
                raise RealvlgError(f'grasp_server did not take the goal: {idle}')
            if deadline.passed:
                reason = 'it is not active' if answered else 'it does not answer'
                raise RealvlgError(f'grasp_server did not take the goal: {reason}')
            self.spin_until(lambda: False, _RETRY_S)

    def _withdraw(self) -> None:
        """Cancel the goal that was sent last; its acceptance may still be on the way."""
        sent = self._sent
        if sent is not None and self.spin_until(sent.done, _CANCEL_S) and sent.result().accepted:
            self.spin_until(sent.result().cancel_goal_async().done, _CANCEL_S)


def _done(
    future: Any, alive: Callable[[], None], over: Callable[[], bool] = lambda: False
) -> Callable[[], bool]:
    """A condition: the future is done, or over() holds; alive is called first and may raise."""

    def check() -> bool:
        alive()
        return bool(future.done()) or over()

    return check
