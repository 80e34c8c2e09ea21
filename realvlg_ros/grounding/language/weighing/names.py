"""What a noun tells of things: by recognition, by the form of its class, or by nothing."""

from __future__ import annotations

import numpy as np

from ....arrays import FloatArray
from ..tree.kinds import NounKind
from ..tree.syntax import Thing
from ..vocabulary.shapes import shapes
from . import fits
from .scene import Scene
from .seen import Seen
from .weights import CONTRADICTED, FLOOR, Draft, squashed

# Chance of a thing to be of a class whose form it fits well, or of which it only might be; and of
# any thing to bear a name that nothing is known of. Chosen: no two classes of a table are as
# alike as a well fitting form; half of the things of a table are not what an unknown word says.
_WELL, _MIGHT = 0.995, 0.5
# A fit from which on the chance rises from the lower to the upper one, and where it is there.
# Chosen: a little more, and twice, what is asked of a word.
_RISES, _SURE = 0.35, 0.7
# Share of a thing that must be of a colour itself where the colour speaks for a noun that is not
# known; of each of several colours, and of them together. Chosen: a thing of two colours has a
# main one, and prints take some.
_SPEAKING_SHARE = 0.4
_EACH_SHARE = 0.1
# The class of which people call things of nearly any form.
_ANY_FORM = 'box'
# Colours that brightness alone decides; things of them are too many for one to speak for a noun.
NEUTRAL = frozenset({'black', 'grey', 'white'})


def take_noun(thing: Thing, draft: Draft) -> FloatArray:
    """Take the noun into account; the fit (n,) to its form."""
    noun, scene = thing.noun, draft.scene
    count = len(scene.items)
    if noun.kind is NounKind.IMMATERIAL:
        draft.lack(f'"{noun.text}" names nothing that a hand can hold')
        draft.strength = np.zeros(count)
        draft.keep(np.zeros(count), lambda _: draft.missing)
        return np.zeros(count)
    if noun.text in scene.nouns:
        chance = np.asarray(scene.nouns[noun.text], float)
        draft.keep(chance, lambda _: f'it is not recognised as a {noun.text}')
        return np.ones(count)
    if not noun.shape or not scene.whole:
        return np.ones(count)
    found = [fits.shape_fit(noun.shape, item, _by_its_color(thing, scene)) for item in scene.items]
    fit = np.array([value for value, _ in found])
    # What is not contradicted by its form is not the likelier for it.
    draft.strength = draft.strength * np.where(fit < CONTRADICTED, fit, np.minimum(1, 2 * fit))
    draft.keep(squashed(fit), lambda index: found[index][1])
    return fit


def form_fit(thing: Thing, scene: Scene) -> FloatArray:
    """Fit (n,) of each thing to the form of the noun; 1 where no form is known."""
    shape = thing.noun.shape
    if not shape or not scene.whole:
        return np.ones(len(scene.items))
    colored = _by_its_color(thing, scene)
    return np.array([fits.shape_fit(shape, item, colored)[0] for item in scene.items])


def _by_its_color(thing: Thing, scene: Scene) -> bool:
    """Whether the colours of the class count; who says a colour knows better."""
    return not scene.colorless and not any(said.asks_color for said in thing.said)


def noun_chance(thing: Thing, fit: FloatArray, scene: Scene) -> FloatArray:
    """Chance (n,) of each thing to bear the noun, as far as nothing contradicts it.

    Args:
        thing: the description.
        fit: (n,) to the form of the noun.
        scene: what is seen.
    """
    noun, count = thing.noun, len(scene.items)
    if noun.text in scene.nouns:
        return np.clip(scene.nouns[noun.text], FLOOR, _WELL)
    if noun.kind is NounKind.GENERIC:
        return np.ones(count)
    if noun.kind is NounKind.SHAPE and scene.whole and not says_nothing(noun.shape):
        share = np.clip((fit - _RISES) / (_SURE - _RISES), 0, 1)
        chance = _MIGHT + (_WELL - _MIGHT) * share
        parts = [fits.is_too_small_a_part(noun.shape, item) for item in scene.items]
        chance[parts] = _MIGHT
        return np.asarray(chance)
    speaks = [color_speaks_for_noun(thing, item) for item in scene.items]
    return np.where(speaks, _WELL, _MIGHT)


def says_nothing(shape: str) -> bool:
    """Whether a fitting form hardly speaks for a class; a box may be nearly anything."""
    return shapes()[shape].is_vague and shape != _ANY_FORM


def color_speaks_for_noun(thing: Thing, item: Seen) -> bool:
    """Whether a thing may be taken for one of an unknown name, since its colour is right.

    Not where large things bear the name. Things that are black, grey or white are too many for
    the colour to speak for one.
    """
    names = thing.colors
    if thing.noun.kind is NounKind.LARGE or NEUTRAL.issuperset(names):
        return False
    shares = [item.shows_itself(name) for name in names]
    return sum(shares) >= _SPEAKING_SHARE and min(shares) >= _EACH_SHARE


def is_group(thing: Thing, scene: Scene) -> bool:
    """Whether two things or more, as many as asked for, surely have a form, and no other may."""
    shape = thing.noun.shape
    members = sum(fits.is_within(shape, item) for item in scene.items)
    others = [item for item in scene.items if not fits.is_within(shape, item)]
    plain = all(fits.shape_fit(shape, item, True)[0] < CONTRADICTED for item in others)
    return plain and members >= max(2, thing.count) and not says_nothing(shape)
