"""One pick: approach, close, lift, shake, hold; and what happened to every object."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...arrays import FloatArray
from ...grasping.grasp import Grasp
from ...grasping.gripper import Gripper
from ..world import Table
from .bodies import TABLE, Bodies
from .hand import PADS
from .pick_result import PickResult, Snapshot
from .settings import PickSettings
from .solid import Solid

# Share of the lift by which an object must have risen to be held, where not both pads have it: a
# mug that hangs on one finger. Chosen.
_RISEN = 0.7
# What both pads touch within this last time is in the hand, s. Chosen: contacts come and go from
# step to step. An object may swing down in the hand, so that its middle rises by less than it.
_LAST = 0.1
# Fingers slower than this have closed, m/s, when they have been so for this long, s. Chosen: a
# twentieth of their speed.
_STOPPED, _STOPPED_TIME = 0.002, 0.1
# Time for the hand to come to rest before and after a motion, s. Chosen: five time constants.
_PAUSE = 0.15
# Time between two snapshots, s. Chosen: 10 pictures a second.
_SNAPSHOT = 0.1


class Pick:
    """Carries out one grasp among solids: at once by `run`, or step by step."""

    def __init__(
        self,
        solids: Sequence[Solid],
        table: Table,
        gripper: Gripper,
        settings: PickSettings | None = None,
        told: Callable[[Snapshot], None] = lambda snapshot: None,
    ) -> None:
        """Prepare a pick.

        Args:
            solids: at rest.
            table: on which they stand.
            gripper: profile with an `actuation`.
            settings: of motions and friction.
            told: called with each snapshot when it is taken.
        """
        self._solids, self._table, self._told = solids, table, told
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
        start = np.array(tcp2world, np.float64)
        start[:3, 3] -= standoff * start[:3, 2]
        self.approach(start[:3, 3], tcp2world, opening)
        self.close()
        self.lift(np.array([0.0, 0.0, self._settings.lift]))
        return self.test(target)

    def approach(self, start: FloatArray, tcp2world: FloatArray, opening: float) -> None:
        """Come straight to a grasp with the open hand.

        Args:
            start: (3,) where the TCP comes from, in the world, m.
            tcp2world: 4x4 pose of the TCP at the grasp; the hand is turned so all the time.
            opening: of the hand, m; the gripper's largest at most.
        """
        begin = np.array(tcp2world, np.float64)
        begin[:3, 3] = start
        opening = min(opening, self._gripper.max_opening)
        self._pressed: list[set[str]] = [set(), set()]
        self._bodies = Bodies(
            self._solids, self._table, self._settings, self._gripper, begin, opening
        )
        self._start, self._result = begin, PickResult()
        self._before = self._bodies.centers()
        self._place = tcp2world[:3, 3] - begin[:3, 3]
        self._move('approach', np.zeros(3), self._place, self._settings.approach_speed)

    def close(self) -> PickResult:
        """Close the fingers; returns what is known then: what is gripped, at which opening."""
        self._close(self._place)
        self._result.opening = self._bodies.opening()
        self._result.gripped = self._gripped()
        return self._result

    def lift(self, way: FloatArray) -> None:
        """Move the closed hand along a way (3,) in the world, m."""
        up = self._place + way
        self._move('lift', self._place, up, self._settings.lift_speed)
        self._place, self._lifted = up, float(way[2])

    def test(self, target: str = '') -> PickResult:
        """Shake what was lifted and hold it; returns what came of the pick.

        Args:
            target: name of the object that is to be held; without one, all count as others.
        """
        up = self._place
        self._shake(up)
        self._run('hold', max(self._settings.hold_time - _LAST, 0.0), lambda _: up)
        self._pressed = [set(), set()]
        self._run('hold', _LAST, lambda _: up)
        return self._finish(target)

    def release(self) -> None:
        """Open the hand where it is."""
        assert self._gripper.actuation is not None
        self._bodies.drive_fingers(-self._gripper.actuation.closing_speed / 2)
        wide = self._gripper.max_opening / self._gripper.actuation.closing_speed
        self._run('open', wide + _PAUSE, lambda _: self._place)

    @property
    def result(self) -> PickResult:
        """What is known so far."""
        return self._result

    def poses(self) -> dict[str, FloatArray]:
        """Where the objects are now, 4x4 to world, by name."""
        return self._bodies.poses()

    def _finish(self, target: str) -> PickResult:
        result, after, before = self._result, self._bodies.centers(), self._before
        rise = {name: float(after[name][2] - center[2]) for name, center in before.items()}
        in_hand = self._pressed[0] & self._pressed[1]
        hangs = self._pressed[0] | self._pressed[1]
        least = _RISEN * self._lifted
        result.lifted = tuple(
            name for name, by in rise.items() if name in in_hand or (name in hangs and by > least)
        )
        result.risen = rise.get(target, 0.0)
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
        """Shake to and fro, first along the world's x and then along y, from rest to rest."""
        s = self._settings
        time = s.shake_time / 2
        for axis in np.eye(3)[:2]:

            def at(t: float, axis: FloatArray = axis) -> FloatArray:
                # No arm begins with a step of its velocity.
                reach = s.shake_amplitude * np.sin(np.pi * min(t / time, 1.0)) ** 2
                return place + axis * reach * np.sin(2 * np.pi * s.shake_rate * t)

            self._run('shake', time, at)

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
            snapshot = Snapshot(bodies.time, phase, bodies.poses(), tcp, bodies.opening())
            result.snapshots.append(snapshot)
            self._told(snapshot)
