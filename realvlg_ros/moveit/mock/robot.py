"""A robot that only exists in memory, and what it refuses: wrong poses and wrong orders."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np

from ...arrays import FloatArray
from ...errors import PickError

# Lengths of quaternions differ from 1 by at most this, unitless. Chosen: what MoveIt accepts.
_UNIT_TOLERANCE = 1e-3


class Place(Enum):
    """Where the arm stands in the order of a pick."""

    ANYWHERE = 'anywhere'
    PRE_GRASP = 'at a pre-grasp pose'
    GRASP = 'at a grasp'
    LIFTED = 'at the end of a retreat'
    BETWEEN = 'on the way of a straight motion that did not end'


class MockRobot:
    """Arm, gripper and planning scene; each method raises PickError for what is refused.

    Attributes:
        refused: the reasons of all refusals.
        place: where the arm stands.
        opening: of the gripper, m.
        objects: ids of the collision objects of the world.
        attached: ids of those attached.
        link2frame: 4x4 pose of the link that was moved last, where it stands; None before that.
        touchable: pairs of names that may touch.
    """

    def __init__(
        self, frames: Sequence[str], workspace: Sequence[float], opening: float, width: float
    ) -> None:
        """Stand anywhere with a closed gripper.

        Args:
            frames: that poses may be in.
            workspace: smallest x, y, z and largest x, y, z of a link's position, m.
            opening: largest of the gripper, m.
            width: of the object, m; 0 or less: there is none.
        """
        self._frames = frames
        self._low, self._high = np.array(workspace).reshape(2, 3)
        self._largest = opening
        self.width = width
        self.refused: list[str] = []
        self.place = Place.ANYWHERE
        self.opening = 0.0
        self.objects: set[str] = set()
        self.attached: set[str] = set()
        self.touchable: set[frozenset[str]] = set()
        self.link2frame: FloatArray | None = None
        self._commanded = False

    @property
    def holds(self) -> bool:
        """Whether the gripper is closed on the object."""
        return self._commanded and self.width > 0 and self.opening == self.width

    def check_pose(self, frame_id: str, position: FloatArray, quaternion: FloatArray) -> None:
        """Refuse a pose that no robot could go to.

        Args:
            frame_id: frame of the pose.
            position: (3,) m.
            quaternion: x, y, z, w.
        """
        if frame_id not in self._frames:
            known = ', '.join(self._frames)
            self._refuse(f'the frame {frame_id!r} is not known; known are {known}')
        length = float(np.linalg.norm(quaternion))
        if not abs(length - 1) < _UNIT_TOLERANCE:
            self._refuse(f'a quaternion has the length {length:.3f}')
        if not (np.all(position >= self._low) and np.all(position <= self._high)):
            self._refuse(f'{np.round(position, 3).tolist()} m is outside of the workspace')

    def begin_move(self) -> None:
        """Begin a free motion."""
        if self.place in (Place.GRASP, Place.BETWEEN):
            self._refuse(f'a free motion {self.place.value}: first straight away from it')
        self.place = Place.ANYWHERE

    def begin_straight(self) -> Place:
        """Begin a straight motion; returns where it leads to."""
        place = self.place
        if place == Place.PRE_GRASP:
            self._check_approach()
            leads = Place.GRASP
        elif place == Place.GRASP:
            if not self._commanded:
                self._refuse('a retreat before the gripper was closed')
            if self.holds and self.objects and not self.attached:
                self._refuse('a retreat before the object was attached')
            leads = Place.LIFTED if self.holds else Place.PRE_GRASP
        elif place == Place.BETWEEN:
            leads = Place.PRE_GRASP
        else:
            self._refuse(f'a straight motion {place.value}: first to a pre-grasp pose')
        self.place = Place.BETWEEN
        return leads

    def lay(self, width: float) -> None:
        """Lay an object of a width, m, at each grasp; 0: nothing."""
        self.width = width

    def arrive(self, place: Place, link2frame: FloatArray) -> None:
        """End a motion.

        Args:
            place: where it has led.
            link2frame: 4x4 pose of the link that was moved.
        """
        self.place, self.link2frame = place, link2frame
        if place in (Place.PRE_GRASP, Place.GRASP):
            self._commanded = False

    def command_gripper(self, opening: float) -> None:
        """Open or close the gripper to an opening, m; at a grasp the object stops it."""
        if not -1e-6 <= opening <= self._largest + 1e-6:
            self._refuse(f'the gripper opens to {self._largest:g} m, not to {opening:g} m')
        held = self.place in (Place.GRASP, Place.LIFTED)
        self.opening = max(opening, self.width) if held and self.width > 0 else opening
        self._commanded = True

    def add(self, name: str) -> None:
        """Add a collision object."""
        if name in self.attached:
            self._refuse(f'{name} is attached and was added to the world as well')
        self.objects.add(name)

    def remove(self, name: str) -> None:
        """Remove a collision object."""
        if name not in self.objects:
            self._refuse(f'{name} is not in the world and was removed')
        self.objects.discard(name)

    def attach(self, name: str) -> None:
        """Attach a collision object."""
        if name not in self.objects:
            self._refuse(f'{name} is not in the world and was attached')
        if self.place != Place.GRASP or not self._commanded:
            self._refuse(f'{name} was attached before the gripper was closed at a grasp')
        self.objects.discard(name)
        self.attached.add(name)

    def detach(self, name: str) -> None:
        """Detach a collision object."""
        if name not in self.attached:
            self._refuse(f'{name} is not attached and was detached')
        self.attached.discard(name)
        self.objects.add(name)

    def _check_approach(self) -> None:
        if self.opening <= self.width:
            self._refuse(f'an approach with the gripper at {self.opening:g} m: open it before')
        touched = {name for pair in self.touchable for name in pair}
        if self.objects and not self.objects & touched:
            self._refuse(f'an approach while nothing may touch {", ".join(self.objects)}')

    def _refuse(self, words: str) -> None:
        self.refused.append(words)
        raise PickError(words)
