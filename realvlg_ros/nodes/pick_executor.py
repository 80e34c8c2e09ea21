"""Serves the Pick action: from an instruction to an object in the gripper."""

from __future__ import annotations

import math
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from rclpy.action.server import ServerGoalHandle

from ..action import Pick as PickAction
from ..errors import GripperError
from ..grasping.gripper import Gripper
from ..moveit.grip import GripLimits
from ..moveit.gripper_command import GRIPPER_ACTIONS, GRIPPER_UNITS, GripperClient
from ..moveit.halt import Halt
from ..moveit.moveit_arm import ArmSettings, MoveItArm, RobotClients
from ..moveit.outcome import Outcome, Stage, Status
from ..moveit.pick import Pick, PickLimits
from ..moveit.plan_call import PlanCaller
from ..moveit.target_plans import TargetLimits, TargetPlans
from ..msg import GraspTarget
from ..recording.goal_event import PICK, GoalEvent
from ..resources import gripper_file
from ..ros.node.diagnostics import Report
from ..ros.node.entity_node import Execution
from ..ros.node.goals import LiveGoal
from ..ros.node.lifecycle import ManagedNode
from ..ros.node.qos import stream
from ..ros.node.run_node import run_node
from ..ros.requests.goal_events import GoalEvents
from ..ros.requests.relayed_target import TargetGuard, TargetTrust
from ..settings import dynamic_setting, setting

# How long a deactivation waits until the robot has stopped and the goal has its result, s.
# Chosen: an action that is canceled has three seconds to end.
_STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class PickParameters(TargetTrust):
    """The robot, its gripper, and how carefully it is moved."""

    planning_group: str = setting('manipulator', "MoveIt's planning group of the arm.")
    end_effector_link: str = setting(
        '',
        'Link that the planning group moves; must be that of grasp_node. Empty: the one that the '
        'target names.',
    )
    moveit_namespace: str = setting('/', 'Namespace of move_group.')
    gripper: str = setting(
        'franka_hand',
        'Gripper profile: a name in config/grippers or the path of a YAML file.',
        source=True,
    )
    gripper_action: str = setting(
        'gripper_command', 'Type of the action that moves the gripper.', choices=GRIPPER_ACTIONS
    )
    gripper_action_name: str = setting('/gripper_controller/gripper_cmd', 'Name of that action.')
    gripper_units: str = setting(
        'joint',
        "What GripperCommand's position is: that of the profile's first joint, or the distance of "
        'the contact faces.',
        choices=GRIPPER_UNITS,
    )
    supports: str = setting(
        '',
        'Links and collision objects that the object may touch as it is lifted, such as the '
        "table's, with commas between them.",
    )
    dry_run: bool = dynamic_setting(False, 'Plan everything and move nothing, whatever goals say.')
    velocity_scaling: float = dynamic_setting(
        0.1, 'Share of the largest joint velocities.', unit='unitless', low=0.001, high=1.0
    )
    acceleration_scaling: float = dynamic_setting(
        0.1, 'Share of the largest joint accelerations.', unit='unitless', low=0.001, high=1.0
    )
    max_tries: int = dynamic_setting(
        6, 'Grasps to try; one turned by 180 degrees is another.', unit='grasps', low=1, high=100
    )
    max_replans: int = dynamic_setting(
        2, 'How often grasps are planned again.', unit='plans', low=0, high=100
    )
    min_fraction: float = dynamic_setting(
        0.95, 'Share of a straight path that must be possible.', unit='unitless', low=0.5, high=1.0
    )
    planning_time: float = dynamic_setting(
        5.0, 'Time to plan the way to a pre-grasp pose.', unit='s', low=0.1, high=60.0
    )
    motion_timeout: float = dynamic_setting(
        60.0, 'Longest motion of the arm, its planning included.', unit='s', low=1.0, high=600.0
    )
    gripper_timeout: float = dynamic_setting(
        10.0, 'Longest motion of the gripper.', unit='s', low=0.5, high=60.0
    )
    plan_timeout: float = dynamic_setting(
        20.0, 'Deadline given to PlanGrasps.', unit='s', low=0.5, high=600.0
    )
    target_timeout: float = dynamic_setting(
        2.0,
        'So long a target that may not be approached is waited on; then grasps are planned again.',
        unit='s', low=0.0, high=60.0,
    )  # fmt: skip
    max_plan_age: float = dynamic_setting(
        1.0, 'A grasp not checked for so long is not approached.', unit='s', low=0.05, high=60.0
    )
    unseen_time: float = dynamic_setting(
        0.0,
        'So long an object may be hidden, as by the arm, and be approached all the same.',
        unit='s', low=0.0, high=60.0,
    )  # fmt: skip
    verify_timeout: float = dynamic_setting(
        2.0, 'So long the tracker is waited on after a retreat.', unit='s', low=0.0, high=60.0
    )
    width_tolerance: float = dynamic_setting(
        0.01,
        "Largest difference of the closed gripper's opening and the object's width.",
        unit='m', low=0.0, high=0.1,
    )  # fmt: skip
    closed_tolerance: float = dynamic_setting(
        0.0015,
        'A gripper that closes to within this of its end holds nothing.',
        unit='m', low=0.0, high=0.05,
    )  # fmt: skip
    min_effort: float = dynamic_setting(
        0.0,
        'A gripper that tells a smaller effort holds nothing; 0: its effort is not looked at.',
        unit='N', low=0.0, high=1000.0,
    )  # fmt: skip
    accept_camera_frame: bool = dynamic_setting(
        False, 'The camera stands still: grasps in its frame are taken as in a fixed one.'
    )
    pick_timeout: float = dynamic_setting(
        180.0, 'Deadline of a goal that names none.', unit='s', low=1.0, high=3600.0
    )


