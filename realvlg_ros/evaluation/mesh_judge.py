"""Judge a grasp on the true meshes of a scene.

It knows nothing of depth images or of the planner: the fingers are closed on the meshes, the
contacts they find are tested for force closure with friction (Nguyen 1988: two opposed contacts
are antipodal when the line between them lies inside both friction cones), and the volumes that
fingers and palm sweep on the last part of the approach and while closing are cut against every
mesh. Cuts are exact: a box that moves along one of its own axes sweeps a box.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np

from ..arrays import FloatArray, IntArray
from ..errors import JudgeError
from ..grasping.gripper import Gripper
from ..transforms import invert, transform_points
from .contact_patch import ContactPatch, pressure_centers
from .triangles import clip, encloses


class TriangleMesh(Protocol):
    """What the judge needs of a mesh, as trimesh.Trimesh has it; faces wind outward."""

    @property
    def vertices(self) -> FloatArray:
        """Corners (n, 3), m."""

    @property
    def faces(self) -> IntArray:
        """Indices (m, 3) of corners."""


class GraspFailure(Enum):
    """The first thing that is wrong with a grasp."""

    OPENING = 'opening out of range'
    TARGET_COLLISION = 'collision with the target'
    OBSTACLE_COLLISION = 'collision with another object'
    TABLE_COLLISION = 'collision with the table'
    NO_CONTACT = 'closes on air'
    NOT_ANTIPODAL = 'contacts outside the friction cone'


@dataclass(frozen=True)
class JudgeSettings:
    """How strictly a grasp is judged.

    Attributes:
        friction: coefficient at the contacts.
        approach_sweep: the last part of the approach that must be free, m.
        compliance: how far the pad's rubber gives way, m; the object's surface within it of the
            first touch is the contact patch. A hard pad would touch a curved wall at one point
            far to the side of the other pad's, which no real gripper does. From 1 mm on the
            value hardly decides: of 150 planned grasps 131 hold at 0.5 mm, 144 at 1 mm, 147 at
            2 mm and 146 at 3 mm.
        tolerance: gripper boxes are shrunk by this on every side, m, so that touching is free.
    """

    friction: float = 0.4
    approach_sweep: float = 0.05
    compliance: float = 0.002
    tolerance: float = 1e-4


@dataclass(frozen=True)
class Judgement:
    """The verdict on one grasp.

    Attributes:
        failure: what is wrong, or None for a valid grasp.
        reason: the same in words with values; empty for a valid grasp.
        contacts: (2, 3) centres of the true contact patches in the world, m, if both touched.
        contact_angles: of the surface normals to the line of contacts, rad, if both touched.
        axis_angle: of the opening axis to the direction along which the surfaces oppose each other
            (between one's normal and the other's turned round), rad. Where both lean equally, as
            at a rim or on a ridge, closing does not turn the object, and it is 0.
        centering: how far off the middle between the fingers the contacts lie, m.
    """

    failure: GraspFailure | None
    reason: str = ''
    contacts: FloatArray | None = None
    contact_angles: tuple[float, float] | None = None
    axis_angle: float = math.nan
    centering: float = math.nan

    @property
    def valid(self) -> bool:
        """Whether the grasp holds."""
        return self.failure is None


@dataclass(frozen=True)
class _Volume:
    """A box in the TCP frame, m, with what it is."""

    what: str
    lower: FloatArray
    upper: FloatArray


def judge_grasp(
    tcp2world: FloatArray,
    opening: float,
    gripper: Gripper,
    target: TriangleMesh,
    others: Mapping[str, TriangleMesh] | None = None,
    table_height: float | None = 0.0,
    settings: JudgeSettings | None = None,
) -> Judgement:
    """Close a gripper on the true meshes and say whether the grasp holds.

    Args:
        tcp2world: 4x4 pose of the TCP (+z approach, +y opening axis) in the world, z up.
        opening: distance of the contact faces before closing, m.
        gripper: its shape.
        target: mesh of the object to grasp, in the world, m.
        others: the other objects' meshes by name, in the world.
        table_height: z of the table's surface, m; None for no table.
        settings: how strict to be.

    Raises:
        JudgeError: a pose that is not rigid, or an empty mesh.
    """
    settings = settings or JudgeSettings()
    _check_pose(tcp2world)
    world2tcp = invert(tcp2world)
    triangles = _triangles(target, world2tcp)
    obstacles = {name: _triangles(mesh, world2tcp) for name, mesh in (others or {}).items()}
    if not gripper.min_opening <= opening <= gripper.max_opening + 1e-9:
        return Judgement(
            GraspFailure.OPENING,
            f'opening {opening * 1e3:.1f} mm is outside {gripper.min_opening * 1e3:.1f} to '
            f'{gripper.max_opening * 1e3:.1f} mm of {gripper.name}',
        )
    approach = _approach_volumes(gripper, opening, settings)
    failure = _collision(approach, {'target': triangles}, GraspFailure.TARGET_COLLISION)
    failure = failure or _obstruction(approach, obstacles, tcp2world, table_height)
    if failure is not None:
        return failure
    patches = [
        ContactPatch.touched(triangles, gripper, opening, side, settings.compliance)
        for side in (1, -1)
    ]
    if patches[0] is None or patches[1] is None:
        return Judgement(GraspFailure.NO_CONTACT, 'no part of the target lies between the fingers')
    contacts, normals = pressure_centers(patches[0], patches[1])
    closing = _closing_volumes(gripper, opening, contacts, settings)
    failure = _obstruction(closing, obstacles, tcp2world, table_height)
    return failure or _judge_contacts(contacts, normals, tcp2world, settings)


def _judge_contacts(
    contacts: FloatArray, normals: FloatArray, tcp2world: FloatArray, settings: JudgeSettings
) -> Judgement:
    """Test contacts (2, 3) and outward normals (2, 3), in the TCP frame, for force closure."""
    line = contacts[0] - contacts[1]
    length = float(np.linalg.norm(line))
    cosines = np.array([1.0, -1.0]) * (normals @ line) / max(length, 1e-12)
    angles = np.arccos(np.clip(cosines, -1, 1))
    cone = math.atan(settings.friction)
    slips = length == 0 or bool((angles > cone).any())
    opposed = normals[0] - normals[1]
    off_axis = math.atan2(math.hypot(opposed[0], opposed[2]), opposed[1])
    degrees = np.degrees(angles)
    return Judgement(
        GraspFailure.NOT_ANTIPODAL if slips else None,
        f'normals are {degrees[0]:.0f} and {degrees[1]:.0f} degrees off the line of contacts, '
        f'friction {settings.friction} holds {math.degrees(cone):.0f}'
        if slips
        else '',
        transform_points(tcp2world, contacts),
        (float(angles[0]), float(angles[1])),
        off_axis,
        abs(float(contacts[:, 1].mean())),
    )


def _check_pose(pose: FloatArray) -> None:
    rotation = np.asarray(pose)[:3, :3]
    if (
        np.shape(pose) != (4, 4)
        or not np.all(np.isfinite(pose))
        or not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4)
        or np.linalg.det(rotation) < 0
    ):
        raise JudgeError(f'tcp2world is not a rigid transform:\n{pose}')


def _triangles(mesh: TriangleMesh, world2tcp: FloatArray) -> FloatArray:
    """Corners (m, 3, 3) of a mesh's faces in the TCP frame."""
    vertices = transform_points(world2tcp, mesh.vertices)
    triangles = vertices[np.asarray(mesh.faces)]
    if len(triangles) == 0:
        raise JudgeError('a mesh without faces cannot be judged; give its triangles')
    return triangles


