"""A syntax tree weighed against the things that are seen."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from ..tree.syntax import (
    Compared,
    Except,
    Extreme,
    Modifier,
    Node,
    OneOf,
    Place,
    Related,
    Thing,
    Unseen,
)
from ..tree.wording import in_words
from .choice import choose, take_place
from .looks import look_at, promote_rivals
from .names import noun_chance, take_noun
from .related import compare, landmark_chance, relate
from .scene import Scene
from .weights import CONTRADICTED, Draft, Weights

# Of those that fit, one that is chosen less often than this is another one. Chosen: as what
# contradicts.
_ANOTHER = 0.3


def weigh(node: Node, scene: Scene) -> Weights:
    """How each thing of a scene fits a node.

    Args:
        node: of the tree.
        scene: what is seen.
    """
    if isinstance(node, Thing):
        return _weigh_thing(node, scene)
    parts = [weigh(part, scene) for part in node.branches]
    chance = 1 - np.prod([1 - part.chance for part in parts], axis=0)
    strength = np.max([part.strength for part in parts], axis=0)
    reasons = [
        () if chance[i] >= CONTRADICTED else parts[0].reasons[i] for i in range(len(chance))
    ]
    missing = '; '.join(part.missing for part in parts if part.missing)
    found = any(not part.missing for part in parts)
    return Weights(strength, chance, tuple(reasons), '' if found else missing, True)


def _weigh_thing(thing: Thing, scene: Scene) -> Weights:
    """How each thing fits a description: what fits first, then the extreme of it."""
    draft = Draft(scene, weigh)
    fit = take_noun(thing, draft)
    for said in thing.said:
        look_at(said, draft)
    promote_rivals(thing, draft)
    for said in thing.said:
        _filter(said, draft)
    if len(scene.items):
        members = draft.chance * noun_chance(thing, fit, scene)
        chosen = choose(thing.said, draft, members)
        draft.chance = draft.chance * chosen / np.maximum(members, 1e-9)
        others = (chosen < _ANOTHER * members) & (draft.strength > CONTRADICTED)
        for index in np.flatnonzero(others):
            draft.reasons[index].append('another one is meant by what is said')
    return draft.done()


@singledispatch
def _filter(said: Modifier, draft: Draft) -> None:
    """Take a place, a relation or other things into account."""


@_filter.register
def _(said: Unseen, draft: Draft) -> None:
    if said.word in draft.scene.nouns:
        chance = np.asarray(draft.scene.nouns[said.word], float)
        draft.keep(chance, lambda _: f'"{said.word}" is not read on it')


@_filter.register
def _(said: Except, draft: Draft) -> None:
    words = in_words(said.things)
    others = draft.weigh(said.things).chance
    draft.keep(1 - others, lambda _: f'it is {words}, which is not meant')


@_filter.register
def _(said: OneOf, draft: Draft) -> None:
    group = draft.weigh(said.things)
    draft.strength = draft.strength * group.strength
    draft.lack(group.missing)
    draft.keep(group.chance, lambda index: '; '.join(group.reasons[index]) or 'it is none')


@_filter.register
def _(said: Extreme, draft: Draft) -> None:
    if said.landmark is not None:
        landmark_chance(said.landmark, draft)


_filter.register(Place, take_place)
_filter.register(Related, relate)
_filter.register(Compared, compare)
