"""Solids that one hand works on, attempt after attempt, each from where the last one left them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ...arrays import FloatArray
from ...errors import WorldError
from ...grasping.gripper import Gripper
from ...transforms import transform_points
from ..world import Table
from .attempts import Attempt
from .pick import Pick
from .pick_result import Snapshot
from .settings import PickSettings
from .settling import settle
from .solid import Solid

# What is told while it happens; the test after a lift is not: it belongs to no command.
_TOLD = ('approach', 'close', 'lift', 'open')


class Workplace:
    """Carries out the steps of picks in the order in which they are commanded."""

    def __init__(
        self,
        solids: Sequence[Solid],
        table: Table,
        gripper: Gripper,
        settings: PickSettings | None = None,
        on_poses: Callable[[Mapping[str, FloatArray]], None] = lambda poses: None,
        on_attempt: Callable[[Attempt], None] = lambda attempt: None,
    ) -> None:
        """Start with solids at rest.

        Args:
            solids: at rest.
            table: on which they stand.
            gripper: profile with an `actuation`.
            settings: of motions and friction.
            on_poses: called ten times a simulated second with the poses (4x4, to world) by name.
            on_attempt: called when an attempt has come to its end.
        """
        self._solids, self._table, self._gripper = tuple(solids), table, gripper
        self._settings = settings or PickSettings()
        self._on_poses, self._on_attempt = on_poses, on_attempt
        self._begun = {s.name: _middle(s, s.item.pose) for s in self._solids if not s.fixed}
        self._pick: Pick | None = None
        self._told: tuple[FloatArray, FloatArray, float] | None = None
        self._ended = False

    def approach(self, start: FloatArray, tcp2world: FloatArray, opening: float) -> None:
        """Come straight to a grasp with the open hand.

        Args:
            start: (3,) where the TCP comes from, in the world, m.
            tcp2world: 4x4 pose of the TCP at the grasp.
            opening: of the hand, m.
        """
        self._told, self._ended = (np.array(start), np.array(tcp2world), opening), False
        self._pick = Pick(
            self._solids, self._table, self._gripper, self._settings, self._on_snapshot
        )
        self._pick.approach(start, tcp2world, opening)

    def close(self) -> float:
        """Close the fingers; returns their opening when they stand still, m.

        Raises:
            WorldError: the hand is not at a grasp.
        """
        low, high = self._gripper.min_opening, self._gripper.max_opening
        return float(np.clip(self._working().close().opening, low, high))

    def lift(self, way: FloatArray) -> None:
        """Move the closed hand along a way (3,) in the world, m, then shake and hold.

        Raises:
            WorldError: the hand is not at a grasp.
        """
        pick = self._working()
        pick.lift(way)
        self._on_poses(pick.poses())
        pick.test()
        self._end(pick, lifted=True)

    def release(self) -> None:
        """Open the hand, take it away, and let everything come to rest.

        Raises:
            WorldError: the hand is not at a grasp.
        """
        pick = self._working()
        pick.release()
        if not self._ended:
            self._end(pick, lifted=False)
        poses = pick.poses()
        self._pick = None
        self._solids = settle(
            [s.at(poses.get(s.name, s.item.pose)) for s in self._solids],
            self._table, self._settings,
        )  # fmt: skip
        self._on_poses({s.name: s.item.pose for s in self._solids if not s.fixed})

    def _working(self) -> Pick:
        if self._pick is None:
            raise WorldError('the hand is not at a grasp: approach one first')
        return self._pick

    def _end(self, pick: Pick, lifted: bool) -> None:
        assert self._told is not None
        self._ended = True
        result, poses = pick.result, pick.poses()
        result.moved = {
            s.name: float(np.linalg.norm(_middle(s, poses[s.name]) - self._begun[s.name]))
            for s in self._solids
            if not s.fixed
        }
        # What fell off the table before is not where it was.
        result.moved |= {name: math.inf for name in self._begun if name not in poses}
        self._on_attempt(Attempt(*self._told, lifted, result))

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.phase in _TOLD:
            self._on_poses(snapshot.poses)


def _middle(solid: Solid, pose: FloatArray) -> FloatArray:
    """(3,) the centre of mass of a solid in a pose, in the world, m."""
    return np.asarray(transform_points(pose, solid.center_of_mass))
