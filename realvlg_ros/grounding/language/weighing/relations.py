"""Where one thing is with respect to others, along the support."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....arrays import FloatArray
from ..tree.kinds import Relation, Side
from .seen import Seen, View, attribute

# Things are beside each other where the gap between them is less than the first, and near where it
# is less than the second, m. Chosen: a hand, and two.
_BESIDE_M, _NEAR_M = 0.15, 0.25
# What is far is farther than that, m. Chosen: half a table.
_FAR_M = 0.3
# What is between two things is so far from the line through them at most, as a share of their
# distance, and m. Chosen: what people call between.
_ASIDE, _ASIDE_M = 0.25, 0.02
# Of several that are so related the nearest is meant: others are farther by this factor and
# distance, m. Chosen: an eye tells so much.
_NEAREST, _NEAREST_M = 1.5, 0.03
# What lies in or on a thing overlaps it by its middle; a container is larger by this. Chosen.
_LARGER = 1.1
# Least distance, m, that has a direction, and how oblique it may be. Chosen: the depth noise;
# beyond 59 degrees another word would be said.
_DIRECTED_M, _OBLIQUE = 0.01, 0.6


def distances(relation: Relation, items: Sequence[Seen], view: View) -> FloatArray:
    """Distance (n, n) of each thing from each other, m; infinite where the relation is not so.

    Args:
        relation: of a thing (row) to a landmark (column).
        items: the things.
        view: of who speaks.
    """
    count = len(items)
    ground = view.ground(items)
    apart = ground[:, None] - ground[None]
    distance = np.linalg.norm(apart, axis=-1)
    holds = np.array([
        [i != j and _holds(relation, items, apart[i, j], i, j) for j in range(count)]
        for i in range(count)
    ]).reshape(count, count)  # fmt: skip
    return np.where(holds, distance, np.inf)


def _holds(relation: Relation, items: Sequence[Seen], apart: FloatArray, i: int, j: int) -> bool:
    """Whether thing i is so related to thing j, which it is apart (2,) from: right, away, m."""
    right, away = float(apart[0]), float(apart[1])
    distance = float(np.hypot(right, away))
    half = (items[i].length + items[j].length) / 2
    if relation is Relation.LEFT_OF:
        return -right > max(_DIRECTED_M, _OBLIQUE * abs(away))
    if relation is Relation.RIGHT_OF:
        return right > max(_DIRECTED_M, _OBLIQUE * abs(away))
    if relation is Relation.BEHIND:
        return away > max(_DIRECTED_M, _OBLIQUE * abs(right))
    if relation is Relation.IN_FRONT_OF:
        return -away > max(_DIRECTED_M, _OBLIQUE * abs(right))
    if relation is Relation.NEXT_TO:
        return distance < half + _BESIDE_M
    if relation is Relation.FAR_FROM:
        return distance > half + _FAR_M
    if relation is Relation.ON:
        return _carried(items, 'on_top_of', i, j, distance)
    if relation is Relation.IN:
        return _carried(items, 'inside_of', i, j, distance)
    if relation is Relation.UNDER:
        return _carried(items, 'on_top_of', j, i, distance) or _carried(
            items, 'inside_of', j, i, distance
        )
    return distance < half + _NEAR_M


def _carried(items: Sequence[Seen], name: str, i: int, j: int, distance: float) -> bool:
    """Whether thing i is on or in thing j."""
    known = attribute(items[i], name)
    if known is not None:
        return int(known) == j
    if name == 'inside_of':
        return distance < items[j].length / 2 and items[j].length > _LARGER * items[i].length
    half = (items[i].length + items[j].length) / 2
    return distance < half and items[i].height > items[j].height


def between(items: Sequence[Seen], view: View, first: int, second: int) -> FloatArray:
    """Whether each thing (n,) is between two others: 1 or 0.

    Args:
        items: the things.
        view: of who speaks.
        first: number of one of the two.
        second: number of the other.
    """
    ground = view.ground(items)
    line = ground[second] - ground[first]
    length = float(np.linalg.norm(line))
    if length < 1e-6:
        return np.zeros(len(items))
    line = line / length
    offset = ground - ground[first]
    along = offset @ line
    aside = np.abs(offset[:, 0] * line[1] - offset[:, 1] * line[0])
    inside = (along > 0.1 * length) & (along < 0.9 * length)
    inside &= aside < _ASIDE * length + _ASIDE_M
    inside[[first, second]] = False
    return inside.astype(float)


def related(reach: FloatArray, landmarks: FloatArray, members: FloatArray) -> FloatArray:
    """Chance (n,) of each thing to be so related to one of the landmarks.

    Args:
        reach: (n, n) distance from each thing to each landmark, infinite where it is not so.
        landmarks: (n,) chance of each to be the landmark.
        members: (n,) chance of each to be what is asked for by the rest that is said of it.
    """
    holds = np.isfinite(reach)
    chance = 1 - np.prod(1 - holds * landmarks, axis=1)
    likely = landmarks > 0.5 * landmarks.max()
    if likely.sum() == 1:
        distance = reach[:, likely][:, 0]
        fitting = np.isfinite(distance) & (members > 0.5 * members.max())
        if fitting.any():
            nearest = distance[fitting].min()
            chance = np.where(distance < _NEAREST * nearest + _NEAREST_M, chance, 0.1 * chance)
    return np.asarray(chance)


def sidedness(items: Sequence[Seen], view: View, side: Side) -> FloatArray:
    """How far each thing (n,) is toward a side, in widths of the view; not positive where not.

    Args:
        items: the things.
        view: of who speaks.
        side: of the view.
    """
    across = view.across(items)
    if side is Side.MIDDLE:
        return np.asarray(0.25 - np.abs(across - 0.5))
    if side in (Side.LEFT, Side.RIGHT):
        sign = -1.0 if side is Side.LEFT else 1.0
        toward = sign * (across - 0.5)
        relative = sign * (across - np.median(across))
        return np.maximum(toward, np.where(toward > -0.1, relative, toward))
    away = view.ground(items)[:, 1]
    relative = (away - np.median(away)) / max(float(np.ptp(away)), 0.05)
    return np.asarray((relative if side is Side.BACK else -relative) + 0.01)