class PickExecutor(ManagedNode):
    """Executes one pick at a time; goals that come meanwhile end as BUSY."""

    parameter_type: ClassVar = PickParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('pick_executor', **arguments)
        self._lock = threading.Lock()
        self._halt: Halt | None = None
        self._targets: TargetPlans | None = None
        self._clients_made: list[GripperClient | RobotClients | PlanCaller] = []
        self._ended = dict.fromkeys((status.name for status in Status), 0)

    def configure(self) -> None:
        """Read the gripper, make the clients and offer the action."""
        p: PickParameters = self.current_parameters()
        gripper = Gripper.from_yaml(gripper_file(p.gripper))
        if gripper.actuation is None:
            raise GripperError(
                f'the profile of {gripper.name!r} does not tell its joints: add the key actuation'
            )
        self._gripper, self._actuation = gripper, gripper.actuation
        self._guard = TargetGuard(self, p, p.gripper)
        hand = GripperClient(
            self, p.gripper_action, p.gripper_action_name, p.gripper_units, gripper.actuation
        )
        self._clients_made.append(hand)
        self._robot = RobotClients(self, f'{p.moveit_namespace.rstrip("/")}/', hand)
        self._planner = PlanCaller(self)
        self._clients_made += [self._robot, self._planner]
        self._events = GoalEvents(self, PICK)
        self._goals = self.create_managed_action_server(PickAction, 'pick', self._begin)

    def activate(self) -> None:
        """Subscribe to targets."""
        self.create_managed_subscription(
            GraspTarget, 'target', self._on_target, stream('reliable', 10), one_sender=True
        )

    def deactivate(self) -> None:
        """Stop the robot."""
        with self._lock:
            if self._halt is not None:
                self._halt.stop('pick_executor was deactivated')
        self._goals.wait(_STOP_TIMEOUT_S)

    def cleanup(self) -> None:
        """Destroy the clients."""
        for client in self._clients_made:
            client.destroy()
        self._clients_made.clear()

    def diagnose(self) -> list[Report]:
        """Report how picks have ended."""
        return [Report('picks', values={'live': len(self._goals), **self._ended})]

    def _begin(self, handle: ServerGoalHandle) -> Execution:
        goal: PickAction.Goal = handle.request
        p: PickParameters = self.current_parameters()
        given = math.isfinite(goal.timeout) and goal.timeout > 0
        halt = Halt(goal.timeout if given else p.pick_timeout)
        event = self._events.accepted(handle, goal.instruction)
        with self._lock:
            if self._halt is not None:
                return lambda handle: self._refuse(handle, event)
            self._halt = halt
            if not self.active:
                halt.stop('pick_executor is not active')
        return lambda handle: self._execute(handle, p, halt, event)

    def _refuse(self, handle: ServerGoalHandle, event: GoalEvent) -> PickAction.Result:
        outcome = Outcome(
            Status.BUSY, 'another pick is at work: cancel it, or wait for its result'
        )
        with LiveGoal(self._goals, handle, lambda: None) as live:
            live.end(succeeded=False)
            self._tell(event, outcome)
        return _result(outcome)

    def _execute(
        self, handle: ServerGoalHandle, p: PickParameters, halt: Halt, event: GoalEvent
    ) -> PickAction.Result:
        try:
            with LiveGoal(
                self._goals, handle, lambda: halt.stop('canceled by the client')
            ) as live:
                pick: Pick | None = None
                try:
                    pick = self._pick(handle, p, halt)
                    outcome = pick.run()
                except Exception as error:
                    self.get_logger().error(traceback.format_exc())
                    words = f'pick_executor failed: {error!r}; see its log'
                    outcome = pick.failed(words) if pick else Outcome(Status.FAILED, words)
                live.end(outcome.status in (Status.HELD, Status.PLANNED))
                self._tell(event, outcome)
        finally:
            with self._lock:
                self._halt = self._targets = None
        words = f'{outcome.status.name} {outcome.message}'
        self.get_logger().info(f'{handle.request.instruction[:100]!r}: {words}')
        return _result(outcome)

    def _tell(self, event: GoalEvent, outcome: Outcome) -> None:
        """Count and tell the end of a goal that is live.

        A deactivation waits for live goals; what is told later is not heard.
        """
        with self._lock:
            self._ended[outcome.status.name] += 1
        self._events.ended(event, outcome.status.name, outcome.message)

    def _pick(self, handle: ServerGoalHandle, p: PickParameters, halt: Halt) -> Pick:
        dry_run = bool(p.dry_run or handle.request.dry_run)

        def report(stage: Stage, words: str, tries: int) -> None:
            handle.publish_feedback(
                PickAction.Feedback(
                    stage=int(stage), message=words, tries=tries, elapsed=halt.elapsed
                )
            )

        self._targets = TargetPlans(
            self._planner,
            handle.request.instruction,
            _targets(p),
            halt,
            lambda: int(self.get_clock().now().nanoseconds),
            self._guard.refusal,
        )
        arm = MoveItArm(self._robot, _arm(p, dry_run), self._actuation, halt)
        return Pick(self._targets, arm, halt, self._limits(p, dry_run), report)

    def _limits(self, p: PickParameters, dry_run: bool) -> PickLimits:
        grip = GripLimits(
            closed=self._gripper.min_opening,
            closed_tolerance=p.closed_tolerance,
            width_tolerance=p.width_tolerance,
            min_effort=p.min_effort,
        )
        return PickLimits(p.max_tries, p.max_replans, grip, dry_run)

    def _on_target(self, target: GraspTarget, info: Mapping[str, Any]) -> None:
        targets = self._targets
        if targets is not None and self._guard.accepts(info):
            targets.on_target(target)


def _targets(p: PickParameters) -> TargetLimits:
    return TargetLimits(
        plan_timeout=p.plan_timeout,
        target_timeout=p.target_timeout,
        max_plan_age=p.max_plan_age,
        unseen_time=p.unseen_time,
        verify_timeout=p.verify_timeout,
        link=p.end_effector_link,
        accept_camera_frame=p.accept_camera_frame,
    )


def _arm(p: PickParameters, dry_run: bool) -> ArmSettings:
    return ArmSettings(
        group=p.planning_group,
        velocity_scaling=p.velocity_scaling,
        acceleration_scaling=p.acceleration_scaling,
        planning_time=p.planning_time,
        min_fraction=p.min_fraction,
        motion_timeout=p.motion_timeout,
        gripper_timeout=p.gripper_timeout,
        supports=[name.strip() for name in p.supports.split(',') if name.strip()],
        dry_run=dry_run,
    )


def _result(outcome: Outcome) -> PickAction.Result:
    fields = asdict(outcome) | {'status': int(outcome.status)}
    return PickAction.Result(success=outcome.status == Status.HELD, **fields)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(PickExecutor, args)


if __name__ == '__main__':
    sys.exit(main())
