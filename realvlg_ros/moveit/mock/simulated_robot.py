"""The mock robot with a hand that closes on solids instead of on a width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import FloatArray
from ...grasping.gripper import Gripper
from ...simulation.physics.workplace import Workplace
from .robot import MockRobot, Place


class SimulatedRobot(MockRobot):
    """Refuses what MockRobot refuses; what is commanded at a grasp happens among solids.

    Free motions touch nothing. The straight approach, the closing of the fingers and the retreat
    are carried out by physics; the hand that opens again is taken away.
    """

    def __init__(
        self,
        frames: Sequence[str],
        workspace: Sequence[float],
        gripper: Gripper,
        workplace: Workplace,
    ) -> None:
        """Stand anywhere with a closed gripper.

        Args:
            frames: names of the world's frame.
            workspace: smallest x, y, z and largest x, y, z of a link's position, m.
            gripper: its profile; poses are commanded of its parent link.
            workplace: what the hand works on, in the world.
        """
        super().__init__(frames, workspace, gripper.max_opening, 0.0)
        self._tcp2link = gripper.tcp2parent_link
        self._workplace = workplace
        self._closed = False

    @property
    def holds(self) -> bool:
        """Whether the fingers are closed at a grasp, on whatever stopped them."""
        return self._closed

    def lay(self, width: float) -> None:
        """Do nothing: the objects are there."""

    def arrive(self, place: Place, link2frame: FloatArray) -> None:
        """End a motion, which is carried out now where it is straight.

        Args:
            place: where it has led.
            link2frame: 4x4 pose of the link that was moved, in the world.
        """
        before = self.link2frame
        if place is Place.GRASP and before is not None:
            start, grasp = self._tcp(before)[:3, 3], self._tcp(link2frame)
            self._workplace.approach(start, grasp, self.opening)
        elif place is Place.LIFTED and before is not None:
            self._workplace.lift(self._tcp(link2frame)[:3, 3] - self._tcp(before)[:3, 3])
        super().arrive(place, link2frame)

    def command_gripper(self, opening: float) -> None:
        """Open or close the gripper to an opening, m; at a grasp what is there stops it."""
        closes = opening < self.opening
        at_object = self.place in (Place.GRASP, Place.LIFTED)
        if at_object and closes and not self._closed:
            self.width, self._closed = self._workplace.close(), True
        elif at_object and self._closed and not closes:
            self._workplace.release()
            self.width, self._closed = 0.0, False
        super().command_gripper(opening)

    def _tcp(self, link2frame: FloatArray) -> FloatArray:
        return np.asarray(link2frame @ self._tcp2link)
