"""From where an object should be looked at, where only what is not seen refuses its grasps."""

from __future__ import annotations

import math

import numpy as np

from ...arrays import FloatArray
from ..context import PlanningContext
from .checks import ASSUMED_SHARE, NOT_SEEN, OUTSIDE_CONE, Checked

# Elevation of the view that is asked for, rad. Chosen: both the side and the top are seen.
_ELEVATION = math.radians(40)
# Of two contacts one was seen less where the shares differ by this. Chosen: more than a few points
# of a patch.
_DIFFERS = 0.2
# An opening axis with less of a horizontal part than this has no side, as a share. Chosen: its
# fingers are above each other.
_LEVEL = 0.3
# Views that differ by less than this about the vertical are the same side, rad. Chosen: a person
# would not call it another one.
_SAME_SIDE = math.radians(45)
# A camera above this elevation looks down: no side is in front, rad. Chosen: little of any side is
# seen.
_STEEP = math.radians(65)


def next_view(context: PlanningContext, checked: Checked) -> FloatArray | None:
    """Where a camera sees the contact that is hidden from this one, of the best such grasp.

    Args:
        context: of the plan.
        checked: candidates of which none is a grasp.

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
    # What passed all checks, and is more likely to fail than is allowed, is seen.
    rows = np.flatnonzero(~np.any(known, axis=0) & ~checked.faultless)
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
    length = float(np.linalg.norm(side))
    if length < 1e-6:
        return None
    side = side / length
    return np.array([*(math.cos(_ELEVATION) * side), math.sin(_ELEVATION)])


def in_words(context: PlanningContext, view: FloatArray) -> str:
    """A view (3,) in words, as seen from the camera, or in the image where that looks down.

    Args:
        context: of the plan.
        view: unit vector from the object toward the camera, in the support frame.
    """
    here = context.scene.camera_position - context.cloud.center
    if here[2] > math.sin(_STEEP) * np.linalg.norm(here):
        right, down, _ = context.scene.support2camera[:3, :3] @ view
        side = 'right' if right > 0 else 'left'
        if abs(down) > abs(right):
            side = 'lower side of the image' if down > 0 else 'upper side of the image'
        return f'look at it from the {side}'
    turn = math.atan2(here[0] * view[1] - here[1] * view[0], float(here[:2] @ view[:2]))
    if abs(turn) > math.pi - _SAME_SIDE:
        return 'look at it from behind'
    if abs(turn) < _SAME_SIDE:
        lower = here[2] > view[2] * np.linalg.norm(here)
        return f'look at it from {"lower down" if lower else "higher up"}'
    return f'look at it from the {"right" if turn > 0 else "left"}'
