"""Serves the PlanGrasps action: from an instruction to ranked grasps."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from rclpy.action.server import ServerGoalHandle
from std_msgs.msg import String

from ..action import PlanGrasps
from ..msg import GraspTarget
from ..ros.node.diagnostics import RateCounter, Report
from ..ros.node.entity_node import Execution
from ..ros.node.goals import RESULTS_TIMEOUT_S, LiveGoal
from ..ros.node.lifecycle import ManagedNode, ManagedNodeParameters
from ..ros.node.qos import stream
from ..ros.node.run_node import run_node
from ..ros.requests.ground_client import GroundClient
from ..ros.requests.peer import IdleWatch, Peer
from ..ros.requests.plan_limits import PlanLimits
from ..ros.requests.plan_request import PlanRequest
from ..ros.requests.status_names import STATUS_NAMES
from ..settings import setting

Result: TypeAlias = PlanGrasps.Result

_NOT_ACTIVE = 'grasp_server was deactivated; ask again when it is active'


@dataclass(frozen=True)
class ServerParameters(ManagedNodeParameters):
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
    ground_attempts: int = setting(
        2, 'So many failed groundings in a row fail a goal.',
        unit='groundings', low=1, high=100, dynamic=True,
    )  # fmt: skip


class GraspServer(ManagedNode):
    """Owns goals, their deadlines and cancellation; a newer goal replaces the older one."""

    parameter_type: ClassVar = ServerParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('grasp_server', **arguments)
        self._lock = threading.Lock()
        self._current: PlanRequest | None = None
        self._targets = RateCounter()
        self._ended = dict.fromkeys(STATUS_NAMES.values(), 0)

    def configure(self) -> None:
        """Offer the action."""
        self._grounder = GroundClient(self)
        self._grounding_node = Peer(self, 'grounding_node', 'ground/_action/feedback')
        self._grasp_node = Peer(self, 'grasp_node', 'target')
        self._goals = self.create_managed_action_server(PlanGrasps, 'plan_grasps', self._begin)

    def activate(self) -> None:
        """Subscribe to targets."""
        self.create_managed_subscription(
            GraspTarget, 'target', self._on_target, stream('reliable', 10)
        )

        self.create_managed_subscription(
            String, 'planning', self._on_planning, stream('reliable', 10)
        )

    def deactivate(self) -> None:
        """Fail the live goal."""
        with self._lock:
            if self._current is not None:
                self._current.end(Result.FAILED, _NOT_ACTIVE)
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
            'targets_hz': self._targets.read(),
            'grounder_there': self._grounder.ready(),
        }
        return [Report('goals', values=values | self._ended)]

    def _begin(self, handle: ServerGoalHandle) -> Execution:
        goal: PlanGrasps.Goal = handle.request
        request = PlanRequest(
            goal, self._limits(goal), self._grounder, self._missing, handle.publish_feedback,
            IdleWatch(self._grounding_node, self._grasp_node).idleness,
            lambda: int(self.get_clock().now().nanoseconds),
        )  # fmt: skip
        with self._lock:
            if self._current is not None:
                reason = f'replaced by a newer goal: {goal.instruction[:100]!r}'
                self._current.end(Result.CANCELED, reason)
            self._current = request
            if not self.active:
                request.end(Result.FAILED, _NOT_ACTIVE)
        return lambda handle: self._execute(handle, request)

    def _execute(self, handle: ServerGoalHandle, request: PlanRequest) -> Result:
        with LiveGoal(
            self._goals, handle, lambda: request.end(Result.CANCELED, 'canceled by the client')
        ) as live:
            result = request.run()
            live.end(self._succeeds(result))
        status = STATUS_NAMES[result.status]
        self._ended[status] += 1
        self.get_logger().info(f'{handle.request.instruction[:100]!r}: {status} {result.message}')
        return result

    def _succeeds(self, result: Result) -> bool:
        p: ServerParameters = self.current_parameters()
        answered = result.status not in (Result.CANCELED, Result.FAILED)
        return bool(result.status == Result.OK or (answered and p.succeed_without_grasp))

    def _missing(self) -> str:
        if not self._grounder.ready():
            return self._grounding_node.absence()
        if not self.count_publishers(self.resolve_topic_name('target')):
            return self._grasp_node.absence()
        return ''

    def _limits(self, goal: PlanGrasps.Goal) -> PlanLimits:
        p: ServerParameters = self.current_parameters()
        given = math.isfinite(goal.timeout) and goal.timeout > 0
        return PlanLimits(
            timeout=goal.timeout if given else p.default_timeout,
            grounder_silence=p.grounder_silence,
            target_silence=p.target_silence,
            retry_period=p.retry_period,
            ground_attempts=p.ground_attempts,
        )

    def _on_target(self, target: GraspTarget) -> None:
        self._targets.tick()
        current = self._current
        if current is not None:
            current.on_target(target)

    def _on_planning(self, message: String) -> None:
        current = self._current
        if current is not None:
            current.on_planning(message.data)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(GraspServer, args)


if __name__ == '__main__':
    sys.exit(main())
