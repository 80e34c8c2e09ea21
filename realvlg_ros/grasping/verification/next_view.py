"""From where an object should be looked at, where only what is not seen refuses its grasps."""

from __future__ import annotations

import math

import numpy as np

from ...arrays import FloatArray
from ..context import PlanningContext
from .checks import ASSUMED_SHARE, NOT_SEEN, OUTSIDE_CONE, Checked

# Elevation of the view that is asked for, rad. Chosen: both the side and the top are seen.
_ELEVATION = math.radians(40)
# Shares of two contacts that were seen differ when they do so by this. Chosen: a fifth.
_DIFFERS = 0.2
# An opening axis with less of a horizontal part than this has no side, as a share. Chosen: its
# fingers are above each other.
_LEVEL = 0.3
# Views that differ by less than this about the vertical are the same side, rad. Chosen: a person
# would not call it another one.
_SAME_SIDE = math.radians(45)


def next_view(context: PlanningContext, checked: Checked) -> FloatArray | None:
    """Where a camera sees the contact that is hidden from this one, of the best such grasp.

    Args:
        context: of the plan.
        checked: candidates of which none passed all checks.

    Returns:
        (3,) unit vector from the object toward the camera, in the support frame; None where what
        is seen refuses every candidate.
    """
    # The normal of what is assumed is assumed, too.
    guessed = checked.closing.observed < ASSUMED_SHARE
    known = [
        bad & ~guessed if why == OUTSIDE_CONE else bad
        for why, bad in checked.faults.items()
        if why not in NOT_SEEN
    ]
    rows = np.flatnonzero(~np.any(known, axis=0))
    if not len(rows) or context.scene.plane is None:
        return None
    best = rows[np.argmax(checked.score[rows])]
    toward = context.scene.camera_position - checked.candidates.tips[best]
    axis = checked.candidates.rotations[best, :, 1]
    first, second = checked.closing.seen[best]
    if abs(first - second) > _DIFFERS:
        side = np.sign(first - second) * axis[:2]
    else:
        side = -np.sign(axis[:2] @ toward[:2] or 1.0) * axis[:2]
    if np.linalg.norm(side) < _LEVEL:
        side = -toward[:2]
    side /= max(float(np.linalg.norm(side)), 1e-9)
    return np.array([*(math.cos(_ELEVATION) * side), math.sin(_ELEVATION)])


def in_words(context: PlanningContext, view: FloatArray) -> str:
    """A view (3,) in words, as seen from the camera.

    Args:
        context: of the plan.
        view: unit vector from the object toward the camera, in the support frame.
    """
    here = context.scene.camera_position[:2] - context.cloud.center[:2]
    turn = math.atan2(here[0] * view[1] - here[1] * view[0], float(here @ view[:2]))
    if abs(turn) < _SAME_SIDE:
        return 'look at it from higher up'
    if abs(turn) > math.pi - _SAME_SIDE:
        return 'look at it from behind'
    return f'look at it from the {"right" if turn > 0 else "left"}'
