"""Solids, a table and perhaps a hand as rigid bodies that move in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from ...arrays import FloatArray
from ...errors import WorldError
from ...grasping.gripper import Gripper
from ...optional import import_optional
from ...transforms import make_transform
from ..world import Table
from .hand import FINGERS, HAND_GEOMS, add_hand, wxyz
from .settings import PickSettings
from .solid import Solid

TABLE = 'table'
# Sliding, torsional (m) and rolling (m) friction of objects; the sliding one is of the settings.
# Chosen: cardboard and plastic; balls and cans come to rest within seconds.
_TORSION, _ROLLING = 0.003, 0.0005
# Memory for contacts, bytes. Chosen: twelve objects of 32 parts that fall on one another.
_ARENA = 128 << 20
# Time constant of contacts, s. Chosen: four steps of time, which an engine needs.
_CONTACT = 0.008


@dataclass(frozen=True)
class Touch:
    """One contact between a part of the hand and something else.

    Attributes:
        hand: name of the part.
        other: name of the object, or `table`.
        force: normal force, N.
    """

    hand: str
    other: str
    force: float


class Bodies:
    """Rigid bodies in one model."""

    def __init__(
        self,
        solids: Sequence[Solid],
        table: Table,
        settings: PickSettings,
        gripper: Gripper | None = None,
        hand_pose: FloatArray | None = None,
        opening: float = 0.0,
    ) -> None:
        """Build the model; everything starts at rest.

        Args:
            solids: where they stand by the poses of their items.
            table: its top is at z = 0.
            settings: step and friction.
            gripper: of the hand; None for none.
            hand_pose: (4x4) TCP to world at the start.
            opening: of the hand at the start, m.

        Raises:
            MissingDependencyError: mujoco is not installed.
            WorldError: the engine refuses the model.
        """
        self._mujoco = import_optional(
            'mujoco', 'physics needs mujoco', 'pip install "realvlg_ros[simulation]"'
        )
        # What it warns of is looked at after each step; it would write a file.
        self._mujoco.set_mju_user_warning(lambda message: None)
        spec = self._spec(settings, table)
        self.names = [solid.name for solid in solids if not solid.fixed]
        for index, solid in enumerate(solids):
            self._add_solid(spec, solid, index, settings)
        self.opening_at_start = opening
        if gripper is not None and hand_pose is not None:
            add_hand(spec, self._mujoco, gripper, hand_pose, opening, settings)
        try:
            self._model = spec.compile()
        except ValueError as error:
            raise WorldError(f'physics: {error}') from error
        self._data = self._mujoco.MjData(self._model)
        self._owner = self._owners([solid.name for solid in solids])
        self._mujoco.mj_forward(self._model, self._data)

    @property
    def time(self) -> float:
        """Since the start, s."""
        return float(self._data.time)

    def advance(self) -> None:
        """One step of time.

        Raises:
            WorldError: the engine lost its way: bodies that fly apart, or more contacts than fit.
        """
        before = self._data.time
        self._mujoco.mj_step(self._model, self._data)
        for warning in self._data.warning:
            if warning.number:
                raise WorldError('physics: the simulation is not stable, or has too many contacts')
        if not self._data.time > before:
            raise WorldError('physics: the simulation began anew')

    def poses(self) -> dict[str, FloatArray]:
        """The pose (4x4, to world) of each object that can move."""
        found = {}
        for name in self.names:
            body = self._data.body(name)
            rotation = Rotation.from_quat(np.roll(body.xquat, -1)).as_matrix()
            found[name] = make_transform(rotation, body.xpos)
        return found

    def centers(self) -> dict[str, FloatArray]:
        """The centre of mass (3,) of each object that can move, in the world, m."""
        return {name: np.array(self._data.body(name).xipos) for name in self.names}

    def fastest(self, lowest: float = -np.inf) -> float:
        """Of all objects the largest speed, m/s; a turn of 1 rad counts as 5 cm.

        Args:
            lowest: what is below does not count, m.
        """
        bodies = [self._data.body(name) for name in self.names]
        velocities = np.array([b.cvel for b in bodies if b.xpos[2] > lowest]).reshape(-1, 2, 3)
        turns, speeds = np.linalg.norm(velocities, axis=2).T
        return float(max(speeds.max(initial=0.0), 0.05 * turns.max(initial=0.0)))

    def carry(self, offset: FloatArray) -> None:
        """Drive the hand to where it started plus an offset (3,) in the world, m."""
        for axis, name in enumerate(('x', 'y', 'z')):
            self._data.actuator(f'carry {name}').ctrl[0] = offset[axis]

    def drive_fingers(self, speed: float) -> None:
        """Close each finger at a speed, m/s; negative opens."""
        self._data.actuator('fingers').ctrl[0] = speed

    def hand_offset(self) -> FloatArray:
        """How far the hand is from where it started, (3,) m in the world."""
        return np.array([float(self._data.joint(f'carry {a}').qpos[0]) for a in ('x', 'y', 'z')])

    def opening(self) -> float:
        """Distance of the contact faces, m."""
        return self.opening_at_start - sum(float(self._data.joint(f).qpos[0]) for f in FINGERS)

    def finger_speed(self) -> float:
        """Mean closing speed of the fingers, m/s."""
        return float(np.mean([self._data.joint(f).qvel[0] for f in FINGERS]))

    def touches(self) -> list[Touch]:
        """What the hand touches now."""
        found = []
        force = np.zeros(6)
        for index in range(self._data.ncon):
            contact = self._data.contact[index]
            first, second = (self._owner[g] for g in contact.geom)
            if (first in HAND_GEOMS) == (second in HAND_GEOMS):
                continue
            self._mujoco.mj_contactForce(self._model, self._data, index, force)
            hand, other = (first, second) if first in HAND_GEOMS else (second, first)
            found.append(Touch(hand, other, float(force[0])))
        return found

    def _spec(self, settings: PickSettings, table: Table) -> Any:
        mujoco = self._mujoco
        spec = mujoco.MjSpec()
        spec.option.timestep = settings.step
        spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
        spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
        spec.option.impratio = 10.0
        spec.option.noslip_iterations = 3
        spec.memory = _ARENA
        x, y = table.size
        spec.worldbody.add_geom(
            name=TABLE, type=mujoco.mjtGeom.mjGEOM_BOX, pos=[0, 0, -table.thickness / 2],
            size=[x / 2, y / 2, table.thickness / 2], condim=6,
            friction=[settings.friction, _TORSION, _ROLLING], solref=[_CONTACT, 1.0],
        )  # fmt: skip
        return spec

    def _add_solid(self, spec: Any, solid: Solid, index: int, settings: PickSettings) -> None:
        mujoco = self._mujoco
        pose = solid.item.pose
        body = spec.worldbody.add_body(name=solid.name, pos=pose[:3, 3], quat=wxyz(pose[:3, :3]))
        if not solid.fixed:
            body.add_freejoint()
            body.explicitinertial = True
            body.mass, body.ipos = solid.mass, solid.center_of_mass
            i = solid.inertia
            body.fullinertia = [i[0, 0], i[1, 1], i[2, 2], i[0, 1], i[0, 2], i[1, 2]]
        for part_index, part in enumerate(solid.parts):
            name = f'part {index} {part_index}'
            spec.add_mesh(
                name=name, uservert=part.vertices.ravel(), userface=part.faces.ravel(),
                inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
            )  # fmt: skip
            body.add_geom(
                name=name, type=mujoco.mjtGeom.mjGEOM_MESH, meshname=name, condim=6, density=0,
                friction=[settings.friction, _TORSION, _ROLLING], solref=[_CONTACT, 1.0],
            )  # fmt: skip

    def _owners(self, solids: Sequence[str]) -> list[str]:
        """Of each geometry, the part of the hand, the table or the object that it is of."""
        owners = []
        for index in range(self._model.ngeom):
            name = self._model.geom(index).name
            is_part = name.startswith('part ')
            owners.append(solids[int(name.split()[1])] if is_part else name)
        return owners
