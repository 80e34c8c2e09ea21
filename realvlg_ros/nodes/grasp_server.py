"""Serves the PlanGrasps action: from an instruction to ranked grasps."""

from __future__ import annotations

import math
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from rclpy.action.server import ServerGoalHandle
from std_msgs.msg import String

from ..action import PlanGrasps
from ..errors import MissingDependencyError, TransformError
from ..msg import GraspTarget
from ..recording.goal_event import PLAN, GoalEvent
from ..ros.conversions.grasp import move_target
from ..ros.conversions.stamps import stamp_to_ns
from ..ros.node.diagnostics import RateCounter, Report
from ..ros.node.entity_node import Execution
from ..ros.node.goals import RESULTS_TIMEOUT_S, LiveGoal
from ..ros.node.lifecycle import ManagedNode
from ..ros.node.qos import stream
from ..ros.node.run_node import run_node
from ..ros.requests.goal_events import GoalEvents
from ..ros.requests.goal_order import POLICIES, GoalOrder
from ..ros.requests.ground_client import GroundClient
from ..ros.requests.peer import IdleWatch, Peer
from ..ros.requests.plan_limits import PlanLimits
from ..ros.requests.plan_request import PlanRequest
from ..ros.requests.relayed_target import TargetGuard, TargetTrust
from ..ros.requests.status_names import STATUS_NAMES
from ..ros.requests.surroundings import Surroundings
from ..ros.tf.tf_input import TfInput
from ..settings import setting

Result: TypeAlias = PlanGrasps.Result

# How long one image's transform is waited for, s. Chosen: tf comes a few times a frame, and the
# next target is tried as well.
_TF_PATIENCE_S = 0.1
_NOT_ACTIVE = 'grasp_server was deactivated; ask again when it is active'


@dataclass(frozen=True)
class ServerParameters(TargetTrust):
    """Time limits and attempts of goals."""

    default_timeout: float = setting(
        30.0, 'Deadline of a goal that names none.', unit='s', low=0.1, high=3600.0, dynamic=True
    )
    grounder_silence: float = setting(
        3.0, 'A grounder that gives no feedback for so long is asked again.',
        unit='s', low=1.0, high=600.0, dynamic=True,
    )  # fmt: skip
    target_silence: float = setting(
        3.0,
        'The object is grounded again when no target comes for so long, and grasp_node does not '
        'say that it still plans.',
        unit='s', low=0.1, high=600.0, dynamic=True,
    )  # fmt: skip
    retry_period: float = setting(
        0.5, 'Shortest time between two groundings of a goal.',
        unit='s', low=0.05, high=60.0, dynamic=True,
    )  # fmt: skip
    succeed_without_grasp: bool = setting(
        False,
        'End goals that were answered without a grasp (NOT_FOUND, AMBIGUOUS, NO_GRASP, LOST, '
        'TIMED_OUT) as SUCCEEDED; otherwise they end as ABORTED.',
        dynamic=True,
    )
    new_goal: str = setting(
        'preempt',
        'What a new goal does while another is being answered: preempt ends that one (CANCELED), '
        'queue waits for it (four may wait, more are rejected), reject rejects the new one.',
        choices=POLICIES, dynamic=True,
    )  # fmt: skip
    tf_timeout: float = setting(
        5.0,
        'Longest wait for a transform that tf does not give; the goal then ends TF_UNAVAILABLE.',
        unit='s', low=0.1, high=600.0, dynamic=True,
    )  # fmt: skip
    ground_attempts: int = setting(
        2, 'So many failed groundings in a row fail a goal.',
        unit='groundings', low=1, high=100, dynamic=True,
    )  # fmt: skip
    gripper: str = setting(
        '',
        'Gripper profile that targets must fit, the one of grasp_node: a name in config/grippers '
        'or the path of a YAML file; empty: the one in config/grippers that the target names.',
        source=True,
    )


