"""What a pick asks of a robot, and of whoever plans grasps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..arrays import FloatArray
from .grip import Finding, GripReading
from .motion import GraspMotion, Plan


class Arm(Protocol):
    """A robot with a parallel gripper; each call returns when the step is done.

    Each raises PickError when the step failed, RobotUnavailableError when nobody does it, and
    PickHalted as soon as the pick is ended: the robot stands still then, or the message
    says that it could not be confirmed.
    """

    def open(self, opening: float) -> None:
        """Open the gripper to a distance of the contact faces, m."""

    def close(self) -> GripReading:
        """Close the gripper until something stops it."""

    def move(self, motion: GraspMotion) -> None:
        """Go to the pre-grasp pose around obstacles, from anywhere."""

    def straight(
        self, motion: GraspMotion, link2frame: FloatArray, check: Callable[[], None] = ...
    ) -> None:
        """Go straight to a pose (4x4) of the motion's link.

        Args:
            motion: that the pose is of.
            link2frame: the pose, m.
            check: called when the path is planned, before anything moves; may raise.
        """

    def show(self, plan: Plan) -> None:
        """Put the object into the planning scene, to be gone around, where its box is known."""

    def allow_touch(self) -> None:
        """Let the gripper touch the object from now on."""

    def attach(self) -> bool:
        """Make the object part of the robot in the planning scene; False where it is not known."""

    def detach(self) -> None:
        """Make the object part of the world again, if it was attached."""

    def clear(self) -> None:
        """Withdraw the permission to touch; an object that is attached stays so.

        Works also when the pick has been ended, and raises nothing.
        """


class Plans(Protocol):
    """Where grasps come from."""

    def ask(self) -> Plan:
        """Plan grasps for the instruction.

        Raises:
            NoPlanError: there are none.
            PickHalted: the pick was ended.
        """

    def newest(self) -> Plan:
        """The newest grasps of that plan, if they may be approached.

        Raises:
            StaleTargetError: the target was lost, is not stable or was not checked lately.
            PickHalted: the pick was ended.
        """

    def follow(self, motion: GraspMotion) -> Finding:
        """Whether the object has moved with a retreat that has just ended.

        Raises:
            PickHalted: the pick was ended.
        """
