"""Offers grasps by MoveIt's interfaces, and keeps its planning scene in step with the targets."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from rclpy.action.server import ServerGoalHandle

from ..action import PlanGrasps
from ..errors import MissingDependencyError, RealvlgError
from ..grasping.gripper import Gripper
from ..moveit.error_codes import error_code, in_words
from ..moveit.grasps import moveit_grasps
from ..moveit.messages import grasp_planning_action, grasp_planning_service, moveit_msgs
from ..moveit.plan_call import PlanCall, PlanCaller
from ..moveit.postures import actuation_of
from ..moveit.scene_mirror import SceneMirror, SceneSettings
from ..msg import GraspTarget
from ..resources import gripper_file
from ..ros.node.deadline import Deadline
from ..ros.node.diagnostics import Level, Report
from ..ros.node.entity_node import Execution
from ..ros.node.goals import FEEDBACK_PERIOD_S, RESULTS_TIMEOUT_S, Goals, LiveGoal
from ..ros.node.lifecycle import ManagedNode, ManagedNodeParameters
from ..ros.node.qos import stream
from ..ros.node.run_node import run_node
from ..settings import setting

Result: TypeAlias = PlanGrasps.Result

# How often the scene is searched for what is old, s. Chosen: no more than a planner would notice.
_EXPIRY_PERIOD_S = 0.2
# Requests at one time: each blocks a thread of the executor, which needs others for their results.
# Chosen: half of its threads.
_MAX_CALLS = 4
_NOT_ACTIVE = 'moveit_adapter was deactivated; ask again when it is active'


@dataclass(frozen=True)
class MoveitParameters(ManagedNodeParameters):
    """The gripper, what is asked of grasp_server, and the planning scene."""

    gripper: str = setting(
        'franka_hand',
        'Gripper profile, the one of grasp_node: a name in config/grippers or the path of a YAML '
        'file.',
        source=True,
    )
    timeout: float = setting(
        0.0, 'Deadline of a request; 0 for the default of grasp_server.',
        unit='s', low=0.0, high=3600.0, dynamic=True,
    )  # fmt: skip
    wait_for_stable: bool = setting(
        True, 'Answer with a target that is stable; false: with the first.', dynamic=True
    )
    max_grasps: int = setting(
        0, 'At most so many grasps, each in both turns; 0 for all.',
        unit='grasps', low=0, high=1000, dynamic=True,
    )  # fmt: skip
    min_quality: float = setting(
        0.0, 'Grasps of less quality are left out.',
        unit='unitless', low=0.0, high=1.0, dynamic=True,
    )  # fmt: skip
    scene: SceneSettings = field(default_factory=SceneSettings)


class MoveitAdapter(ManagedNode):
    """Translates requests of MoveIt's clients into PlanGrasps goals, and targets into its scene.

    What needs a package that is not installed is off, and the log and the diagnostics say so.
    """

    parameter_type: ClassVar = MoveitParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('moveit_adapter', **arguments)
        self._lock = threading.Lock()
        self._calls: list[PlanCall] = []
        self._reset()

    def configure(self) -> None:
        """Read the gripper; offer action, service and scene, each where its messages are."""
        self._gripper = Gripper.from_yaml(gripper_file(self.current_parameters().gripper))
        actuation_of(self._gripper)
        for offer in (self._offer_scene_and_service, self._offer_action):
            try:
                offer()
            except MissingDependencyError as error:
                if str(error) not in self._off:
                    self._off.append(str(error))
                    self.get_logger().warning(str(error))

    def activate(self) -> None:
        """Subscribe to targets and to what is attached to the robot."""
        self.create_managed_subscription(
            GraspTarget, 'target', self._on_target, stream('reliable', 10), one_sender=True
        )
        if self._mirror is not None:
            self.create_managed_subscription(
                moveit_msgs().AttachedCollisionObject,
                'attached_collision_object',
                self._mirror.take_attached,
                stream('reliable', 10),
            )
            self.create_managed_timer(_EXPIRY_PERIOD_S, self._mirror.expire)

    def deactivate(self) -> None:
        """Fail the live requests, and empty the scene."""
        with self._lock:
            for call in self._calls:
                call.stop(_NOT_ACTIVE)
        self._goals.wait(RESULTS_TIMEOUT_S)
        if self._mirror is not None:
            self._mirror.clear()

    def cleanup(self) -> None:
        """Destroy the clients."""
        if self._caller is not None:
            self._caller.destroy()
        self._reset()

    def reconfigure(self, parameters: MoveitParameters) -> None:
        """Follow the targets with the current settings."""
        if self._mirror is not None:
            self._mirror.settings = parameters.scene

    def diagnose(self) -> list[Report]:
        """Report what is off, the live requests and the scene."""
        values: dict[str, object] = {'requests_live': len(self._calls)}
        if self._mirror is not None:
            values['scene_objects'] = len(self._mirror)
            values['not_in_scene'] = '; '.join(self._mirror.missing())
        if self._off:
            return [Report('moveit', Level.WARN, '; '.join(self._off), values)]
        return [Report('moveit', values=values)]

    def _reset(self) -> None:
        self._caller: PlanCaller | None = None
        self._mirror: SceneMirror | None = None
        self._goals = Goals()
        self._off: list[str] = []

    def _offer_scene_and_service(self) -> None:
        service = grasp_planning_service()
        objects = self.create_managed_publisher(moveit_msgs().CollisionObject, 'collision_object')
        self._mirror = SceneMirror(objects.publish, self.current_parameters().scene)
        self._caller = PlanCaller(self)
        self.create_managed_service(service, 'plan_grasps_moveit', self._serve)

    def _offer_action(self) -> None:
        action = grasp_planning_action()
        self._goals = self.create_managed_action_server(action, 'grasp_planning', self._begin)

    def _on_target(self, target: GraspTarget) -> None:
        if self._mirror is not None:
            self._mirror.take(target)
        for call in self._calls.copy():
            call.on_target(target)

    def _begin(self, handle: ServerGoalHandle) -> Execution:
        asked = handle.request.object
        call = self._call(asked.name, asked.header.frame_id)
        return lambda handle: self._execute(handle, call)

    def _execute(self, handle: ServerGoalHandle, call: PlanCall) -> Any:
        types = grasp_planning_action()
        due = Deadline(0.0)

        def report(target: GraspTarget) -> None:
            nonlocal due
            if due.passed:
                due = Deadline(FEEDBACK_PERIOD_S)
                handle.publish_feedback(types.Feedback(grasps=self._translated(target)))

        with LiveGoal(self._goals, handle, call.cancel) as live:
            result, grasps = self._finish(call, report)
            live.end(succeeded=result.status == Result.OK)
        return types.Result(grasps=grasps)

    def _serve(self, request: Any, response: Any) -> Any:
        if request.candidate_grasps:
            refused = Result(
                status=Result.FAILED,
                message=f'{len(request.candidate_grasps)} candidate_grasps were given, and grasps '
                'of others are not evaluated here: leave the field empty',
            )
            response.error_code = error_code(refused)
            return response
        asked = request.target
        call = self._call(asked.id, asked.header.frame_id)
        result, response.grasps = self._finish(call, lambda _: None)
        response.error_code = error_code(result)
        return response

    def _call(self, sentence: str, frame: str) -> PlanCall:
        p: MoveitParameters = self.current_parameters()
        assert self._caller is not None
        return self._caller.call(
            PlanGrasps.Goal(
                request_id=uuid.uuid4().hex,
                instruction=sentence,
                target_frame=frame,
                timeout=p.timeout,
                wait_for_stable=p.wait_for_stable,
                max_grasps=p.max_grasps,
                min_quality=p.min_quality,
            )
        )

    def _finish(
        self, call: PlanCall, report: Callable[[GraspTarget], None]
    ) -> tuple[Result, list[Any]]:
        """The result of a call, and its grasps; a call too many is refused."""
        with self._lock:
            if not self.active:
                call.stop(_NOT_ACTIVE)
            elif len(self._calls) >= _MAX_CALLS:
                call.stop(f'{_MAX_CALLS} requests are being answered; ask again')
            self._calls.append(call)
        grasps: list[Any] = []
        try:
            result = call.run(report)
            if result.status == Result.OK:
                grasps = self._translated(result.target)
        except RealvlgError as error:
            call.stop(str(error))
            result = Result(status=Result.FAILED, message=str(error))
        finally:
            with self._lock:
                self._calls.remove(call)
        self.get_logger().info(f'{call.goal.instruction[:100]!r}: {in_words(result)}')
        return result, grasps

    def _translated(self, target: GraspTarget) -> list[Any]:
        return moveit_grasps(target, self._gripper)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(MoveitAdapter, args)


if __name__ == '__main__':
    sys.exit(main())
