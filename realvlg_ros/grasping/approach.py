"""From a pair of contacts to gripper poses: directions of approach and depth of the fingertips."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .candidates import Candidates, open_for
from .gripper import Gripper
from .settings import PlannerSettings

FloatArray = npt.NDArray[np.float64]

# Rotations of the approach about the opening axis, from straight down, rad.
_LEAN = np.radians([0, -25, 25, -50, 50])
_SIDE = np.radians([-78, 78])


def approach_candidates(
    centers: FloatArray,
    axes: FloatArray,
    widths: FloatArray,
    tall: bool,
    has_table: bool,
    gripper: Gripper,
    settings: PlannerSettings,
    from_model: bool = False,
) -> Candidates:
    """Give every pair several approaches.

    Args:
        centers: (n, 3) middle of the contacts in the support frame, m.
        axes: (n, 3) opening axes.
        widths: (n,) distance of the contacts, m.
        tall: whether to come from the side too.
        has_table: whether z = 0 is a support that fingertips must stay above.
        gripper: its shape.
        settings: limits.
        from_model: where the pairs come from.

    Returns:
        Candidates, those of the first approach first; too wide ones are left out.
    """
    openings = open_for(widths, gripper, settings)
    fits = np.isfinite(openings)
    centers, axes, widths, openings = (a[fits] for a in (centers, axes, widths, openings))
    leans = np.concatenate([_LEAN, _SIDE]) if tall else _LEAN
    rotations = np.concatenate([frames_about(axes, lean) for lean in leans])
    repeat = len(leans)
    tiled = [np.tile(a, (repeat, *[1] * (a.ndim - 1))) for a in (centers, widths, openings)]
    down_cosine = -rotations[:, 2, 2]
    inside = down_cosine >= math.cos(settings.approach_cone)
    rotations = rotations[inside]
    centers, widths, openings = (a[inside] for a in tiled)
    reach = np.full(len(centers), 0.6 * gripper.fingertip_depth)
    if has_table:
        reach = np.minimum(reach, table_room(rotations, centers, openings, gripper, settings))
    enough = reach >= settings.min_overlap
    tips = centers + rotations[:, :, 2] * reach[:, None]
    batch = Candidates(rotations, tips, widths, openings, np.full(len(tips), from_model))
    return batch.select(enough)


def frames_about(axes: FloatArray, lean: float) -> FloatArray:
    """Rotations (n, 3, 3) that open along axes (n, 3) and lean from straight down by an angle."""
    down = np.array([0.0, 0.0, -1.0]) + axes[:, 2:] * axes
    norm = np.linalg.norm(down, axis=1, keepdims=True)
    fallback = np.array([-1.0, 0.0, 0.0]) + axes[:, :1] * axes
    down = np.where(norm > 0.1, down, fallback)
    down /= np.linalg.norm(down, axis=1, keepdims=True)
    # Leaning toward or away from the camera, whichever way the axis points.
    side = np.cross(axes, down)
    side *= np.where(side[:, :1] > 0, -1.0, 1.0)
    z = math.cos(lean) * down + math.sin(lean) * side
    return np.stack([np.cross(axes, z), axes, z], axis=-1)


def table_room(
    rotations: FloatArray,
    centers: FloatArray,
    openings: FloatArray,
    gripper: Gripper,
    settings: PlannerSettings,
) -> FloatArray:
    """How far (n,) fingertips may go past centers along the approach before they meet z = 0."""
    outer = openings / 2 + gripper.finger_thickness
    drop = gripper.finger_width / 2 * np.abs(rotations[:, 2, 0])
    drop += outer * np.abs(rotations[:, 2, 1])
    room = centers[:, 2] - drop - settings.table_clearance
    descent = -rotations[:, 2, 2]
    level = np.abs(descent) < 1e-3
    return np.where(
        descent > 1e-3, room / np.where(level, 1, descent), np.where(room >= 0, np.inf, -np.inf)
    )
