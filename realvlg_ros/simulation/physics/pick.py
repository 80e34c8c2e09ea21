"""One pick: approach, close, lift, shake, hold; and what happened to every object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...arrays import FloatArray
from ...grasping.grasp import Grasp
from ...grasping.gripper import Gripper
from ..world import Table
from .bodies import TABLE, Bodies
from .hand import PADS
from .settings import PickSettings
from .solid import Solid

# Share of the lift by which an object must have risen to be held, where not both pads have it: a
# mug that hangs on one finger. Chosen.
_RISEN = 0.7
# What both pads touch within this last time is in the hand, s. Chosen: contacts come and go from
# step to step. An object may swing down in the hand, so that its middle rises by less than it.
_LAST = 0.1
# A picked object's neighbours may be moved by this much, m. From how a table is used: a nudge.
_MOVED = 0.03
# Fingers slower than this have closed, m/s, when they have been so for this long, s. Chosen: a
# twentieth of their speed.
_STOPPED, _STOPPED_TIME = 0.002, 0.1
# Time for the hand to come to rest before and after a motion, s. Chosen: five time constants.
_PAUSE = 0.15
# Time between two snapshots, s. Chosen: 10 pictures a second.
_SNAPSHOT = 0.1


@dataclass(frozen=True)
class Snapshot:
    """Where everything is at a moment.

    Attributes:
        time: s.
        phase: approach, close, lift, shake or hold.
        poses: (4x4) of each object by name, to world.
        tcp2world: 4x4.
        opening: of the hand, m.
    """

    time: float
    phase: str
    poses: dict[str, FloatArray]
    tcp2world: FloatArray
    opening: float


@dataclass
class PickResult:
    """What came of a pick.

    Attributes:
        held: whether the named object was in the hand at the end.
        lifted: names of all objects that were in the hand at the end.
        risen: by how much the named object's centre of mass had risen at the end, m.
        moved: how far the centre of mass of each other object was moved, m, by name.
        approach_force: the largest force on the hand before it closed, N, by what it touched.
        table_force: the largest force of the hand on the table or a bin, N.
        gripped: names of the objects that both pads touched when the fingers had closed.
        opening: of the closed fingers before the lift, m.
        snapshots: ten a second.
        seconds: of simulated time.
    """

    held: bool = False
    lifted: tuple[str, ...] = ()
    risen: float = 0.0
    moved: dict[str, float] = field(default_factory=dict)
    approach_force: dict[str, float] = field(default_factory=dict)
    table_force: float = 0.0
    gripped: tuple[str, ...] = ()
    opening: float = 0.0
    snapshots: list[Snapshot] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def disturbed(self) -> tuple[str, ...]:
        """The names of the others that were moved too far."""
        return tuple(name for name, far in self.moved.items() if far > _MOVED)

    @property
    def success(self) -> bool:
        """Whether the named object is held, and no other was moved much."""
        return self.held and not self.disturbed


class Pick:
    """Carries out one grasp among solids."""

    def __init__(
        self,
        solids: Sequence[Solid],
        table: Table,
        gripper: Gripper,
        settings: PickSettings | None = None,
    ) -> None:
        """Prepare a pick.

        Args:
            solids: at rest.
            table: on which they stand.
            gripper: profile with an `actuation`.
            settings: of motions and friction.
        """
        self._solids, self._table = solids, table
        self._gripper, self._settings = gripper, settings or PickSettings()
        self._fixed = {TABLE, *(s.name for s in solids if s.fixed)}

    def run(self, grasp: Grasp, target: str) -> PickResult:
        """Pick an object with a grasp in the world.

        Args:
            grasp: its pose is in the world; opening and stand-off are used.
            target: name of the object that is to be lifted.

        Raises:
            MissingDependencyError: mujoco is not installed.
            GripperError: the gripper's profile has no actuation.
        """
        return self.run_pose(grasp.tcp2frame, grasp.opening_width, grasp.standoff, target)

    def run_pose(
        self, tcp2world: FloatArray, opening: float, standoff: float, target: str
    ) -> PickResult:
        """Pick an object with the hand at a pose.

        Args:
            tcp2world: 4x4 pose of the TCP at the grasp.
            opening: of the hand before it closes, m.
            standoff: distance of the pre-grasp pose back along the approach, m.
            target: name of the object that is to be lifted.
        """
        s = self._settings
        opening = min(opening, self._gripper.max_opening)
        start = np.array(tcp2world, np.float64)
        start[:3, 3] -= standoff * start[:3, 2]
        self._pressed: list[set[str]] = [set(), set()]
        self._bodies = Bodies(self._solids, self._table, s, self._gripper, start, opening)
        self._start, self._result = start, PickResult()
        before = self._bodies.centers()
        approach = tcp2world[:3, 3] - start[:3, 3]
        self._move('approach', np.zeros(3), approach, s.approach_speed)
        self._close(approach)
        self._result.opening = self._bodies.opening()
        self._result.gripped = self._gripped()
        up = approach + (0.0, 0.0, s.lift)
        self._move('lift', approach, up, s.lift_speed)
        self._shake(up)
        self._run('hold', max(s.hold_time - _LAST, 0.0), lambda _: up)
        self._pressed = [set(), set()]
        self._run('hold', _LAST, lambda _: up)
        return self._finish(before, target)

    def _finish(self, before: dict[str, FloatArray], target: str) -> PickResult:
        result, after = self._result, self._bodies.centers()
        rise = {name: float(after[name][2] - center[2]) for name, center in before.items()}
        in_hand = self._pressed[0] & self._pressed[1]
        hangs = self._pressed[0] | self._pressed[1]
        least = _RISEN * self._settings.lift
        result.lifted = tuple(
            name for name, by in rise.items() if name in in_hand or (name in hangs and by > least)
        )
        result.risen = rise[target]
        result.held = target in result.lifted
        result.moved = {
            name: float(np.linalg.norm(after[name] - center))
            for name, center in before.items()
            if name != target
        }
        result.seconds = self._bodies.time
        return result

    def _close(self, place: FloatArray) -> None:
        """Close the fingers until they stand still."""
        assert self._gripper.actuation is not None
        self._bodies.drive_fingers(self._gripper.actuation.closing_speed / 2)
        begin, still = self._bodies.time, 0.0
        longest = self._bodies.opening() / self._gripper.actuation.closing_speed
        while still < _STOPPED_TIME and self._bodies.time - begin < (
            self._settings.grip_time + longest
        ):
            self._step('close', place)
            slow = self._bodies.finger_speed() < _STOPPED
            still = still + self._settings.step if slow else 0.0
        self._run('close', _PAUSE, lambda _: place)

    def _gripped(self) -> tuple[str, ...]:
        touched = [{t.other for t in self._bodies.touches() if t.hand == pad} for pad in PADS]
        return tuple(sorted((touched[0] & touched[1]) - self._fixed))

    def _move(self, phase: str, begin: FloatArray, end: FloatArray, speed: float) -> None:
        """Move along a line with a smooth start and end, and come to rest."""
        time = 1.5 * float(np.linalg.norm(end - begin)) / speed

        def place(t: float) -> FloatArray:
            u = min(t / time, 1.0) if time else 1.0
            return begin + (end - begin) * (u * u * (3 - 2 * u))

        self._run(phase, time + _PAUSE, place)

    def _shake(self, place: FloatArray) -> None:
        """Shake to and fro, first along the world's x and then along y."""
        s = self._settings
        for axis in np.eye(3)[:2]:

            def at(t: float, axis: FloatArray = axis) -> FloatArray:
                return place + axis * s.shake_amplitude * np.sin(2 * np.pi * s.shake_rate * t)

            self._run('shake', s.shake_time / 2, at)

    def _run(self, phase: str, time: float, place: Callable[[float], FloatArray]) -> None:
        begin = self._bodies.time
        while self._bodies.time - begin < time:
            self._step(phase, place(self._bodies.time - begin))

    def _step(self, phase: str, place: FloatArray) -> None:
        bodies, result = self._bodies, self._result
        bodies.carry(place)
        bodies.advance()
        pressed: dict[str, float] = {}
        for touch in bodies.touches():
            pressed[touch.other] = pressed.get(touch.other, 0.0) + touch.force
            if touch.hand in PADS:
                self._pressed[PADS.index(touch.hand)].add(touch.other)
        for name, force in pressed.items():
            if name in self._fixed:
                result.table_force = max(result.table_force, force)
            if phase == 'approach':
                result.approach_force[name] = max(result.approach_force.get(name, 0.0), force)
        if not result.snapshots or bodies.time - result.snapshots[-1].time >= _SNAPSHOT:
            tcp = self._start.copy()
            tcp[:3, 3] += bodies.hand_offset()
            result.snapshots.append(
                Snapshot(bodies.time, phase, bodies.poses(), tcp, bodies.opening())
            )
