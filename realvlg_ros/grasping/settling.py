"""Settle the best grasps of a round thing as its walls would settle between rigid pads.

A pad touches a convex wall in its middle and a concave one with its edges, and the rounding of a
rim not at all. Around a known axis the walls' curvature is known: readings over the whole pad tell
where it touches, and how the wall leans, better than the first readings that are met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .alignment import made_radial, nearly_radial, with_axes
from .candidates import Candidates, local_coordinates
from .gripper import Gripper
from .pad_band import PadBand, between_fingers
from .target_cloud import TargetCloud

FloatArray = npt.NDArray[np.float64]

# Surface within this of the first touch belongs to the wall, m, where it faces the pad with a
# cosine of more than this.
_FACE, _FACING = 0.005, 0.8
# A reading this far before or behind the wall counts half, m: what stands back is not touched.
_BEFORE, _BEHIND = 0.0015, 0.0006
_ROUNDS = 3
# The weight, m^2, of the lean that the grasp has: walls lean by 3 degrees more or less, and what
# is no wall is off it by 1 mm.
_PRIOR = 7e-5
# Grasps have been checked where they are: they settle by no more than this, rad and m.
_MAX_TURN, _MAX_SHIFT = 0.05, 0.0015


@dataclass(frozen=True)
class _Wall:
    """Where one pad touches: y (n,) at a height z (n,) in the TCP frame, m, and dy/dz (n,)."""

    touch: FloatArray
    height: FloatArray
    lean: FloatArray


def settled(
    everything: Candidates,
    rows: Sequence[int],
    cloud: TargetCloud,
    gripper: Gripper,
    axis: FloatArray,
) -> Candidates:
    """Candidates, some turned to be radial and to the walls' lean, and centred between them.

    Those that do not open radially (across a handle) stay as they are.

    Args:
        everything: in the support frame, closed on the cloud.
        rows: of those to be settled.
        cloud: of the object.
        gripper: its shape.
        axis: (2,) horizontal position of the object's vertical axis of revolution, m.
    """
    index = np.array(rows, np.intp)
    openings, places = everything.rotations[index, :, 1], everything.tips[index]
    index = index[nearly_radial(openings, places, axis)]
    candidates = everything.select(index)
    radial = made_radial(candidates.rotations[:, :, 1], candidates.tips, axis)
    rotations = with_axes(candidates.rotations, radial)
    candidates = replace(candidates, rotations=rotations)
    local = local_coordinates(candidates, cloud.points)
    inside = between_fingers(local, candidates.openings, gripper)
    walls = []
    for sign in (-1.0, 1.0):
        face = PadBand.touched(inside, local, sign, _FACE)
        facing = np.maximum(sign * face.along(rotations[:, :, 1], cloud.normals) - _FACING, 0)
        walls.append(_wall(face, sign, facing, candidates, gripper, axis))
    height = (walls[0].height + walls[1].height) / 2
    touches = [wall.touch + wall.lean * (height - wall.height) for wall in walls]
    shift = np.clip(np.mean(touches, axis=0), -_MAX_SHIFT, _MAX_SHIFT)
    lean = np.clip((walls[0].lean + walls[1].lean) / 2, -_MAX_TURN, _MAX_TURN)
    # The TCP turns about its x axis, at the height of the touches.
    cosine, sine = 1 / np.hypot(1, lean), lean / np.hypot(1, lean)
    x, y, z = np.moveaxis(rotations, 2, 0)
    opening = cosine[:, None] * y - sine[:, None] * z
    approach = cosine[:, None] * z + sine[:, None] * y
    rotations, tips = everything.rotations.copy(), everything.tips.copy()
    rotations[index] = np.stack([x, opening, approach], axis=-1)
    tips[index] += height[:, None] * (z - approach) + shift[:, None] * opening
    return replace(everything, rotations=rotations, tips=tips)


def _wall(
    face: PadBand,
    sign: float,
    facing: FloatArray,
    candidates: Candidates,
    gripper: Gripper,
    axis: FloatArray,
) -> _Wall:
    """The wall around the axis that one pad meets.

    Args:
        face: points near the first touch.
        sign: of y on the pad's side.
        facing: (k,) weight of each.
        candidates: in the support frame.
        gripper: its shape.
        axis: (2,) m.
    """
    x, y, z = face.local
    total = np.maximum(face.sums(facing), 1e-6)
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
    return _Wall(touch, height + high, lean)


def _drop(x: FloatArray, radius: FloatArray) -> FloatArray:
    """How far a circle of a radius lies behind its tangent at x beside the point of touch."""
    return np.asarray(radius - np.sqrt(np.maximum(radius**2 - x**2, 0.0)))
