"""Puts things down: free, touching, upon, inside and against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial.transform import Rotation

from benchmarks.grounding.things import Thing
from realvlg_ros.arrays import FloatArray
from realvlg_ros.simulation.placement import clearance, find_place, footprint
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.world import upright_pose
from realvlg_ros.transforms import make_transform

# Half the side of the square on which things stand, m.
HALF_SIDE = 0.24
# Distance between things that do not touch, m.
_GAP = 0.018
# Step by which a thing is pushed toward another until it touches, m.
_STEP = 0.0005
# Tilt of what leans, rad.
_TILT = (0.25, 0.6)


@dataclass(frozen=True, eq=False)
class Placed:
    """A thing where it is.

    Attributes:
        thing: what it is.
        item: the same with its pose.
        how: free, touching, on, in or leaning.
        partner: name of what it touches, lies on or in, or leans on.
    """

    thing: Thing
    item: SimObject
    how: str
    partner: str = ''


@dataclass
class Table:
    """What has been put down so far.

    Attributes:
        rng: source of all choices.
        placed: in order.
        floor: height of what things stand on, m.
        half_sides: half the extents of the area, m.
    """

    rng: np.random.Generator
    placed: list[Placed] = field(default_factory=list)
    floor: float = 0.0
    half_sides: tuple[float, float] = (HALF_SIDE, HALF_SIDE)

    def put(self, thing: Thing, how: str) -> bool:
        """Put a thing down in a way, and tell whether that was possible."""
        for _ in range(12):
            placed = getattr(self, f'_{how}')(thing)
            if placed is not None:
                self.placed.append(placed)
                return True
        return False

    def _outlines(self, leave_out: Sequence[str] = ()) -> list[FloatArray]:
        """Outlines of what stands on the floor."""
        return [
            footprint(p.item.world_vertices())
            for p in self.placed
            if p.how not in ('on', 'in') and p.item.name not in leave_out
        ]

    def _free(self, thing: Thing) -> Placed | None:
        x, y = self.half_sides
        outline = footprint(thing.item.world_vertices())
        place = find_place(outline, self._outlines(), (-x, -y, x, y), _GAP, self.rng, 200)
        if place is None:
            return None
        return Placed(thing, self._at(thing.item, *place), 'free')

    def _at(self, item: SimObject, x: float, y: float, yaw: float, z: float = 0.0) -> SimObject:
        pose = upright_pose(x, y, yaw)
        pose[2, 3] = z or self.floor
        return replace(item, pose=pose @ item.pose)

    def _partner(self, *nouns: str) -> Placed | None:
        """One of those that stand free or touch, with nothing on or in it."""
        used = {p.partner for p in self.placed if p.how in ('on', 'in', 'leaning')}
        fit = [
            p
            for p in self.placed
            if p.how in ('free', 'touching')
            and p.item.name not in used
            and (not nouns or p.thing.kind.noun in nouns)
        ]
        return fit[int(self.rng.integers(len(fit)))] if fit else None

    def _touching(self, thing: Thing) -> Placed | None:
        partner = self._partner()
        return None if partner is None else self._pushed(thing, thing.item, partner, 'touching')

    def _pushed(self, thing: Thing, item: SimObject, partner: Placed, how: str) -> Placed | None:
        """A thing pushed toward another one from a random side until it touches.

        Args:
            thing: what it is.
            item: at the origin.
            partner: toward which it is pushed.
            how: it is placed.
        """
        own = footprint(partner.item.world_vertices())
        middle, angle = own.mean(axis=0), float(self.rng.uniform(-np.pi, np.pi))
        yaw = float(self.rng.uniform(-np.pi, np.pi))
        if how == 'leaning':
            side = own[1] - own[0]
            angle = float(np.arctan2(side[1], side[0])) + np.pi / 2 * int(self.rng.integers(4))
            yaw = angle + np.pi
        direction = np.array([np.cos(angle), np.sin(angle)])
        for reach in np.arange(0.0, 0.4, _STEP):
            x, y = middle + reach * direction
            moved = self._at(item, float(x), float(y), yaw)
            outline = footprint(moved.world_vertices())
            if clearance(outline, own) >= _STEP:
                break
        else:
            return None
        others = self._outlines((partner.item.name,))
        inside = (np.abs(outline) <= np.array(self.half_sides)).all()
        if not inside or any(clearance(outline, other) < 0.004 for other in others):
            return None
        return Placed(thing, moved, how, partner.item.name)

    def _on(self, thing: Thing) -> Placed | None:
        partner = self._partner('box', 'book', 'block', 'can')
        if partner is None or partner.thing.lying or thing.kind.noun in ('ball', 'pen'):
            return None
        top = partner.item.world_vertices()
        outline = footprint(top)
        own = footprint(thing.item.world_vertices())
        if np.ptp(own, axis=0).max() > 1.15 * np.sqrt(2) * _width(outline):
            return None
        x, y = (outline.max(axis=0) + outline.min(axis=0)) / 2 + self.rng.uniform(-0.008, 0.008, 2)
        yaw = float(self.rng.uniform(-np.pi, np.pi))
        item = self._at(thing.item, float(x), float(y), yaw, float(top[:, 2].max()))
        return Placed(thing, item, 'on', partner.item.name)

    def _in(self, thing: Thing) -> Placed | None:
        partner = self._partner('bowl')
        own = footprint(thing.item.world_vertices())
        size = float(np.ptp(own, axis=0).max())
        if partner is None or thing.kind.noun not in ('ball', 'block', 'can', 'mug'):
            return None
        rim = footprint(partner.item.world_vertices())
        if size > 0.62 * float(np.ptp(rim, axis=0).min()):
            return None
        x, y = (rim.max(axis=0) + rim.min(axis=0)) / 2
        # Round bottoms carry what is wide a little higher.
        z = self.floor + 0.004 + 0.25 * max(size - 0.05, 0.0)
        yaw = float(self.rng.uniform(-np.pi, np.pi))
        item = self._at(thing.item, float(x), float(y), yaw, z)
        return Placed(thing, item, 'in', partner.item.name)

    def _leaning(self, thing: Thing) -> Placed | None:
        partner = self._partner('box')
        if partner is None or thing.kind.noun not in ('book', 'wallet', 'box'):
            return None
        tilt = float(self.rng.uniform(*_TILT))
        stood = thing.item
        extents = np.ptp(stood.world_vertices(), axis=0)
        upright = np.eye(4)
        if extents[2] < extents[0]:
            upright[:3, :3] = Rotation.from_rotvec([0, np.pi / 2, 0]).as_matrix()
        tilted = make_transform(
            Rotation.from_rotvec([0, tilt, 0]).as_matrix(), (0, 0, 0)
        ) @ upright @ stood.pose  # fmt: skip
        item = replace(stood, pose=tilted)
        tilted[2, 3] -= item.world_vertices()[:, 2].min()
        item = replace(stood, pose=tilted)
        vertices = item.world_vertices()
        front = vertices[vertices[:, 0] > vertices[:, 0].max() - 1e-4]
        if front[:, 2].max() > np.ptp(partner.item.world_vertices()[:, 2]):
            return None
        return self._pushed(thing, item, partner, 'leaning')


def _width(outline: FloatArray) -> float:
    """Least extent of a footprint, m."""
    edges = np.roll(outline, -1, axis=0) - outline
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return float(np.ptp(outline @ normals.T, axis=0).min())
