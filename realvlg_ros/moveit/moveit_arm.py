"""A robot behind MoveIt's move_group and a gripper behind control_msgs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rclpy.node import Node

from ..arrays import FloatArray
from ..errors import PickError
from ..grasping.actuation import Actuation
from ..ros.conversions.pose import pose_to_msg
from .calls import RobotAction, RobotService
from .grip import GripReading
from .gripper_command import GripperClient
from .halt import Halt
from .messages import action_type, moveit_messages, service_type
from .motion import GraspMotion
from .requests import code_words, end_of, pose_constraints, slow_down
from .scene import SceneObject, SceneServices

# Distance of two poses of a straight path, m, and the longest step of a joint between them, rad
# and m. Chosen: a wrist that turns over between two such poses is a jump, not a path.
_STEP_M = 0.005
_LONGEST_TURN_RAD = 0.3
_LONGEST_SLIDE_M = 0.05


@dataclass(frozen=True)
class ArmSettings:
    """How a robot is moved.

    Attributes:
        group: MoveIt's planning group.
        velocity_scaling, acceleration_scaling: share of the limits, above 0 to 1.
        planning_time: for a free motion, s.
        min_fraction: share of a straight path that must be possible, 0 to 1.
        motion_timeout: longest free motion or straight path, its planning included, s.
        gripper_timeout: longest motion of the gripper, s.
        supports: links and collision objects that the object may touch as it is lifted.
        dry_run: plan and do not execute.
    """

    group: str
    velocity_scaling: float = 0.1
    acceleration_scaling: float = 0.1
    planning_time: float = 5.0
    min_fraction: float = 0.95
    motion_timeout: float = 60.0
    gripper_timeout: float = 10.0
    supports: Sequence[str] = ()
    dry_run: bool = False


class RobotClients:
    """The clients of move_group and gripper, for all picks of a node."""

    def __init__(self, node: Node, namespace: str, gripper: GripperClient) -> None:
        """Make the clients.

        Args:
            node: that spins them.
            namespace: of move_group, empty or ending in '/'.
            gripper: client of the gripper, which is not destroyed with these.

        Raises:
            MissingDependencyError: moveit_msgs is not installed.
        """
        self.move_type = action_type('moveit_msgs', 'MoveGroup')
        self.execute_type = action_type('moveit_msgs', 'ExecuteTrajectory')
        self.path_type = service_type('moveit_msgs', 'GetCartesianPath')
        self.scene = SceneServices(node, namespace)
        self.move = RobotAction(node, self.move_type, f'{namespace}move_action')
        self.execute = RobotAction(node, self.execute_type, f'{namespace}execute_trajectory')
        self.path = RobotService(node, self.path_type, f'{namespace}compute_cartesian_path')
        self.gripper = gripper

    def destroy(self) -> None:
        """Destroy the clients."""
        for client in (self.scene, self.move, self.execute, self.path):
            client.destroy()


class MoveItArm:
    """The robot of one pick; see Arm for what each step does and raises."""

    def __init__(
        self, clients: RobotClients, settings: ArmSettings, actuation: Actuation, halt: Halt
    ) -> None:
        """Take the robot for one pick.

        Args:
            clients: of move_group and gripper.
            settings: how it is moved.
            actuation: of the gripper.
            halt: ends every step.
        """
        self._clients = clients
        self._settings = settings
        self._halt = halt
        self._scene = SceneObject(clients.scene, actuation.touch_links, settings.supports, halt)
        # The present one, or in a dry run the end of what was planned.
        self._state = moveit_messages('RobotState').RobotState(is_diff=True)
        self.show = self._scene.show
        self.allow_touch = self._scene.allow_touch
        self.attach = self._scene.attach
        self.detach = self._scene.detach
        self.clear = self._scene.clear

    def open(self, opening: float) -> None:
        """Open the gripper to a distance of the contact faces, m."""
        self._clients.gripper.open(opening, self._settings.gripper_timeout, self._halt)

    def close(self) -> GripReading:
        """Close the gripper until something stops it."""
        return self._clients.gripper.close(self._settings.gripper_timeout, self._halt)

    def move(self, motion: GraspMotion) -> None:
        """Go to the pre-grasp pose around obstacles, from anywhere."""
        s = self._settings
        goal = self._clients.move_type.Goal()
        request = goal.request
        request.group_name = s.group
        request.start_state = moveit_messages('RobotState').RobotState(is_diff=True)
        request.goal_constraints = [
            pose_constraints(motion.link, motion.frame_id, motion.pre_grasp)
        ]
        request.num_planning_attempts = 1
        request.allowed_planning_time = s.planning_time
        request.max_velocity_scaling_factor = s.velocity_scaling
        request.max_acceleration_scaling_factor = s.acceleration_scaling
        goal.planning_options.plan_only = s.dry_run
        goal.planning_options.planning_scene_diff.is_diff = True
        goal.planning_options.planning_scene_diff.robot_state.is_diff = True
        result = self._clients.move.run(goal, s.motion_timeout, self._halt)
        _check(result.error_code, 'the way to the pre-grasp pose', moved=not s.dry_run)
        if s.dry_run:
            self._state = end_of(result.planned_trajectory, self._state)

    def straight(
        self,
        motion: GraspMotion,
        link2frame: FloatArray,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Go straight to a pose of the motion's link.

        Args:
            motion: that the pose is of.
            link2frame: the pose, 4x4, m.
            check: called when the path is planned, before anything moves; may raise.
        """
        s = self._settings
        request = self._clients.path_type.Request(
            start_state=self._state, group_name=s.group, link_name=motion.link
        )
        request.header.frame_id = motion.frame_id
        request.waypoints = [pose_to_msg(link2frame)]
        request.max_step = _STEP_M
        request.revolute_jump_threshold = _LONGEST_TURN_RAD
        request.prismatic_jump_threshold = _LONGEST_SLIDE_M
        request.avoid_collisions = True
        scales = hasattr(request, 'max_velocity_scaling_factor')
        if scales:
            request.max_velocity_scaling_factor = s.velocity_scaling
            request.max_acceleration_scaling_factor = s.acceleration_scaling
        path = self._clients.path.call(request, self._halt)
        if path.fraction < s.min_fraction:
            raise PickError(
                f'only {100 * max(path.fraction, 0.0):.0f} % of the straight path is possible '
                f'({code_words(path.error_code)}); min_fraction is {100 * s.min_fraction:.0f} %'
            )
        if s.dry_run:
            self._state = end_of(path.solution, self._state)
            return
        check()
        if not scales:
            slow_down(path.solution, min(s.velocity_scaling, s.acceleration_scaling))
        goal = self._clients.execute_type.Goal(trajectory=path.solution)
        result = self._clients.execute.run(goal, s.motion_timeout, self._halt)
        _check(result.error_code, 'the straight path', moved=True)


def _check(code: Any, what: str, moved: bool) -> None:
    """Raise PickError unless a code says that something was done."""
    if code.val != code.SUCCESS:
        raise PickError(f'{what} failed: {code_words(code)}', moved=moved)
