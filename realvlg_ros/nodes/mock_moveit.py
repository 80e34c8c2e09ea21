"""Offers what pick_executor calls, without a robot: it checks each call, and fails as told."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from geometry_msgs.msg import Pose
from rclpy.action.server import ServerGoalHandle

from ..errors import GripperError, PickError
from ..grasping.gripper import Gripper
from ..moveit.gripper_command import GRIPPER_ACTIONS, GRIPPER_UNITS
from ..moveit.messages import action_type, moveit_messages, service_type
from ..moveit.mock.gripper import MockGripper
from ..moveit.mock.path import end_of, path_to
from ..moveit.mock.robot import MockRobot, Place
from ..moveit.mock.scene import MockScene, check_diff, check_goal, check_pose, goal_of
from ..resources import gripper_file
from ..ros.conversions.pose import pose_from_msg
from ..ros.node.diagnostics import Level, Report
from ..ros.node.goals import Goals, LiveGoal
from ..ros.node.lifecycle import ManagedNode, ManagedNodeParameters
from ..ros.node.run_node import run_node
from ..settings import dynamic_setting, setting

FAILURES = (
    '', 'planning', 'fraction', 'execution', 'execution_hangs', 'scene', 'nothing',
    'gripper_stalls', 'gripper_hangs',
)  # fmt: skip
# Share of a straight path that is possible with the failure 'fraction', unitless, and the time
# between two looks at a cancel, s. Chosen: far from what is accepted; soon enough.
_BAD_FRACTION = 0.4
_STEP_S = 0.01


@dataclass(frozen=True)
class MockParameters(ManagedNodeParameters):
    """The robot that is not there, and how it fails."""

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
        'joint', "What GripperCommand's position is.", choices=GRIPPER_UNITS
    )
    frames: str = setting(
        'base_link,world,panda_link0', 'Frames that poses may be in, with commas between them.'
    )
    workspace: tuple[float, ...] = setting(
        (-1.0, -1.0, -0.2, 1.0, 1.0, 1.5),
        'Smallest x, y, z and largest x, y, z of a position.',
        unit='m', low=-100.0, high=100.0,
    )  # fmt: skip
    object_width: float = dynamic_setting(
        0.045, 'Width of what lies at each grasp.', unit='m', low=0.0, high=1.0
    )
    motion_time: float = dynamic_setting(
        0.2, 'Time that each motion takes.', unit='s', low=0.0, high=600.0
    )
    fail: str = dynamic_setting(
        '',
        'What fails: the planning of free motions; straight paths (fraction); an execution, or '
        'one that does not end; the planning scene; closing on nothing; a gripper that does not '
        'move, or does not answer.',
        choices=FAILURES,
    )
    fail_after: int = dynamic_setting(
        0, 'So many of these calls do not fail at first.', unit='calls', low=0, high=1000
    )
    fail_times: int = dynamic_setting(
        0, 'So many fail then, and no more; 0: all.', unit='calls', low=0, high=1000
    )


class MockMoveIt(ManagedNode):
    """A move_group and a gripper for tests, and for trying an executor without a robot."""

    parameter_type: ClassVar = MockParameters

    def __init__(self, name: str = 'mock_moveit', **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__(name, **arguments)
        self._lock = threading.RLock()
        self._asked = 0
        self._failing = ''
        # Names of the calls in their order, for tests.
        self.calls: list[str] = []

    def configure(self) -> None:
        """Offer actions and services."""
        p: MockParameters = self.current_parameters()
        gripper = Gripper.from_yaml(gripper_file(p.gripper))
        if gripper.actuation is None:
            raise GripperError(f'the profile of {gripper.name!r} does not tell its joints')
        frames = [name.strip() for name in p.frames.split(',')]
        self.robot = self.make_robot(frames, p, gripper)
        self._scene = MockScene(self.robot)
        self._messages = moveit_messages('MoveItErrorCodes')
        self._move = action_type('moveit_msgs', 'MoveGroup')
        self._execute = action_type('moveit_msgs', 'ExecuteTrajectory')
        name = f'{p.moveit_namespace.rstrip("/")}/'
        self._hand = MockGripper(self.robot, gripper.actuation, p.gripper_action, p.gripper_units)
        offer = self.create_managed_action_server
        self._moves = offer(self._move, f'{name}move_action', lambda _: self._run_move)
        self._paths = offer(self._execute, f'{name}execute_trajectory', lambda _: self._run_path)
        self._grips = offer(self._hand.type, p.gripper_action_name, lambda _: self._run_gripper)
        for service, called, answer in (
            ('GetCartesianPath', 'compute_cartesian_path', self._plan_path),
            ('ApplyPlanningScene', 'apply_planning_scene', self._apply_scene),
            ('GetPlanningScene', 'get_planning_scene', self._scene.read),
        ):
            self.create_managed_service(
                service_type('moveit_msgs', service), f'{name}{called}', answer
            )

    def make_robot(
        self, frames: Sequence[str], parameters: MockParameters, gripper: Gripper
    ) -> MockRobot:
        """The robot that is commanded.

        Args:
            frames: that poses may be in.
            parameters: of this node.
            gripper: of its profile.
        """
        p = parameters
        return MockRobot(frames, p.workspace, gripper.max_opening, p.object_width)

    def reconfigure(self, parameters: MockParameters) -> None:
        """Take the failure and the object's width."""
        self.robot.lay(parameters.object_width)
        if parameters.fail != self._failing:
            self._failing, self._asked = parameters.fail, 0

    def diagnose(self) -> list[Report]:
        """Report what was refused."""
        refused = self.robot.refused
        values = {
            'calls': len(self.calls),
            'refused': len(refused),
            'place': self.robot.place.name,
        }
        level = Level.WARN if refused else Level.OK
        return [Report('robot', level, refused[-1] if refused else '', values)]

    def _fails(self, what: str) -> bool:
        p: MockParameters = self.current_parameters()
        if p.fail != what:
            return False
        with self._lock:
            before = self._asked - p.fail_after
            self._asked += 1
        return before >= 0 and not 0 < p.fail_times <= before

    def _run_move(self, handle: ServerGoalHandle) -> Any:
        request, plan_only = handle.request.request, handle.request.planning_options.plan_only
        result = self._move.Result()

        def work(canceled: Callable[[], bool]) -> Any:
            self.calls.append('plan' if plan_only else 'move')
            check_diff(handle.request.planning_options.planning_scene_diff)
            for constraints in request.goal_constraints:
                check_goal(self.robot, constraints)
            if not request.goal_constraints or not request.group_name:
                return self._code('INVALID_GOAL_CONSTRAINTS', 'no goal, or no group')
            if self._fails('planning'):
                return self._code('PLANNING_FAILED', 'as told')
            goal = goal_of(request.goal_constraints[0])
            result.planned_trajectory = path_to(goal)
            if plan_only:
                return self._code('SUCCESS')
            self.robot.begin_move()
            return self._travel(Place.PRE_GRASP, goal, canceled)

        result.error_code = self._serve(self._moves, handle, work)
        return result

    def _run_path(self, handle: ServerGoalHandle) -> Any:
        def work(canceled: Callable[[], bool]) -> Any:
            self.calls.append('execute')
            if not handle.request.trajectory.joint_trajectory.points:
                return self._code('INVALID_MOTION_PLAN', 'no points')
            leads = self.robot.begin_straight()
            return self._travel(leads, end_of(handle.request.trajectory), canceled)

        return self._execute.Result(error_code=self._serve(self._paths, handle, work))

    def _run_gripper(self, handle: ServerGoalHandle) -> Any:
        result = self._hand.type.Result()

        def work(canceled: Callable[[], bool]) -> Any:
            nonlocal result
            code = self._grip(self._hand.opening_of(handle.request), canceled)
            result = self._hand.result_of(handle.request)
            return code

        self._serve(self._grips, handle, work)
        return result

    def _grip(self, opening: float, canceled: Callable[[], bool]) -> Any:
        closes = opening < self.robot.opening
        self.calls.append('close' if closes else 'open')
        if self._fails('gripper_hangs'):
            self._wait(float('inf'), canceled)
            return self._code('PREEMPTED')
        if not self._fails('gripper_stalls'):
            if closes and self._fails('nothing'):
                self.robot.lay(0.0)
            self.robot.command_gripper(opening)
            self.robot.lay(self.current_parameters().object_width)
        return self._code('SUCCESS')

    def _serve(
        self, goals: Goals, handle: ServerGoalHandle, work: Callable[[Callable[[], bool]], Any]
    ) -> Any:
        """Do the work of a goal and end it; returns its error code."""
        with LiveGoal(goals, handle, lambda: None) as live:
            try:
                code = work(lambda: live.canceled or handle.is_cancel_requested)
            except PickError as error:
                self.get_logger().error(f'refused: {error}')
                code = self._code('FAILURE', str(error))
            live.end(code.val == code.SUCCESS)
        return code

    def _travel(self, leads: Place, goal: Pose, canceled: Callable[[], bool]) -> Any:
        """Take the time of a motion, and end it.

        Args:
            leads: the place that it leads to.
            goal: the pose of the link there.
            canceled: tells whether the goal is canceled.
        """
        hangs = self._fails('execution_hangs')
        fails = self._fails('execution')
        time_s = float('inf') if hangs else self.current_parameters().motion_time
        if not self._wait(time_s / 2 if fails else time_s, canceled):
            self.calls.append('stopped')
            return self._code('PREEMPTED')
        if fails:
            return self._code('CONTROL_FAILED', 'as told')
        self.robot.arrive(leads, pose_from_msg(goal))
        return self._code('SUCCESS')

    def _wait(self, time_s: float, canceled: Callable[[], bool]) -> bool:
        """Wait for a time, s; returns False at once when the goal is canceled."""
        until = time.monotonic() + time_s
        while time.monotonic() < until:
            if canceled() or not self.active:
                return False
            time.sleep(_STEP_S)
        return not canceled()

    def _plan_path(self, request: Any, response: Any) -> Any:
        self.calls.append('path')
        try:
            for pose in request.waypoints:
                check_pose(self.robot, request.header.frame_id, pose)
        except PickError as error:
            self.get_logger().error(f'refused: {error}')
            response.error_code = self._code('FAILURE', str(error))
            response.fraction = -1.0
            return response
        short = self._fails('fraction')
        response.fraction = _BAD_FRACTION if short else 1.0
        response.solution = path_to(request.waypoints[-1])
        response.error_code = self._code('SUCCESS')
        return response

    def _apply_scene(self, request: Any, response: Any) -> Any:
        try:
            if self._fails('scene'):
                raise PickError('as told')
            self.calls += self._scene.apply(request.scene)
            response.success = True
        except PickError as error:
            self.get_logger().error(f'refused: {error}')
            response.success = False
        return response

    def _code(self, name: str, words: str = '') -> Any:
        codes = self._messages.MoveItErrorCodes
        code = codes(val=getattr(codes, name))
        # Distributions before Jazzy have no message.
        if hasattr(code, 'message'):
            code.message = words
        return code


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(MockMoveIt, args)


if __name__ == '__main__':
    sys.exit(main())
