"""Whether a grasp that was answered is true: the gripper at its pose against true meshes.

It is stricter than `evaluation.mesh_judge` in one respect and milder in another. The whole way
from the pre-grasp pose must be free, and what is entered by less than `TOLERANCE_M` counts as
touched. Whether the object slips out is told, but it is not dishonest to have been wrong about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from realvlg_ros.arrays import FloatArray
from realvlg_ros.evaluation.contact_patch import ContactPatch
from realvlg_ros.evaluation.mesh_judge import (
    GraspFailure,
    JudgeSettings,
    TriangleMesh,
    judge_grasp,
)
from realvlg_ros.evaluation.triangles import clip, encloses
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.transforms import invert, transform_points

# What is entered by less is touched, m. Chosen: the floor of the noise of a depth camera.
TOLERANCE_M = 0.001
# Length of the last part of the approach, m. From the planner, which checks that much.
LAST_PART_M = 0.05
# Depths by which a solid may be entered, m. Chosen: half the thickness of a finger is 7 mm.
_DEPTHS_M = (0.002, 0.003, 0.004, 0.006, 0.008, 0.012, 0.016, 0.024, 0.031)
# How far pads give way, m. From evaluation/mesh_judge.py.
_COMPLIANCE_M = 0.002
_PARTS = ('finger -y', 'finger +y', 'palm')


class Cause(Enum):
    """What is wrong with an answer of OK; the first two are the best that can be."""

    GOOD = 'good'
    SLIPS = 'slips'
    COLLIDING = 'colliding'
    AIR = 'in the air'
    FRAME = 'wrong frame'

    @property
    def honest(self) -> bool:
        """Whether an answer of OK was right to give, be the contacts good or poor."""
        return self in (Cause.GOOD, Cause.SLIPS)


@dataclass(frozen=True)
class Verdict:
    """A cause, and the evidence for it in words."""

    cause: Cause
    words: str = ''


@dataclass(frozen=True)
class TrueScene:
    """The solids of a scene at one moment, in the world (z up, table at 0), m.

    Attributes:
        target: the object that was asked for; None when it is gone.
        others: everything else that stands on the table, by name.
    """

    target: TriangleMesh | None
    others: Mapping[str, TriangleMesh]


def judge(
    tcp2world: FloatArray, opening: float, standoff: float, gripper: Gripper, scene: TrueScene
) -> Verdict:
    """Judge one grasp.

    Args:
        tcp2world: 4x4 pose of the TCP in the world.
        opening: of the gripper before it closes, m.
        standoff: distance of the pre-grasp pose back along the approach, m.
        gripper: its shape.
        scene: what is truly there.
    """
    opening = min(opening, gripper.max_opening)
    boxes, world2tcp = gripper.boxes(opening), invert(tcp2world)
    lower, upper = boxes.min(axis=(0, 1)) - (0.0, 0.0, standoff), boxes.max(axis=(0, 1))
    meshes = dict(scene.others)
    if scene.target is not None:
        meshes['the target'] = scene.target
    solids = [_Solid.near(n, mesh, world2tcp, lower, upper) for n, mesh in meshes.items()]
    if _entered(boxes, standoff, solids, tcp2world):
        return _collision(boxes, standoff, solids, tcp2world)
    if scene.target is None:
        return Verdict(Cause.AIR, 'the target is not there any more')
    words = _closing_on_nothing(gripper, opening, solids)
    if words:
        return Verdict(Cause.AIR, words)
    settings = JudgeSettings(tolerance=TOLERANCE_M)
    held = judge_grasp(tcp2world, opening, gripper, scene.target, table_height=None,
                       settings=settings)  # fmt: skip
    if held.failure is GraspFailure.NOT_ANTIPODAL:
        return Verdict(Cause.SLIPS, held.reason)
    return Verdict(Cause.GOOD)


@dataclass(frozen=True)
class _Solid:
    """A solid in the TCP frame, m: all faces (m, 3, 3), and those near the gripper's way."""

    name: str
    faces: FloatArray
    near_faces: FloatArray

    @classmethod
    def near(
        cls, name: str, mesh: TriangleMesh, world2tcp: FloatArray, lower: FloatArray,
        upper: FloatArray,
    ) -> _Solid:  # fmt: skip
        """Take the faces whose bounding boxes meet a box."""
        a, b, c = np.moveaxis(np.asarray(mesh.faces), 1, 0)
        vertices = transform_points(world2tcp, mesh.vertices)
        x, y, z = vertices[a], vertices[b], vertices[c]
        faces = np.stack([x, y, z], axis=1)
        below = (np.minimum(np.minimum(x, y), z) < upper).all(axis=1)
        above = (np.maximum(np.maximum(x, y), z) > lower).all(axis=1)
        return cls(name, faces, faces[below & above])

    def meets(self, lower: FloatArray, upper: FloatArray, shrink: float) -> bool:
        """Whether it meets a box that is smaller by `shrink` on every side."""
        lower, upper = lower + shrink, upper - shrink
        if (lower >= upper).any():
            return False
        if len(self.near_faces) and len(clip(self.near_faces, lower, upper)[0]):
            return True
        return encloses(self.faces, (lower + upper) / 2)


