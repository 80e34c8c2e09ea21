"""A robot and a planner of grasps that do what a table of a test says."""

from __future__ import annotations

import numpy as np

from realvlg_ros.errors import PickError, PickHalted
from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.moveit.grip import Evidence, Finding, GripReading
from realvlg_ros.moveit.halt import Halt
from realvlg_ros.moveit.motion import GraspMotion, Plan
from realvlg_ros.moveit.outcome import Outcome
from realvlg_ros.moveit.pick import Pick, PickLimits
from realvlg_ros.transforms import make_transform

WIDTH, OPENING = 0.045, 0.065
TURN = np.diag([-1.0, -1.0, 1.0])


def motion(index=0, flipped=False, x=None):
    """A grasp from above; those of different index are 10 cm apart."""
    rotation = np.diag([1.0, -1.0, -1.0]) @ (TURN if flipped else np.eye(3))
    x = 0.4 + 0.1 * index if x is None else x

    def at(height):
        return make_transform(rotation, [x, 0.0, height])

    return GraspMotion(index, flipped, 'base', 'hand', at(0.2), at(0.1), at(0.25), WIDTH, OPENING)


def plan(count=2):
    """Grasps, each followed by itself turned."""
    box = ObjectBox(make_transform(np.eye(3), [0.4, 0.0, 0.05]), np.full(3, 0.1), True)
    return Plan(tuple(motion(i, f) for i in range(count) for f in (False, True)), box)


class FakeArm:
    """Notes its steps; one fails as often, or as, `fails` says, and `cancels` names one."""

    def __init__(self, halt, fails=None, cancels='', reading=None):
        self.steps, self.ways = [], []
        self._halt, self._fails, self._cancels = halt, dict(fails or {}), cancels
        self._reading = reading or GripReading(WIDTH)

    def _step(self, name):
        self.steps.append(name)
        if name == self._cancels:
            # As the true one: it has stopped the robot before it says so.
            self._halt.stop('canceled')
            raise PickHalted('canceled; the arm stopped')
        left = self._fails.get(name, 0)
        if isinstance(left, Exception):
            raise left
        if left:
            self._fails[name] = left - 1
            raise PickError(f'{name} failed', moved=self._fails.get('moved', 0))

    def open(self, opening):
        assert opening == OPENING
        self._step('open')

    def close(self):
        self._step('close')
        readings = self._reading if isinstance(self._reading, list) else [self._reading]
        return readings.pop(0) if len(readings) > 1 else readings[0]

    def move(self, motion):
        self.ways.append((motion.index, motion.flipped))
        self._step('move')

    def straight(self, motion, link2frame, check=lambda: None):
        name = {0.2: 'back', 0.1: 'approach', 0.25: 'retreat'}[round(link2frame[2, 3], 3)]
        check()
        self._step(name)

    def show(self, plan):
        assert plan.motions

    def allow_touch(self):
        self._step('touch')

    def attach(self):
        self._step('attach')
        return True

    def detach(self):
        self._step('detach')

    def clear(self):
        self.steps.append('clear')


class FakePlans:
    """Gives one plan; `asks` and `newests` are what further calls give or raise."""

    def __init__(self, asks=(), newests=(), found=Evidence.HELD):
        self._asks, self._newests = list(asks), list(newests)
        self._found = [found] if isinstance(found, Evidence) else list(found)
        self.asked = 0

    def ask(self):
        self.asked += 1
        return _next(self._asks, plan())

    def newest(self):
        return _next(self._newests, plan())

    def follow(self, motion):
        assert np.allclose(motion.retreat, [0, 0, 0.15])
        found = self._found.pop(0) if len(self._found) > 1 else self._found[0]
        return Finding(found, f'tracker: {found.value}')


def _next(values, usual):
    value = values.pop(0) if values else usual
    if isinstance(value, Exception):
        raise value
    return value


def run_pick(plans=None, halt=None, limits=None, **arm) -> tuple[Outcome, FakeArm]:
    """Run one pick; returns its outcome and the arm."""
    halt = halt or Halt(60.0)
    robot = FakeArm(halt, **arm)
    return Pick(plans or FakePlans(), robot, halt, limits or PickLimits()).run(), robot
