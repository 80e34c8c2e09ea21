"""Which of the things that fit the rest superlatives, ordinals and places choose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....arrays import FloatArray
from ..tree.kinds import Side
from ..tree.syntax import Degree, Extreme, Modifier, Ordinal, Place
from . import relations
from .measures import MARGINS, SIZES, toward, values_of
from .related import nearest
from .scene import Scene
from .seen import attribute
from .selection import nth
from .weights import CONTRADICTED, FLOOR, Draft

# A place is meant where others are nearer to the side by less than this, in widths of the view;
# of two things the outer one is meant sooner. Chosen: what an eye tells apart.
_OUTER, _OUTER_OF_TWO = 0.12, 0.04
# Chance that a thing is meant to be at a side of those that fit, where it is not at that of the
# view. Chosen: people speak of either, a little less of this one.
_AMONG_THEM = 0.7
# Counted places differ by this, in widths of the view. Chosen: less than half of a small thing.
_COUNTED = 0.015
# What the image's border cuts off may be larger than it looks. Chosen: as often as not.
_MAY_BE_LARGER = 0.5


def choose(said: Sequence[Modifier], draft: Draft, members: FloatArray) -> FloatArray:
    """Chance (n,) to be the one that superlatives, ordinals and places choose among members.

    Args:
        said: all that is said of the thing.
        draft: of the scene.
        members: (n,) chance of each to be one of those that fit the rest.
    """
    if not any(isinstance(m, Extreme | Ordinal | Place | Degree) for m in said):
        return members
    # What may be a part of the thing beside it may not count.
    chance, scene = members * _wholeness(draft.scene), draft.scene
    chosen = any(isinstance(m, Extreme | Ordinal) for m in said)
    for place in said:
        if isinstance(place, Place) and not chosen:
            chance = _outermost(place, scene, chance)
    for extreme in said:
        if isinstance(extreme, Extreme):
            chance = _extreme(extreme, draft, chance)
    for ordinal in said:
        if isinstance(ordinal, Ordinal) and ordinal.side is not None:
            chance = nth(toward(ordinal.side, scene), chance, ordinal.rank, _COUNTED)
    for degree in said:
        if isinstance(degree, Degree):
            values = values_of(degree.measure, degree.sign, scene)
            chance = nth(values, chance, 1, MARGINS[degree.measure])
    return chance


def _wholeness(scene: Scene) -> FloatArray:
    """Chance (n,) of each thing to be one of its own; 1 where that is not known."""
    known = [attribute(item, 'whole') for item in scene.items]
    return np.array([1.0 if chance is None else chance for chance in known])


def _extreme(extreme: Extreme, draft: Draft, members: FloatArray) -> FloatArray:
    """Chance (n,) to be the first, or the rank-th, by a measure."""
    if extreme.landmark is not None:
        return nearest(extreme, extreme.landmark, draft, members)
    values = values_of(extreme.measure, extreme.sign, draft.scene)
    chance = nth(values, members, extreme.rank, MARGINS[extreme.measure])
    if extreme.measure in SIZES and extreme.sign < 0:
        cut = np.array([item.cut_off for item in draft.scene.items], bool)
        chance = np.where(cut, _MAY_BE_LARGER * chance, chance)
    return chance


def _outermost(place: Place, scene: Scene, members: FloatArray) -> FloatArray:
    """Chance (n,) to be the one at a side: of several the outermost."""
    values = relations.sidedness(scene.items, scene.view, place.side)
    if place.side in (Side.LEFT, Side.RIGHT):
        values = toward(place.side, scene)
    there = int((members > 0.5 * max(members.max(), FLOOR)).sum())
    return nth(values, members, 1, _OUTER_OF_TWO if there <= 2 else _OUTER)


def take_place(said: Place, draft: Draft) -> None:
    """Take a side of the view into account."""
    there = _at(said.side, draft)
    draft.keep(there, lambda _: f'it is not {said.side.value}')
    if len(there) and not ((there > 0) & (draft.chance >= CONTRADICTED)).any():
        draft.lack(f'none of those that fit is {said.side.value}')


def _at(side: Side, draft: Draft) -> FloatArray:
    """Chance (n,) of each thing to be at a side: of the view, or of those that fit the rest.

    The right one of two red things may be left of the middle.
    """
    scene = draft.scene
    at = (relations.sidedness(scene.items, scene.view, side) > 0).astype(float)
    members = draft.chance >= CONTRADICTED
    if side is Side.MIDDLE or members.sum() < 2:
        return at
    along = toward(side, scene)
    relative = along > np.median(along[members]) + _COUNTED
    return np.maximum(at, np.where(members & relative, _AMONG_THEM, 0.0))
