"""Whether grasps of an earlier frame are still free in the scene of a newer one.

What stands around the object is looked at, and whether the object is between the fingers and not
in them; how its surface runs is told by who follows it. That costs a few per cent of a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import BoolArray, FloatArray
from ...frame import RgbdFrame
from ...image_region import RegionMask
from ...support_plane import SupportPlane
from ...transforms import transform_points
from ..candidates import Candidates, local_coordinates
from ..collision.collision import SEARCHED, check_collisions, clearances
from ..completion.symmetry import Completion
from ..context import PlanningContext
from ..grasp import Grasp
from ..gripper import Gripper
from ..observation.cropped import cropped
from ..observation.scene import Scene
from ..observation.target_cloud import TargetCloud
from ..search.proposals import known_candidates
from ..settings import PlannerSettings
from .checks import UNSEEN, scene_faults

# Reasons why a grasp that is held is blocked.
CLOSES_ON_NOTHING = 'nothing of the object is between the fingers'
MEETS_OBJECT = 'fingers meet the object'

# Shares of the clearances that planning asks for which a grasp that is held must keep. Chosen: a
# pose that is followed trembles by a millimetre, and the plane of the support by less.
_KEPT_CLEARANCE, _KEPT_TABLE_CLEARANCE = 0.75, 0.5
# Added to the shares of fingers and palm that may be in unseen space. Chosen: noise moves some
# sample points behind a surface and back.
_UNSEEN_SLACK = 0.1
# So many readings of the object are looked at, for time. Chosen: on a large object they are a few
# millimetres apart.
_OWN_POINTS = 1500
# A reading may be off by so much, m, and so many may be stray. Chosen: depth noise at 1 m; flying
# pixels.
_ROOM, _STRAY = 0.003, 2
# So much of the space between the fingers must be seen to say that nothing is there. Chosen: most.
_MOSTLY = 0.7
# Nearer to the camera than this, m, a corner of the gripper has no place in the image. Chosen:
# less than any depth that is read.
_LEAST_Z = 0.05

# Readings may be this far apart, m: of a finer image only some rows and columns are read. Chosen:
# what is narrower than two of them is no obstacle to the planner in a small image, either.
_SPACING = 0.002


@dataclass(frozen=True)
class SceneCheck:
    """What a frame says of one grasp.

    Attributes:
        clearance: smallest distance of the open gripper from the support and other things, m.
        blocked: what the gripper meets, or that nothing is between its fingers, in words; empty
            where neither is so.
        unseen: too little of the fingers' space is seen to say so.
    """

    clearance: float
    blocked: str = ''
    unseen: bool = False


def check_in_scene(
    frame: RgbdFrame,
    mask: RegionMask,
    grasps: Sequence[Grasp],
    gripper: Gripper,
    settings: PlannerSettings,
    plane: SupportPlane | None,
    up: FloatArray | None,
) -> list[SceneCheck]:
    """Check grasps against support, obstacles and unseen space of a frame.

    Args:
        frame: colour and depth.
        mask: pixels of the object, which the gripper may be near to.
        grasps: in the camera's optical frame.
        gripper: its shape.
        settings: of the planner.
        plane: the support, in the optical frame, or None.
        up: (3,) unit vector opposite to gravity in the optical frame, if known.
    """
    if not grasps:
        return []
    standoff = max(grasp.standoff for grasp in grasps)
    near = _surroundings(frame, mask, grasps, gripper, standoff)
    part, own = cropped(frame, *near), mask.to_full(*frame.depth.shape)[near]
    if not (own & part.valid).any():
        return [SceneCheck(grasp.clearance, unseen=True) for grasp in grasps]
    scene = Scene.around(part, own, plane, up)
    held = replace(
        settings,
        obstacle_clearance=_KEPT_CLEARANCE * settings.obstacle_clearance,
        table_clearance=_KEPT_TABLE_CLEARANCE * settings.table_clearance,
        max_unobserved=min(settings.max_unobserved + _UNSEEN_SLACK, 1.0),
        max_palm_unobserved=min(settings.max_palm_unobserved + _UNSEEN_SLACK, 1.0),
        standoff=standoff,
    )
    nothing = Completion(TargetCloud.empty(), None)
    # What of the object itself is hidden was judged when the grasps were planned: at its edges a
    # single frame decides otherwise each time.
    context = PlanningContext.of(scene, nothing, gripper, held, own_parts=False)
    candidates = known_candidates(context, grasps)
    faults = scene_faults(context, candidates, check_collisions(context, candidates))
    unseen = np.any([faults.pop(reason) for reason in UNSEEN], axis=0)
    faults |= _object_faults(context, candidates)
    return [
        SceneCheck(
            float(gap),
            next((reason for reason, bad in faults.items() if bad[k]), ''),
            bool(unseen[k]),
        )
        for k, gap in enumerate(clearances(context, candidates))
    ]


def _object_faults(context: PlanningContext, candidates: Candidates) -> dict[str, BoolArray]:
    """Which (n,) have nothing of the object between the open fingers, or a finger in it.

    Of space between the fingers that is not seen nothing is said.

    Args:
        context: of the check.
        candidates: in the support frame.
    """
    scene, gripper = context.scene, context.gripper
    read = scene.frame.points[scene.mask & scene.frame.valid]
    own = transform_points(scene.camera2support, read[:: len(read) // _OWN_POINTS + 1])
    half, length = gripper.finger_width / 2, gripper.finger_length
    x, y, z = np.moveaxis(local_coordinates(candidates, own), 1, 0)
    # Distance outside the pads.
    out = np.abs(y) - candidates.openings[:, None] / 2
    between = (np.abs(x) < half) & (out < 0) & (z > -length) & (z < _ROOM)
    fingers = (np.abs(x) < half - _ROOM) & (z > -length) & (z < -_ROOM)
    fingers &= (out > _ROOM) & (out < gripper.finger_thickness)
    axes = np.linspace(-half, half, 3), np.linspace(-0.5, 0.5, 7), np.linspace(-length, 0, 4)
    grid = np.stack(np.meshgrid(*axes, indexing='ij'), axis=-1).reshape(-1, 3)
    points = np.repeat(grid[None], len(candidates), axis=0)
    points[..., 1] *= candidates.openings[:, None]
    points = candidates.tips[:, None] + points @ np.swapaxes(candidates.rotations, 1, 2)
    index, depth, inside = scene.pixels_of(points)
    seen = inside & (depth < scene.frame.depth.ravel()[index] + _ROOM)
    return {
        CLOSES_ON_NOTHING: ~between.any(axis=1) & (seen.mean(axis=1) > _MOSTLY),
        MEETS_OBJECT: fingers.sum(axis=1) > _STRAY,
    }


def _surroundings(
    frame: RgbdFrame,
    mask: RegionMask,
    grasps: Sequence[Grasp],
    gripper: Gripper,
    standoff: float,
) -> tuple[slice, slice]:
    """Rows and columns that show the object, and what is searched around the grippers.

    Args:
        frame: colour and depth.
        mask: pixels of the object.
        grasps: in the camera's optical frame.
        gripper: its shape.
        standoff: of the pre-grasp pose, m.
    """
    height, width = frame.depth.shape
    boxes = gripper.boxes(max(grasp.opening_width for grasp in grasps))
    low, high = boxes.min(axis=(0, 1)) - SEARCHED, boxes.max(axis=(0, 1)) + SEARCHED
    low[2] -= max(standoff - SEARCHED, 0.0)
    corners = np.stack(np.meshgrid(*zip(low, high, strict=True), indexing='ij'), axis=-1)
    corners = corners.reshape(-1, 3)
    points = np.concatenate([transform_points(grasp.tcp2frame, corners) for grasp in grasps])
    spacing = float(np.median(points[:, 2])) / frame.camera.fx
    step = max(int(_SPACING / max(spacing, 1e-6)), 1)
    if points[:, 2].min() < _LEAST_Z:
        return slice(0, height, step), slice(0, width, step)
    pixels = frame.camera.project(points)
    box = mask.box
    first = np.minimum(pixels.min(axis=0), (box.x_min, box.y_min))
    last = np.maximum(pixels.max(axis=0), (box.x_max, box.y_max))
    left, top = np.clip(np.floor(first), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(last) + 1, 0, (width, height)).astype(int).tolist()
    return slice(top, bottom, step), slice(left, right, step)
