"""Whether what is understood of a sentence, and nothing else, singles an object out.

A word that was not understood is not ignored: what it may have meant must not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .attributes import SceneObject
from .colorless import NEUTRAL
from .colors import COLOR_NAMES, affinity
from .grammar import NounKind, Phrase
from .large_things import TOYS
from .lexicon import STATES, TURNING, UNSEEN
from .matching import Fit, match
from .shape_fit import is_too_small_a_part

# Shape alone names a thing among others only where it fits well. Chosen: twice what is asked of a
# word.
_SURE_BY_SHAPE = 0.7
# What shows a colour itself on less than this share only passes for it. Chosen: the blurred border
# and a reflection take as much.
_PASSES = 0.05
# So does what shows it on less than this share of what its main colour covers, where that passes
# for it. Chosen: on real frames black, grey and yellow things that were meant show half and more;
# of three that were not, 11, 11 and 30 %.
_BY_MAIN = 0.33
# Share of an object that must be of a colour itself, not of one that passes for it, where the
# colour speaks for a noun that is not known; of each of several colours, and of them together.
# Chosen: a thing of two colours has a main one, and prints take some.
_OWN_SHARE = 0.4
_EACH_SHARE = 0.1


def is_confirmed(
    phrase: Phrase, fit: Fit, objects: Sequence[SceneObject], image_width: int
) -> bool:
    """Whether the only object that fits is the one meant.

    Args:
        phrase: what is asked for.
        fit: of the only object that fits all that could be checked.
        objects: everything on the support.
        image_width: of the image that the objects' boxes refer to, px.
    """
    if (TURNING | UNSEEN).intersection(phrase.unconfirmed):
        return False
    known = _understood(phrase, objects, image_width)
    if known != phrase:
        fits = match(known, objects, image_width).fits
        if [other.index for other in fits] != [fit.index]:
            return False
        fit = fits[0]
    item, alone = objects[fit.index], len(objects) == 1
    if known.kind in (NounKind.UNKNOWN, NounKind.LARGE):
        return _color_speaks_for_noun(known, item)
    if known.shape and is_too_small_a_part(known.shape, item):
        return False
    if _only_passes(known, item):
        return False
    if not known.unconfirmed:
        return alone or known.names_attributes or fit.score >= _SURE_BY_SHAPE
    if known.kind is NounKind.SHAPE and alone and not STATES.intersection(known.unconfirmed):
        return fit.score >= _SURE_BY_SHAPE
    if known.kind is NounKind.GENERIC and known.colors:
        return _shows_itself(known.colors, item)
    # Alone an object is neither big nor the biggest.
    said = replace(known, sizes=(), superlatives=()) if alone else known
    return said.names_attributes


def _understood(phrase: Phrase, objects: Sequence[SceneObject], image_width: int) -> Phrase:
    """The phrase without what a word that is not understood would decide.

    The biggest of a kind is not known where the kind is not, nor what is next to something that
    may be anything.
    """
    if phrase.kind in (NounKind.UNKNOWN, NounKind.LARGE):
        phrase = replace(phrase, sizes=(), superlatives=())
    if phrase.landmark and not _is_landmark(phrase.landmark, objects, image_width):
        phrase = replace(phrase, relation=None, landmark=None)
    return phrase


def _is_landmark(phrase: Phrase, objects: Sequence[SceneObject], image_width: int) -> bool:
    """Whether all that fits a landmark's phrase may be taken for it."""
    if (TURNING | UNSEEN).intersection(phrase.unconfirmed):
        return False
    if phrase.landmark and not _is_landmark(phrase.landmark, objects, image_width):
        return False
    items = [objects[fit.index] for fit in match(phrase, objects, image_width).fits]
    if phrase.kind in (NounKind.UNKNOWN, NounKind.LARGE):
        return bool(items) and all(_color_speaks_for_noun(phrase, item) for item in items)
    return bool(phrase.kind is NounKind.SHAPE or not phrase.unconfirmed or phrase.colors)


def _color_speaks_for_noun(phrase: Phrase, item: SceneObject) -> bool:
    """Whether an object may be taken for a thing of an unknown name, since its colour is right.

    One word may remain that is not understood, and none where large things bear the name. Things
    that are black, grey or white are too many for the colour to speak for one.
    """
    others = TOYS.union(phrase.unconfirmed) != TOYS
    if phrase.kind is NounKind.LARGE or others or NEUTRAL.issuperset(phrase.colors):
        return False
    return _shows_itself(phrase.colors, item)


def _only_passes(phrase: Phrase, item: SceneObject) -> bool:
    """Whether of a single colour asked for an object shows only what may pass for it.

    A small part of it beside much that passes for it is a reflection, a shade or another thing.
    """
    if len(phrase.colors) != 1:
        return False
    asked, main = phrase.colors[0], item.main_colors[0]
    share, most = item.shows_itself(asked), item.shows_itself(main)
    passes = affinity(asked)[COLOR_NAMES.index(main)] > 0
    return share < _PASSES or bool(passes and share < _BY_MAIN * most)


def _shows_itself(colors: Sequence[str], item: SceneObject) -> bool:
    """Whether colours cover an object themselves, not by others that pass for them."""
    shares = [float(item.colors[COLOR_NAMES.index(name)]) for name in colors]
    return sum(shares) >= _OWN_SHARE and min(shares) >= _EACH_SHARE
