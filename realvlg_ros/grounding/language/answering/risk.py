"""What the words of a sentence leave open of a thing, as a share of wrong answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....arrays import FloatArray
from ..tree.kinds import NounKind
from ..tree.syntax import (
    Color,
    Compared,
    Degree,
    Either,
    Except,
    Extreme,
    Modifier,
    Node,
    Not,
    Noun,
    OneOf,
    Ordinal,
    Place,
    Posture,
    Related,
    Thing,
    Unseen,
)
from ..weighing import fits
from ..weighing.evaluation import weigh
from ..weighing.names import NEUTRAL, color_speaks_for_noun, is_group
from ..weighing.scene import Scene
from ..weighing.seen import Seen
from ..weighing.weights import CONTRADICTED, Weights
from .doubts import doubtful_words, lost_colors, unseen_of

# Evidence that is so many times stronger singles a thing out at this risk. Chosen: a smaller
# difference is asked about, also where the noun adds its own risk.
_CLEAR_RATIO, _CLEAR_RISK = 1.6, 0.03
_SHARPNESS = float(np.log(1 / _CLEAR_RISK - 1) / np.log(_CLEAR_RATIO))
# Risks that add up, each the share of answers that would be wrong. Chosen: a word that nothing
# contradicts is seldom wrong where others single the thing out, and often where none do; a noun
# is what most sentences turn on.
_SHAPED_NOUN = 0.02
_COLORED_NOUN = 0.035
_UNSEEN_WORD = 0.02
GUESS = 0.2
VETO = 0.5
# What shows a colour itself on less than this share only passes for it. Chosen: the blurred border
# and a reflection take as much.
_PASSES = 0.05
# Of several colours each must be shown itself on this share, and the main one be among them.
# Chosen: a stripe of print takes 7 %.
_EACH = 0.06
# So does what shows it on less than this share of what its main colour covers, where that passes
# for it. Chosen: on real frames black, grey and yellow things that were meant show half and more;
# of three that were not, 11, 11 and 30 %.
_BY_MAIN = 0.33
# What tells which of several things is meant; beside a single thing some of it says nothing.
_TELLING = (
    Color, Either, Degree, Extreme, Ordinal, Place, Posture, Related, Compared, Not, Except, OneOf,
)  # fmt: skip
_BESIDE_OTHERS = (Degree, Extreme, Ordinal)
# What is said only where several things bear the noun.
_AMONG_SEVERAL = (Extreme, Ordinal, Degree, Place, Compared, Not, Except)


def meant_by(weights: Weights) -> FloatArray:
    """Weight (n,) of each thing to be meant by one reading; zeros where nothing fits."""
    strength = np.where(weights.level, 1.0, weights.strength)
    fitting = weights.strength >= CONTRADICTED
    likely = np.where(fitting, weights.chance, 0.0)
    if weights.missing or not len(likely) or likely.max() < CONTRADICTED:
        return np.zeros(len(likely))
    top = strength[likely >= CONTRADICTED].max()
    return np.asarray(likely * np.minimum(1.0, strength / top) ** _SHARPNESS)


def is_verified(node: Node, index: int, scene: Scene) -> bool:
    """Whether a thing was recognised by its name, or was given none.

    Args:
        node: what is asked for.
        index: of the thing.
        scene: that it is in.
    """
    if not isinstance(node, Thing) or not node.is_named:
        return isinstance(node, Thing)
    return is_told(node.noun.text, index, scene)


def is_told(name: str, index: int, scene: Scene) -> bool:
    """Whether a thing was recognised by a name, or the name was read on it.

    Args:
        name: or printed word.
        index: of the thing.
        scene: that it is in.
    """
    chance = scene.nouns.get(name)
    return chance is not None and bool(chance[index] >= 1 - GUESS)


def risk_of_words(thing: Thing, index: int, scene: Scene) -> float:
    """What the words of a description leave open of a thing, as a share of wrong answers.

    Args:
        thing: the description.
        index: of the thing that is taken for it.
        scene: what is seen.
    """
    item = scene.items[index]
    risk = 0.0 if is_verified(thing, index, scene) else _risk_of_noun(thing, index, scene)
    for word in unseen_of(thing):
        if not is_told(word.word, index, scene):
            risk += _risk_of_word(word, thing, item, scene)
    if not scene.colorless and any(_only_passes(said, item) for said in thing.said):
        risk += VETO
    if not scene.whole and not (thing.colors and not doubtful_words(thing)):
        risk += GUESS
    return risk + (VETO if lost_colors(thing, scene) else 0.0)


def _risk_of_noun(thing: Thing, index: int, scene: Scene) -> float:
    """What a noun that was not verified leaves open.

    Its form may contradict a name, and speaks for none: what singles a thing out is a colour, or
    words that would do so without the noun.
    """
    item = scene.items[index]
    if thing.noun.kind is not NounKind.SHAPE:
        return _COLORED_NOUN if color_speaks_for_noun(thing, item) else GUESS
    if fits.is_too_small_a_part(thing.noun.shape, item):
        return VETO
    if not scene.whole:
        return _SHAPED_NOUN
    if NEUTRAL.issuperset(thing.colors):
        return _risk_of_form(thing, index, scene)
    # Where one of several is chosen, the chance of each to be one of them counts already.
    return 0.0 if _says(thing, Extreme, Ordinal) else _SHAPED_NOUN


def _risk_of_form(thing: Thing, index: int, scene: Scene) -> float:
    """What a noun leaves open that form alone may confirm.

    A sentence that speaks of several things of a name, where several have its form and no other
    may, is right of that; a single thing of the form may be something else.
    """
    several = thing.count > 1 or thing.every or _says(thing, *_AMONG_SEVERAL)
    if several and is_group(thing, scene):
        return _SHAPED_NOUN
    if not _tells(thing, scene):
        return GUESS
    # Share by which other things would be meant if the description named any object.
    meant = meant_by(weigh(replace(thing, noun=Noun()), scene))
    decided = 1.0 - float(meant[index] / meant.sum()) if meant.sum() > 0 else 1.0
    return min(GUESS, decided)


def _says(thing: Thing, *kinds: type[Modifier]) -> bool:
    return any(isinstance(said, kinds) for said in thing.said)


def _risk_of_word(word: Unseen, thing: Thing, item: Seen, scene: Scene) -> float:
    """What a word that nothing confirms leaves open."""
    if word.why in ('look', 'text'):
        return VETO
    if _tells(thing, scene):
        own = thing.is_named or not thing.colors
        shown = own or color_speaks_for_noun(thing, item)
        return _UNSEEN_WORD if shown else GUESS
    shaped = thing.noun.kind is NounKind.SHAPE and word.why == 'material'
    return _UNSEEN_WORD if shaped and len(scene.items) == 1 else GUESS


def _tells(thing: Thing, scene: Scene) -> bool:
    """Whether more than a noun is said that can be checked; alone nothing is bigger or left."""
    alone = len(scene.items) == 1
    return any(
        (isinstance(said, _TELLING) and not (alone and isinstance(said, _BESIDE_OTHERS)))
        or (isinstance(said, Unseen) and said.word in scene.nouns)
        for said in thing.said
    )


def _only_passes(said: Modifier, item: Seen) -> bool:
    """Whether of a colour asked for a thing shows only what may pass for it.

    A small part of it beside much that passes for it is a reflection, a shade or another thing.
    """
    if not isinstance(said, Color):
        return False
    if len(said.names) > 1:
        shown = min(item.shows_itself(name) for name in said.names)
        return shown < _EACH or item.main_colors[0] not in said.names
    asked, main = said.names[0], item.main_colors[0]
    share, most = item.shows_itself(asked), item.shows_itself(main)
    passes = item.shows(asked) - share > _PASSES
    return share < _PASSES or bool(passes and share < _BY_MAIN * most)
