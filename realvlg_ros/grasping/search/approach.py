"""From a pair of contacts to gripper poses: directions of approach and depth of the fingertips."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ...arrays import FloatArray
from ..candidates import Candidates, local_coordinates, open_for
from ..gripper import Gripper
from ..observation.target_cloud import TargetCloud
from ..settings import PlannerSettings
from .antipodal import Pairs

# Rotations of the approach about the opening axis, from straight down, rad.
_LEAN = np.radians([0, -25, 25, -50, 50, -12, 12, -37, 37, -64, 64])
_LOW_LEAN = 0.7
_SIDE = np.radians([-78, 78])
# How much later an approach is looked at, as a share of the pairs.
_LEAN_DELAY = np.array([0.0, 0.25, 0.25, 0.5, 0.5, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.4, 0.4])
# Fingertips go at most this share of what the gripper allows past the contact.
REACH = 0.6
# Between palm and object, m.
_PALM_GAP = 0.004


def approach_candidates(
    pairs: Pairs,
    cloud: TargetCloud,
    gripper: Gripper,
    settings: PlannerSettings,
    from_model: bool = False,
) -> Candidates:
    """Give every pair several approaches, with the fingertips at the height of the contacts.

    Args:
        pairs: contacts, best first.
        cloud: of the object, completed.
        gripper: its shape.
        settings: limits.
        from_model: where the pairs come from.

    Returns:
        Candidates, most promising first; those that are too wide are left out.
    """
    openings = open_for(pairs.widths, settings.finger_clearance, gripper, settings)
    fits = np.flatnonzero(np.isfinite(openings))
    tall = float(np.percentile(cloud.points[:, 2], 98)) >= settings.side_grasp_height
    # Beside something low a palm that leans far meets the support or the object.
    leans = np.concatenate([_LEAN, _SIDE]) if tall else _LEAN[np.abs(_LEAN) < _LOW_LEAN]
    rotations = frames_about(pairs.axes[fits], leans).reshape(-1, 3, 3)
    which = np.tile(fits, len(leans))
    delay = _LEAN_DELAY if tall else _LEAN_DELAY[: len(_LEAN)][np.abs(_LEAN) < _LOW_LEAN]
    rank = np.arange(len(fits)) + delay[:, None] * len(fits)
    order = np.argsort(rank.ravel(), kind='stable')
    inside = -rotations[order, 2, 2] >= math.cos(settings.approach_cone)
    order = order[inside]
    which = which[order]
    return Candidates(
        rotations[order], pairs.centers[which], pairs.widths[which], openings[which],
        np.full(len(which), from_model),
    )  # fmt: skip


def deepened(
    candidates: Candidates,
    cloud: TargetCloud,
    has_table: bool,
    gripper: Gripper,
    settings: PlannerSettings,
    share: float = REACH,
) -> Candidates:
    """Move the fingertips along the approach as deep as they may go.

    Args:
        candidates: with the fingertips at the height of the contacts.
        cloud: of the object, completed.
        has_table: whether z = 0 is a support that fingertips must stay above.
        gripper: its shape.
        settings: limits.
        share: of the gripper's fingertip depth by which fingertips go past the contacts at most.

    Returns:
        Those that reach far enough past the contacts.
    """
    reach = np.minimum(share * gripper.fingertip_depth, palm_room(candidates, cloud, gripper))
    if has_table:
        reach = np.minimum(reach, table_room(candidates, gripper, settings))
    enough = reach >= settings.min_overlap
    reach, candidates = reach[enough, None], candidates.select(enough)
    return replace(candidates, tips=candidates.tips + candidates.rotations[:, :, 2] * reach)


def palm_room(candidates: Candidates, cloud: TargetCloud, gripper: Gripper) -> FloatArray:
    """How far (n,) fingertips may go past the tips before the palm meets the object, m."""
    points = cloud.points[:: -(-len(cloud.points) // 200)]
    x, y, z = np.moveaxis(local_coordinates(candidates, points), 1, 0)
    palm_x, palm_y, _ = gripper.palm_size
    ahead = (np.abs(x) < palm_x / 2 + _PALM_GAP) & (np.abs(y) < palm_y / 2 + _PALM_GAP)
    nearest = (z * ahead).min(axis=1)
    return np.asarray(gripper.finger_length - _PALM_GAP + nearest, np.float64)


def frames_about(axes: FloatArray, leans: FloatArray) -> FloatArray:
    """Rotations (m, n, 3, 3) that open along axes (n, 3), leaning from straight down by (m,) rad.

    Toward or away from the camera, whichever way the axis points.
    """
    down = np.array([0.0, 0.0, -1.0]) + axes[:, 2:] * axes
    norm = np.linalg.norm(down, axis=1, keepdims=True)
    fallback = np.array([-1.0, 0.0, 0.0]) + axes[:, :1] * axes
    down = np.where(norm > 0.1, down, fallback)
    down /= np.linalg.norm(down, axis=1, keepdims=True)
    across = np.cross(axes, down)
    toward = np.where(across[:, :1] > 0, -1.0, 1.0)
    cosine, sine = np.cos(leans)[:, None, None], np.sin(leans)[:, None, None] * toward
    z = cosine * down + sine * across
    # The axis times z, since the axis times across is minus down.
    x = cosine * across - sine * down
    return np.stack([x, np.broadcast_to(axes, x.shape), z], axis=-1)


def table_room(candidates: Candidates, gripper: Gripper, settings: PlannerSettings) -> FloatArray:
    """How far (n,) fingertips may go past the tips before they meet the support z = 0, m."""
    rotations = candidates.rotations
    outer = candidates.openings / 2 + gripper.finger_thickness
    drop = gripper.finger_width / 2 * np.abs(rotations[:, 2, 0])
    drop += outer * np.abs(rotations[:, 2, 1])
    room = candidates.tips[:, 2] - drop - settings.table_clearance
    descent = -rotations[:, 2, 2]
    level = np.abs(descent) < 1e-3
    return np.where(
        descent > 1e-3, room / np.where(level, 1, descent), np.where(room >= 0, np.inf, -np.inf)
    )


def raised_above_support(
    candidates: Candidates, gripper: Gripper, settings: PlannerSettings
) -> Candidates:
    """The candidates drawn back along the approach where they would meet the support z = 0.

    Turning a gripper to the surfaces it meets may push an edge of a finger into the support.
    """
    room = table_room(candidates, gripper, settings)
    back = np.clip(room, -settings.min_overlap, 0.0)
    return replace(candidates, tips=candidates.tips + back[:, None] * candidates.rotations[..., 2])
