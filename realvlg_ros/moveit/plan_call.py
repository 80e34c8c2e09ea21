"""A PlanGrasps goal that is sent on behalf of a client, or of a pick."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node

from ..action import PlanGrasps
from ..msg import GraspTarget
from ..ros.node.action_client import ThreadedActionClient
from ..ros.node.deadline import Deadline
from ..ros.node.qos import action_queues
from ..ros.requests.goal_attempt import GoalAttempt
from ..ros.requests.peer import IdleWatch, Peer

# How often a call looks whether its server is there, s. Chosen: too short to be noticed.
_PERIOD_S = 0.1
# A server must be discovered within the first, and have taken the goal within the second time, s.
# Chosen: a node that is absent is named within two seconds; one that starts has some more.
_ABSENCE_S = 1.5
_ACCEPT_S = 5.0
# The server gives feedback every half second; after this time without any, s, it counts as gone.
# Chosen: ten feedbacks, since the goal is lost then.
_SILENCE_S = 5.0
# Pause before a goal that was rejected is sent again, s. Chosen: some times within two seconds.
_RETRY_S = 0.2


class PlanCall:
    """One goal. `run` blocks its thread; `cancel` and `on_target` come from others."""

    def __init__(self, client: ThreadedActionClient, server: Peer, goal: PlanGrasps.Goal) -> None:
        """Prepare a goal, which `run` sends.

        Args:
            client: of the action.
            server: watches the node that serves it.
            goal: with a request_id of its own.
        """
        self.goal = goal
        self._client = client
        self._server = server
        self._changed = threading.Condition()
        self._attempt: GoalAttempt | None = None
        self._result: PlanGrasps.Result | None = None
        self._target: GraspTarget | None = None

    def run(
        self,
        report: Callable[[GraspTarget], None] = lambda target: None,
        check: Callable[[], None] = lambda: None,
    ) -> PlanGrasps.Result:
        """Send the goal and wait for its result.

        FAILED says who is not there, not active or silent; no call waits longer for them than
        some seconds. OK comes only with grasps.

        Args:
            report: called in this thread with targets of the request that came meanwhile.
            check: called in this thread ten times a second; what it raises cancels the goal.
        """
        started, watch = Deadline(_ACCEPT_S), IdleWatch(self._server)
        with self._changed:
            try:
                while self._result is None:
                    check()
                    self._advance(started, watch)
                    if self._result is None:
                        self._changed.wait(_PERIOD_S)
                    target, self._target = self._target, None
                    if target is not None:
                        report(target)
            except BaseException as error:
                self._fail(str(error))
                raise
            return self._result

    def cancel(self) -> None:
        """End at once as CANCELED, and cancel the goal."""
        with self._changed:
            self._end(PlanGrasps.Result.CANCELED, 'canceled by the client')

    def stop(self, reason: str) -> None:
        """End at once as FAILED, for a reason, and cancel the goal."""
        with self._changed:
            self._end(PlanGrasps.Result.FAILED, reason)

    def on_target(self, target: GraspTarget) -> None:
        """Take a target; those of other requests are passed over."""
        if target.request_id == self.goal.request_id and target.grasps:
            self._target = target

    def _advance(self, started: Deadline, watch: IdleWatch) -> None:
        attempt = self._attempt
        if attempt is not None and attempt.result is not None:
            self._take(attempt.result)
        elif attempt is not None and attempt.accepted:
            if attempt.silent:
                self._fail(
                    f'grasp_server has been silent for {_SILENCE_S:g} s: '
                    'it ended or was restarted; ask again'
                )
        elif idle := watch.idleness():
            self._fail(f'grasp_server did not take the goal: {idle}')
        elif not self._client.server_is_ready():
            if started.elapsed > _ABSENCE_S:
                self._fail(self._server.absence())
        elif started.passed:
            reason = 'it is not active' if attempt and attempt.rejected else 'it does not answer'
            self._fail(f'grasp_server did not take the goal: {reason}')
        elif attempt is None or (attempt.ended and attempt.age > _RETRY_S):
            self._send(attempt)

    def _take(self, result: PlanGrasps.Result) -> None:
        if result.status == result.OK and not result.target.grasps:
            self._fail('grasp_server ended as OK without a grasp')
        else:
            self._result = result

    def _send(self, before: GoalAttempt | None) -> None:
        if before is not None:
            before.abandon()
        self._attempt = attempt = GoalAttempt(_SILENCE_S, self._wake)
        future = self._client.send_goal_async(self.goal, feedback_callback=attempt.on_feedback)
        future.add_done_callback(attempt.on_response)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _fail(self, message: str) -> None:
        self._end(PlanGrasps.Result.FAILED, message)

    def _end(self, status: int, message: str) -> None:
        if self._result is None:
            self._result = PlanGrasps.Result(status=status, message=message)
            if self._attempt is not None:
                self._attempt.abandon()
            self._changed.notify_all()


class PlanCaller:
    """Makes the calls of a node."""

    def __init__(self, node: Node) -> None:
        """Make the client of the action plan_grasps."""
        self._client = ThreadedActionClient(
            node,
            PlanGrasps,
            'plan_grasps',
            callback_group=MutuallyExclusiveCallbackGroup(),
            **action_queues(),
        )
        self._server = Peer(node, 'grasp_server', 'plan_grasps/_action/feedback')

    def call(self, goal: PlanGrasps.Goal) -> PlanCall:
        """A call of a goal, which has a request_id of its own."""
        return PlanCall(self._client, self._server, goal)

    def destroy(self) -> None:
        """Destroy the clients."""
        self._client.destroy()
        self._server.destroy()
