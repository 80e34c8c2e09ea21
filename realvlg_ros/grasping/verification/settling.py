"""Settle grasps on an object of revolution as its walls would settle between rigid pads.

A pad touches a convex wall with its middle and a concave wall with its edges; it does not touch
the rounding of a rim. Around a known axis the walls' curvature is known: readings over the whole
pad give the contact and the lean of the wall more accurately than the first readings that are met.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...arrays import BoolArray, FloatArray, IndexArray
from ..candidates import Candidates, local_coordinates
from ..contact.alignment import made_radial, nearly_radial, with_axes
from ..contact.closing import Closing, close_fingers
from ..contact.pad_contacts import FACE, PadContacts, between_fingers
from ..context import PlanningContext
from ..gripper import Gripper
from .checks import Checked

# Least cosine between the normals of a wall's points and the closing direction. Chosen: 37
# degrees, so that a rounded rim has little weight.
_FACING = 0.8
# Distance in front of the wall, and behind it, at which a reading has half the weight, m. Chosen:
# the depth noise at 0.7 m, and less behind, since recessed surface is not touched.
_BEFORE, _BEHIND = 0.0015, 0.0006
# Iterations of the reweighted fit. Chosen: for time.
_ROUNDS = 3
# Weight of the prior that the wall is parallel to the pad, in sums of squared positions, m^2.
# Chosen: walls lean by 3 degrees more or less; readings of other surface are 1 mm off the wall.
_PRIOR = 7e-5
# Largest rotation, rad, and displacement, m, by settling. Chosen: the compliance of pads.
_MAX_TURN, _MAX_SHIFT = 0.05, 0.0015


@dataclass(frozen=True)
class _Wall:
    """Contacts of one pad with a wall, in the TCP frame.

    Attributes:
        touch: (n,) y of the contact, m.
        height: (n,) z of the contact, m.
        lean: (n,) dy/dz of the wall.
        met: (n,) False where no reading faces the pad; the other values are then undefined.
    """

    touch: FloatArray
    height: FloatArray
    lean: FloatArray
    met: BoolArray


@dataclass(frozen=True)
class Seating:
    """Candidates settled between the walls of an object of revolution.

    Attributes:
        rows: (n,) their indices among the given candidates.
        candidates: rotated and moved, in the support frame.
        contacts: (n, 2, 3) in the TCP frames, m.
    """

    rows: IndexArray
    candidates: Candidates
    contacts: FloatArray


def settled(context: PlanningContext, best: Checked) -> Checked:
    """Grasps, best first, settled where they pass all checks after settling, too.

    On other objects than those of revolution they are returned unchanged.

    Args:
        context: of the plan.
        best: grasps that passed all checks.
    """
    if context.axis is None:
        return best
    seating = seat(context, context.axis, best.candidates, best.closing)
    candidates, closing = close_fingers(context, seating.candidates, seating.contacts)
    fits = np.isfinite(candidates.openings)
    if fits.any():
        again = Checked.of(context, candidates.select(fits), closing.select(fits))
        holds = again.faultless & (again.quality >= context.settings.min_quality)
        index = np.arange(len(best.score))
        index[seating.rows[fits][holds]] = len(index) + np.flatnonzero(holds)
        best = best.followed_by(again).select(index)
    return best.select(np.argsort(-best.score, kind='stable'))


def seat(
    context: PlanningContext, axis: FloatArray, candidates: Candidates, closing: Closing
) -> Seating:
    """Rotate candidates to the radius and the walls' lean, and centre them between the walls.

    Those that do not open radially (as across a handle), or meet no wall, are left out.

    Args:
        context: of the plan.
        axis: (2,) horizontal position of the object's vertical axis of revolution, m.
        candidates: in the support frame.
        closing: their contacts.
    """
    cloud, gripper = context.cloud, context.gripper
    openings, approach = candidates.rotations[:, :, 1], candidates.rotations[:, :, 2]
    # With a side approach the tips and the contacts are at different angles around the axis.
    ahead = (closing.contacts.mean(axis=1) - candidates.tips) * approach
    places = candidates.tips + ahead.sum(axis=1, keepdims=True) * approach
    rows = np.flatnonzero(nearly_radial(openings, places, axis))
    candidates = candidates.select(rows)
    radial = made_radial(openings[rows], places[rows], axis)
    rotations = with_axes(candidates.rotations, radial)
    candidates = replace(candidates, rotations=rotations)
    local = local_coordinates(candidates, cloud.points)
    inside = between_fingers(local, candidates.openings, gripper)
    walls = []
    for sign in (-1.0, 1.0):
        face = PadContacts.touched(inside, local, sign, FACE)
        facing = np.maximum(sign * face.along(rotations[:, :, 1], cloud.normals) - _FACING, 0)
        walls.append(_wall(face, sign, facing, candidates, gripper, axis))
    height = (walls[0].height + walls[1].height) / 2
    touches = np.stack([w.touch + w.lean * (height - w.height) for w in walls], axis=1)
    shift = np.clip(touches.mean(axis=1), -_MAX_SHIFT, _MAX_SHIFT)
    lean = np.clip((walls[0].lean + walls[1].lean) / 2, -_MAX_TURN, _MAX_TURN)
    # The TCP rotates about its x axis, at the height of the contacts.
    cosine, sine = 1 / np.hypot(1, lean), lean / np.hypot(1, lean)
    x, y, z = np.moveaxis(rotations, 2, 0)
    opening = cosine[:, None] * y - sine[:, None] * z
    approach = cosine[:, None] * z + sine[:, None] * y
    tips = candidates.tips + height[:, None] * (z - approach) + shift[:, None] * opening
    across = cosine[:, None] * touches - shift[:, None]
    contacts = np.stack(np.broadcast_arrays(0.0, across, height[:, None]), axis=-1)
    turned = np.stack([x, opening, approach], axis=-1)
    met = walls[0].met & walls[1].met
    moved = replace(candidates, rotations=turned, tips=tips)
    return Seating(rows[met], moved.select(met), contacts[met])


def _wall(
    face: PadContacts,
    sign: float,
    facing: FloatArray,
    candidates: Candidates,
    gripper: Gripper,
    axis: FloatArray,
) -> _Wall:
    """The wall around the axis that one pad meets.

    Args:
        face: points near the first contact.
        sign: of y on the pad's side.
        facing: (k,) weight of each point.
        candidates: in the support frame.
        gripper: its shape.
        axis: (2,) horizontal position of the vertical axis of revolution, m.
    """
    x, y, z = face.local
    total = face.sums(facing)
    met, total = total > 0, np.maximum(total, 1e-6)
    middle, height = face.sums(facing * y) / total, face.sums(facing * z) / total
    opening, approach = candidates.rotations[:, :2, 1], candidates.rotations[:, :2, 2]
    radial = candidates.tips[:, :2] + middle[:, None] * opening + height[:, None] * approach - axis
    radius = np.maximum(np.hypot(*radial.T), gripper.finger_width / 2)
    outward = np.sign((radial * opening).sum(axis=1))
    level = y + outward.take(face.rows) * _drop(x, radius.take(face.rows))
    above = z - height.take(face.rows)
    mean, high, lean = face.sums(facing * level) / total, 0 * total, 0 * total
    for _ in range(_ROUNDS):
        offset = above - high.take(face.rows)
        ahead = sign * (level - mean.take(face.rows) - lean.take(face.rows) * offset)
        weight = facing / (1 + (ahead / np.where(ahead > 0, _BEFORE, _BEHIND)) ** 2)
        total = np.maximum(face.sums(weight), 1e-6)
        mean, high = face.sums(weight * level) / total, face.sums(weight * above) / total
        offset = above - high.take(face.rows)
        lean = face.sums(weight * offset * level) / (face.sums(weight * offset**2) + _PRIOR)
    edges = outward * _drop(np.full_like(radius, gripper.finger_width / 2), radius)
    touch = mean - np.where(sign * outward < 0, edges, 0.0)
    return _Wall(touch, height + high, lean, met)


def _drop(x: FloatArray, radius: FloatArray) -> FloatArray:
    """Distance, m, of a circle from its tangent, at x, m, from the point of tangency."""
    return np.asarray(radius - np.sqrt(np.maximum(radius**2 - x**2, 0.0)))
