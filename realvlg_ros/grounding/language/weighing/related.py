"""What is said of a thing with respect to others: relations, comparatives, distances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....arrays import FloatArray
from ..tree.kinds import Relation
from ..tree.syntax import Compared, Extreme, Node, Related, Thing
from ..tree.wording import in_words
from . import relations
from .measures import MARGINS, SIZES, values_of
from .names import form_fit, noun_chance
from .scene import Scene
from .selection import nth
from .weights import CONTRADICTED, FLOOR, Draft

# Ratio by which a standard is exceeded, as a logarithm. Chosen: what an eye tells apart.
_COMPARED = float(np.log(1.08))


def landmark_chance(node: Node, draft: Draft) -> FloatArray:
    """Chance (n,) of each thing to be the landmark; noted where nothing is."""
    found = draft.weigh(node)
    chance = found.chance
    if isinstance(node, Thing):
        chance = chance * noun_chance(node, form_fit(node, draft.scene), draft.scene)
    if not len(chance) or max(found.chance.max(), 0) < CONTRADICTED:
        draft.lack(f'nothing fits the landmark "{in_words(node)}"')
    return np.asarray(chance)


def relate(said: Related, draft: Draft) -> None:
    """Take a relation to landmarks into account."""
    items, view = draft.scene.items, draft.scene.view
    landmarks = [landmark_chance(node, draft) for node in said.landmarks]
    if not len(items):
        return
    if said.relation is Relation.BETWEEN:
        chance = _between(landmarks, draft.scene)
    else:
        reach = relations.distances(said.relation, items, view)
        chance = relations.related(reach, landmarks[0], draft.chance)
    words = ' and '.join(in_words(node) for node in said.landmarks)
    draft.keep(chance, lambda _: f'it is not {said.relation.value} {words}')
    fitting = (chance >= CONTRADICTED) & (draft.chance >= FLOOR)
    if not fitting.any():
        draft.lack(f'none of those that fit is {said.relation.value} the landmark "{words}"')


def _between(landmarks: Sequence[FloatArray], scene: Scene) -> FloatArray:
    """Chance (n,) of each thing to be between two landmarks, or two of one kind."""
    first, second = landmarks[0], landmarks[-1]
    count = len(first)
    missed = np.ones(count)
    for i in range(count):
        for j in range(count):
            pair = first[i] * second[j] if i != j else 0.0
            if pair > FLOOR and (len(landmarks) > 1 or i < j):
                missed *= 1 - pair * relations.between(scene.items, scene.view, i, j)
    return np.asarray(1 - missed)


def compare(said: Compared, draft: Draft) -> None:
    """Take a comparative with its standard into account."""
    standard = landmark_chance(said.standard, draft)
    if not len(standard):
        return
    values = values_of(said.measure, said.sign, draft.scene)
    margin = _COMPARED if said.measure in SIZES else MARGINS[said.measure]
    exceeds = values[:, None] - values[None] > margin
    share = standard / max(standard.sum(), 1e-9)
    # A thing is no standard of itself.
    chance = np.where(share > 0.5, 0.0, exceeds @ share)
    words = in_words(said.standard)
    draft.keep(chance, lambda _: f'it is not {said.word} than {words}')


def nearest(extreme: Extreme, landmark: Node, draft: Draft, members: FloatArray) -> FloatArray:
    """Chance (n,) to be the nearest or farthest of the members, over what the landmark may be.

    Args:
        extreme: which of them.
        landmark: what the distance is measured from.
        draft: of the scene.
        members: (n,) chance of each to be one of those that are compared.
    """
    chance = landmark_chance(landmark, draft.fresh())
    ground = draft.scene.view.ground(draft.scene.items)
    apart = extreme.sign * np.linalg.norm(ground[:, None] - ground[None], axis=-1)
    found = np.zeros(len(members))
    for index, share in enumerate(chance / max(chance.sum(), FLOOR)):
        # A landmark is not the one that is nearest to it.
        others = np.where(np.arange(len(members)) == index, 0.0, members)
        if share > FLOOR:
            found += share * nth(apart[index], others, extreme.rank, MARGINS['to'])
    return found
