"""From a pair of contacts to gripper poses: the directions of approach."""

from __future__ import annotations

import math

import numpy as np

from ...arrays import FloatArray
from ..candidates import Candidates
from ..contact.opening import hidden_margin, open_for
from ..context import PlanningContext
from .antipodal import Pairs

# Rotations of the approach about the opening axis, from straight down, rad. Chosen: steps of 12 to
# 14 degrees, every other one first.
_LEAN = np.radians([0, -25, 25, -50, 50, -12, 12, -37, 37, -64, 64])
# Largest lean for low objects, rad. Chosen: 40 degrees.
_LOW_LEAN = 0.7
# Leans of the side approaches for tall objects, rad. Chosen: nearly level, gripper slightly above.
_SIDE = np.radians([-78, 78])
# By how many ranks an approach is deferred, as a share of the number of pairs. Chosen: vertical
# approaches first, and leaning ones of good pairs before vertical ones of bad pairs.
_LEAN_DELAY = np.array([0.0, 0.25, 0.25, 0.5, 0.5, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.4, 0.4])


def approach_candidates(
    context: PlanningContext, pairs: Pairs, from_model: bool = False
) -> Candidates:
    """Give every pair several approaches, with the fingertips at the height of the contacts.

    Args:
        context: of the plan.
        pairs: contacts, best first.
        from_model: whether the pairs were lifted from a model's proposals.

    Returns:
        Candidates, best first; pairs that are too wide and approaches outside the cone are left
        out.
    """
    cloud, settings = context.cloud, context.settings
    gaps = settings.finger_clearance + hidden_margin(context, pairs.axes)
    openings = open_for(context, pairs.widths, gaps, pairs.axes)
    fits = np.flatnonzero(np.isfinite(openings))
    tall = float(np.percentile(cloud.points[:, 2], 98)) >= settings.side_grasp_height
    # At a low object a palm that leans far meets the support or the object.
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


def frames_about(axes: FloatArray, leans: FloatArray) -> FloatArray:
    """Rotations (m, n, 3, 3) that open along axes (n, 3), with leans (m,) from straight down, rad.

    The sign of a lean is relative to the camera, independent of the sign of the axis.
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
