"""The gripper through control_msgs: GripperCommand or ParallelGripperCommand."""

from __future__ import annotations

import math
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import JointState

from ..errors import GripperError, PickError
from ..grasping.actuation import Actuation
from .calls import RobotAction
from .grip import GripReading
from .halt import Halt
from .messages import action_type

GRIPPER_ACTIONS = ('gripper_command', 'parallel_gripper_command')
GRIPPER_UNITS = ('joint', 'opening')
# An opening within this of what was commanded is reached, m. Chosen: less than half of the
# clearance that an opening has on each side of the object.
_REACHED_M = 0.003


class GripperClient:
    """Opens and closes a gripper by openings, whatever its action commands."""

    def __init__(self, node: Node, kind: str, name: str, units: str, actuation: Actuation) -> None:
        """Make the client.

        Args:
            node: that spins it.
            kind: one of GRIPPER_ACTIONS.
            name: of the action.
            units: one of GRIPPER_UNITS: what GripperCommand's position is, that of the profile's
                first joint or the distance of the contact faces.
            actuation: of the gripper's profile.

        Raises:
            MissingDependencyError: control_msgs is not installed, or has no such action.
        """
        self._parallel = kind == 'parallel_gripper_command'
        self._by_opening = units == 'opening'
        self._actuation = actuation
        self._type = action_type(
            'control_msgs', 'ParallelGripperCommand' if self._parallel else 'GripperCommand'
        )
        self._action = RobotAction(node, self._type, name)

    def open(self, opening: float, timeout: float, halt: Halt) -> None:
        """Open the gripper.

        Args:
            opening: distance of the contact faces, m.
            timeout: longest wait, s.
            halt: ends the wait.

        Raises:
            PickError: it does not open so far, or did not get there.
            RobotUnavailableError: no server is there, or it does not answer.
            PickHalted: halt.
        """
        result = self._action.run(self._goal(opening), timeout, halt)
        at = self._reading(result).opening
        if not result.reached_goal and (at is None or at < opening - _REACHED_M):
            stopped = 'an unknown opening' if at is None else f'{1000 * at:.1f} mm'
            raise PickError(
                f'the gripper stopped at {stopped} on its way to {1000 * opening:.1f} mm'
            )

    def close(self, timeout: float, halt: Halt) -> GripReading:
        """Close the gripper until something stops it.

        Raises:
            PickError: it did not end within timeout, s, or rejected the goal.
            RobotUnavailableError: no server is there, or it does not answer.
            PickHalted: halt.
        """
        closed = self._goal(self._actuation.openings[0])
        return self._reading(self._action.run(closed, timeout, halt))

    def destroy(self) -> None:
        """Destroy the client."""
        self._action.destroy()

    def _goal(self, opening: float) -> Any:
        try:
            joints = self._actuation.posture(opening)
        except GripperError as error:
            raise PickError(f'the gripper cannot do that: {error}') from error
        force = self._actuation.closing_force
        goal = self._type.Goal()
        if self._parallel:
            goal.command = JointState(
                name=list(joints), position=list(joints.values()), effort=[force] * len(joints)
            )
        else:
            first = next(iter(joints.values()))
            goal.command.position = opening if self._by_opening else first
            goal.command.max_effort = force
        return goal

    def _reading(self, result: Any) -> GripReading:
        if self._parallel:
            positions = dict(zip(result.state.name, result.state.position, strict=False))
            efforts = [abs(e) for e in result.state.effort]
            effort = max(efforts, default=0.0)
        else:
            positions = {next(iter(self._actuation.joints)): result.position}
            effort = result.effort
        # An empty result, as of a goal that was aborted at once, is no reading.
        told = result.stalled or result.reached_goal
        return GripReading(
            opening=self._opening(positions) if told else None,
            # Zero is what controllers without a force sensor send.
            effort=effort if math.isfinite(effort) and effort else None,
        )

    def _opening(self, positions: dict[str, float]) -> float | None:
        values = list(positions.values())
        if not values or not all(map(math.isfinite, values)):
            return None
        if self._by_opening and not self._parallel:
            return float(values[0])
        try:
            return self._actuation.opening(positions)
        except GripperError:
            return None
