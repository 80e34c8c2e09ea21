"""How far the fingertips may reach past the contacts before palm or support are in the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays import FloatArray
from ..candidates import PALM_GAP, Candidates, local_coordinates
from ..context import PlanningContext

# Largest share of the gripper's fingertip depth by which fingertips reach past the contact.
# Chosen: the contact lies near the middle of the pads, with a margin for an error of its height.
DEPTH_SHARE = 0.6
# Gap between palm and object for which the depth is planned, m. Chosen: 1 mm more than what is
# checked, since alignment with the surfaces and settling use some of it.
_PLANNED_PALM_GAP = PALM_GAP + 0.001


def deepened(
    context: PlanningContext, candidates: Candidates, share: float = DEPTH_SHARE
) -> Candidates:
    """Advance the fingertips along the approach as far as palm and support allow.

    Args:
        context: of the plan.
        candidates: with the fingertips at the contacts.
        share: largest share of the gripper's fingertip depth by which fingertips reach past the
            contacts.

    Returns:
        The moved candidates, without those that reach less than min_overlap past the contacts.
    """
    reach = np.minimum(share * context.gripper.fingertip_depth, palm_room(context, candidates))
    if context.scene.plane is not None:
        reach = np.minimum(reach, table_room(context, candidates))
    enough = reach >= context.settings.min_overlap
    reach, candidates = reach[enough, None], candidates.select(enough)
    return replace(candidates, tips=candidates.tips + candidates.rotations[:, :, 2] * reach)


def palm_room(context: PlanningContext, candidates: Candidates) -> FloatArray:
    """Distance (n,) that the tips may advance before the palm meets the object, m."""
    cloud, gripper = context.cloud, context.gripper
    points = cloud.points[:: -(-len(cloud.points) // 200)]
    x, y, z = np.moveaxis(local_coordinates(candidates, points), 1, 0)
    palm_x, palm_y, _ = gripper.palm_size
    gap = _PLANNED_PALM_GAP
    ahead = (np.abs(x) < palm_x / 2 + gap) & (np.abs(y) < palm_y / 2 + gap)
    nearest = (z * ahead).min(axis=1)
    return np.asarray(gripper.finger_length - gap + nearest, np.float64)


def table_room(context: PlanningContext, candidates: Candidates) -> FloatArray:
    """Distance (n,) that the tips may advance before fingers meet the support z = 0, m."""
    gripper, rotations = context.gripper, candidates.rotations
    outer = candidates.openings / 2 + gripper.finger_thickness
    drop = gripper.finger_width / 2 * np.abs(rotations[:, 2, 0])
    drop += outer * np.abs(rotations[:, 2, 1])
    room = candidates.tips[:, 2] - drop - context.settings.table_clearance
    descent = -rotations[:, 2, 2]
    level = np.abs(descent) < 1e-3
    return np.where(
        descent > 1e-3, room / np.where(level, 1, descent), np.where(room >= 0, np.inf, -np.inf)
    )


def raised_above_support(context: PlanningContext, candidates: Candidates) -> Candidates:
    """Candidates retracted along the approach where they would meet the support z = 0.

    Alignment with the surfaces may rotate an edge of a finger into the support. No candidate is
    retracted by more than min_overlap.
    """
    if context.scene.plane is None:
        return candidates
    back = np.clip(table_room(context, candidates), -context.settings.min_overlap, 0.0)
    return replace(candidates, tips=candidates.tips + back[:, None] * candidates.rotations[..., 2])