class GraspServer(ManagedNode):
    """Owns goals, their deadlines and cancellation, and what a new goal does to an older one."""

    parameter_type: ClassVar = ServerParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('grasp_server', **arguments)
        self._order: GoalOrder[PlanRequest] = GoalOrder()
        self._tf: TfInput | None = None
        self._targets = RateCounter()
        self._no_tf = ''
        self._ended = dict.fromkeys(STATUS_NAMES.values(), 0)

    def configure(self) -> None:
        """Offer the action."""
        self._events = GoalEvents(self, PLAN)
        self._grounder = GroundClient(self)
        self._grounding_node = Peer(self, 'grounding_node', 'ground/_action/feedback')
        self._grasp_node = Peer(self, 'grasp_node', 'target')
        p: ServerParameters = self.current_parameters()
        self._guard = TargetGuard(self, p, p.gripper)
        self._goals = self.create_managed_action_server(
            PlanGrasps, 'plan_grasps', self._begin, self._refusal
        )

    def activate(self) -> None:
        """Subscribe to targets."""
        self.create_managed_subscription(
            GraspTarget, 'target', self._on_target, stream('reliable', 10), one_sender=True
        )

        self.create_managed_subscription(
            String, 'planning', self._on_planning, stream('reliable', 10), one_sender=True
        )

    def deactivate(self) -> None:
        """Fail the live goals."""
        for request in self._order.live():
            request.end(Result.FAILED, _NOT_ACTIVE)
        self._tf = None
        self._goals.wait(RESULTS_TIMEOUT_S)

    def cleanup(self) -> None:
        """Destroy the clients."""
        self._grounder.destroy()
        self._grounding_node.destroy()
        self._grasp_node.destroy()

    def diagnose(self) -> list[Report]:
        """Report the goals."""
        values: dict[str, object] = {
            'goals_live': len(self._goals),
            'goals_rejected': self.rejected,
            'last_rejection': self.last_rejection,
            'targets_hz': self._targets.read(),
            'grounder_there': self._grounder.ready(),
        }
        return [Report('goals', values=values | self._ended)]

    def _begin(self, handle: ServerGoalHandle) -> Execution:
        goal: PlanGrasps.Goal = handle.request
        if goal.target_frame and self._tf is None:
            self._listen_to_tf()
        around = Surroundings(
            missing=self._missing,
            idle=IdleWatch(self._grounding_node, self._grasp_node).idleness,
            now_ns=lambda: int(self.get_clock().now().nanoseconds),
            place=self._place,
            ahead=self._order.ahead_of,
            refusal=self._guard.refusal,
            sender=self._guard.sender,
        )
        request = PlanRequest(
            goal, self._limits(goal), self._grounder, handle.publish_feedback, around
        )
        self._order.add(request, goal.instruction, self.current_parameters().new_goal)
        if not self.active:
            request.end(Result.FAILED, _NOT_ACTIVE)
        event = self._events.accepted(handle, goal.instruction, request.request_id, goal.token)
        return lambda handle: self._execute(handle, request, event)

    def _refusal(self) -> str:
        return self._order.refusal(self.current_parameters().new_goal)

    def _listen_to_tf(self) -> None:
        """From the first goal on that names a frame: tf is a lot to read for a few poses."""
        try:
            self._tf = TfInput(self, _TF_PATIENCE_S)
        except MissingDependencyError as error:
            self._no_tf = str(error)

    def _place(self, target: GraspTarget, frame_id: str) -> GraspTarget:
        """A target in a frame.

        Raises:
            TransformError: tf does not give it at the target's stamp.
        """
        source = target.header.frame_id
        if frame_id in ('', source):
            return target
        what = f'pose of {source!r} in {frame_id!r}, the target_frame of the goal'
        tf = self._tf
        if tf is None:
            raise TransformError(f'no {what}: {self._no_tf}')
        stamp_ns = stamp_to_ns(target.header.stamp)
        moved = tf.wait(what, lambda buffer: buffer.lookup(frame_id, source, stamp_ns))
        return move_target(target, frame_id, moved)

    def _execute(self, handle: ServerGoalHandle, request: PlanRequest, event: GoalEvent) -> Result:
        with LiveGoal(
            self._goals, handle, lambda: request.end(Result.CANCELED, 'canceled by the client')
        ) as live:
            try:
                result = request.run()
            except Exception as error:
                # Its default status reads OK.
                self.get_logger().error(traceback.format_exc())
                message = f'grasp_server failed: {error!r}; see its log'
                result = Result(status=Result.FAILED, message=message)
            finally:
                self._order.remove(request)
            live.end(self._succeeds(result))
            status = STATUS_NAMES[result.status]
            self._ended[status] += 1
            # While it is live: a deactivation waits for it, and what is told later is not heard.
            stamp_ns = stamp_to_ns(result.target.header.stamp) if result.target.grasps else 0
            self._events.ended(
                event, status, result.message, token=result.token, target_stamp_ns=stamp_ns
            )
        self.get_logger().info(f'{handle.request.instruction[:100]!r}: {status} {result.message}')
        return result

    def _succeeds(self, result: Result) -> bool:
        p: ServerParameters = self.current_parameters()
        failed = (Result.CANCELED, Result.FAILED, Result.TF_UNAVAILABLE)
        answered = result.status not in failed
        return bool(result.status == Result.OK or (answered and p.succeed_without_grasp))

    def _missing(self) -> str:
        if not self._grounder.ready():
            return self._grounding_node.absence()
        if not self.count_publishers(self.resolve_topic_name('target')):
            return self._grasp_node.absence()
        return ''

    def _limits(self, goal: PlanGrasps.Goal) -> PlanLimits:
        given = math.isfinite(goal.timeout) and goal.timeout > 0
        return PlanLimits.of_parameters(self.current_parameters(), goal.timeout if given else 0.0)

    def _on_target(self, target: GraspTarget, info: Mapping[str, Any]) -> None:
        self._targets.tick()
        current = self._order.current
        if current is not None and self._guard.accepts(info):
            current.on_target(target)

    def _on_planning(self, message: String) -> None:
        current = self._order.current
        if current is not None:
            current.on_planning(message.data)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(GraspServer, args)


if __name__ == '__main__':
    sys.exit(main())