def _collision(
    boxes: FloatArray, standoff: float, solids: Sequence[_Solid], tcp2world: FloatArray
) -> Verdict:
    """The deepest part of the approach in which something is entered, in words."""
    for sweep, where in (
        (0.0, 'at the grasp'),
        (min(LAST_PART_M, standoff), 'on the last 5 cm of the approach'),
    ):
        words = _entered(boxes, sweep, solids, tcp2world)
        if words:
            return Verdict(Cause.COLLIDING, f'{words} {where}')
    words = _entered(boxes, standoff, solids, tcp2world)
    return Verdict(Cause.COLLIDING, f'{words} on the first part of the approach')


def _entered(
    boxes: FloatArray, sweep: float, solids: Sequence[_Solid], tcp2world: FloatArray
) -> str:
    """What enters what, and how deep, in words; empty for nothing.

    Args:
        boxes: (3, 2, 3) lower and upper corners of the gripper's parts in the TCP frame, m.
        sweep: how far they come along the approach, m.
        solids: what stands there.
        tcp2world: 4x4.
    """
    for part, (lower, upper) in zip(_PARTS, boxes, strict=True):
        lower = lower - (0.0, 0.0, sweep)
        corners = np.array(np.meshgrid(*zip(lower, upper, strict=True))).reshape(3, -1).T
        lowest = float(transform_points(tcp2world, corners)[:, 2].min())
        if lowest < -TOLERANCE_M:
            return f'{part} {-lowest * 1e3:.1f} mm in the table'
        for solid in solids:
            if solid.meets(lower, upper, TOLERANCE_M):
                deep = TOLERANCE_M
                for deeper in _DEPTHS_M:
                    if not solid.meets(lower, upper, deeper):
                        break
                    deep = deeper
                return f'{part} more than {deep * 1e3:.0f} mm in {solid.name}'
    return ''


def _closing_on_nothing(gripper: Gripper, opening: float, solids: Sequence[_Solid]) -> str:
    """Why the closing fingers do not hold the target, in words; empty where they touch it."""
    for side, finger in ((-1, 'finger -y'), (1, 'finger +y')):
        touch = {}
        for solid in (s for s in solids if len(s.near_faces)):
            patch = ContactPatch.touched(solid.near_faces, gripper, opening, side, _COMPLIANCE_M)
            if patch is not None:
                touch[solid.name] = side * float(patch.center[1])
        if 'the target' not in touch:
            others = f'; it meets {max(touch, key=touch.__getitem__)}' if touch else ''
            return f'{finger} closes on nothing of the target{others}'
        first = max(touch, key=touch.__getitem__)
        if touch[first] > touch['the target'] + TOLERANCE_M:
            ahead = (touch[first] - touch['the target']) * 1e3
            return f'{finger} meets {first} {ahead:.0f} mm before the target'
    return ''