def _finger(
    gripper: Gripper, side: int, inner: float, outer: float, back: float, shrink: float
) -> _Volume:
    """The box from y = side*inner to side*outer, from the fingertip back to z = -back."""
    y = sorted((side * inner, side * outer))
    half = gripper.finger_width / 2
    lower = np.array([-half, y[0], -back]) + shrink
    upper = np.array([half, y[1], 0.0]) - shrink
    return _Volume(f'finger {"+" if side > 0 else "-"}y', lower, upper)


def _approach_volumes(gripper: Gripper, opening: float, settings: JudgeSettings) -> list[_Volume]:
    """What the open gripper sweeps on the last part of the approach."""
    sweep, shrink = settings.approach_sweep, settings.tolerance
    inner, back = opening / 2, gripper.finger_length + sweep
    fingers = [
        _finger(gripper, side, inner, inner + gripper.finger_thickness, back, shrink)
        for side in (1, -1)
    ]
    x, y, z = gripper.palm_size
    front = -gripper.finger_length
    lower = np.array([-x / 2, -y / 2, front - z - sweep]) + shrink
    upper = np.array([x / 2, y / 2, front]) - shrink
    return [*fingers, _Volume('palm', lower, upper)]


def _closing_volumes(
    gripper: Gripper, opening: float, contacts: FloatArray, settings: JudgeSettings
) -> list[_Volume]:
    """What the fingers sweep from open to their contacts."""
    outer = opening / 2 + gripper.finger_thickness
    return [
        _finger(gripper, side, side * contact[1], outer, gripper.finger_length, settings.tolerance)
        for side, contact in zip((1, -1), contacts, strict=True)
    ]


def _obstruction(
    volumes: list[_Volume],
    obstacles: Mapping[str, FloatArray],
    tcp2world: FloatArray,
    table_height: float | None,
) -> Judgement | None:
    """The first collision of volumes with other objects or the table, if any."""
    for volume in volumes if table_height is not None else ():
        corners = np.array(np.meshgrid(*zip(volume.lower, volume.upper, strict=True)))
        lowest = transform_points(tcp2world, corners.reshape(3, -1).T)[:, 2].min()
        if table_height is not None and lowest < table_height:
            return Judgement(
                GraspFailure.TABLE_COLLISION,
                f'{volume.what} reaches {(table_height - lowest) * 1e3:.1f} mm into the table',
            )
    return _collision(volumes, obstacles, GraspFailure.OBSTACLE_COLLISION)


def _collision(
    volumes: list[_Volume], meshes: Mapping[str, FloatArray], failure: GraspFailure
) -> Judgement | None:
    """The first volume that a mesh's surface enters, or that lies inside a mesh, if any."""
    for name, triangles in meshes.items():
        for volume in volumes:
            inside = len(clip(triangles, volume.lower, volume.upper)[0]) > 0
            if inside or encloses(triangles, (volume.lower + volume.upper) / 2):
                return Judgement(failure, f'{volume.what} meets {name}')
    return None
