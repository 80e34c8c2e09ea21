"""The gripper of the mock robot, as one of the actions of control_msgs."""

from __future__ import annotations

from typing import Any

from sensor_msgs.msg import JointState

from ...errors import GripperError, PickError
from ...grasping.actuation import Actuation
from ..messages import action_type
from .robot import MockRobot

# Openings are the same within this, m. Chosen: far below what a gripper tells.
_REACHED_M = 1e-6


class MockGripper:
    """Reads goals of a gripper action, and tells its result, by openings."""

    def __init__(self, robot: MockRobot, actuation: Actuation, kind: str, units: str) -> None:
        """Take the gripper of a robot.

        Args:
            robot: whose gripper it is.
            actuation: of the gripper's profile.
            kind: one of GRIPPER_ACTIONS.
            units: one of GRIPPER_UNITS.

        Raises:
            MissingDependencyError: control_msgs is not installed, or has no such action.
        """
        self._robot = robot
        self._actuation = actuation
        self._parallel = kind == 'parallel_gripper_command'
        self._by_opening = units == 'opening' and not self._parallel
        self._first = next(iter(actuation.joints))
        name = 'ParallelGripperCommand' if self._parallel else 'GripperCommand'
        self.type = action_type('control_msgs', name)

    def opening_of(self, goal: Any) -> float:
        """The opening that a goal commands, m.

        Raises:
            PickError: it names none of the gripper's joints.
        """
        if self._by_opening:
            return float(goal.command.position)
        if self._parallel:
            positions = dict(zip(goal.command.name, goal.command.position, strict=True))
        else:
            positions = {self._first: goal.command.position}
        try:
            return self._actuation.opening(positions)
        except GripperError as error:
            raise PickError(str(error)) from error

    def result_of(self, goal: Any) -> Any:
        """The result of a goal that has ended: where the gripper is."""
        opening = self._robot.opening
        reached = abs(opening - self.opening_of(goal)) < _REACHED_M
        result = self.type.Result(stalled=not reached, reached_goal=reached)
        joints = self._actuation.posture(opening)
        if self._parallel:
            result.state = JointState(name=list(joints), position=list(joints.values()))
        else:
            result.position = opening if self._by_opening else joints[self._first]
        return result
