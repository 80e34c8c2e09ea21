"""A syntax tree weighed against the things that are seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...arrays import FloatArray
from . import fits, relations
from .seen import Seen, View
from .selection import nth
from .shapes import shapes
from .syntax import (
    AllOf,
    AnyOf,
    Both,
    Color,
    Compared,
    Degree,
    Either,
    Except,
    Extreme,
    Modifier,
    Node,
    Not,
    NounKind,
    OneOf,
    Ordinal,
    Place,
    Posture,
    Related,
    Relation,
    Side,
    Thing,
    Unseen,
)
from .wording import in_words

# A fit below this contradicts what is said. Chosen: the score of a confusion of neighbouring
# colours.
CONTRADICTED = 0.3
# How fast the chance falls around that fit, and what is left of it where all is contradicted.
# Chosen: at half of it and at twice it hardly any doubt is left.
_SLOPE = 0.05
FLOOR = 0.002
# Chance of a thing to be of a class whose form it fits well, or of which it only might be; and of
# any thing to bear a name that nothing is known of. Chosen: no two classes of a table are as
# alike as a well fitting form; half of the things of a table are not what an unknown word says.
_WELL, _MIGHT = 0.995, 0.5
# A form that fits so well speaks for the class. Chosen: twice what is asked of a word.
SURE_BY_SHAPE = 0.7
# A thing that shows a colour itself on less than this share has only what may pass for it, unless
# it shows more of it than others. Chosen: the blurred border and a reflection take less; the side
# of a can that is seen from above takes more.
_OWN_SHARE, _OWN_SHARE_IF_MOST = 0.12, 0.08
# Share of a thing that must be of a colour itself where the colour speaks for a noun that is not
# known; of each of several colours, and of them together. Chosen: a thing of two colours has a
# main one, and prints take some.
_SPEAKING_SHARE = 0.4
_EACH_SHARE = 0.1
# The class of which people call things of nearly any form.
_ANY_FORM = 'box'
# Colours that brightness alone decides; things of them are too many for one to speak for a noun.
NEUTRAL = frozenset({'black', 'grey', 'white'})
# Measures that differ by no more are not told apart: of sizes the logarithm of the ratio, of
# places shares of the view, of distances m. Chosen: what an eye tells apart.
_MARGINS = {
    'volume': 3 * np.log(1.15), 'size': np.log(1.15), 'height': np.log(1.15),
    'length': np.log(1.15), 'width': np.log(1.15), 'thickness': np.log(1.15),
    'lightness': 0.12, 'distance': 0.03, 'right': 0.03, 'middle': 0.05, 'to': 0.02,
}  # fmt: skip
# Ratio by which a standard is exceeded. Chosen: what an eye tells apart.
_COMPARED = np.log(1.08)
# A place is meant where others are nearer to the side by less than this, in widths of the view;
# of two things the outer one is meant sooner. Chosen: what an eye tells apart.
_OUTER, _OUTER_OF_TWO = 0.12, 0.04
# Chance that a thing is meant to be at a side of those that fit, where it is not at that of the
# view. Chosen: people speak of either, a little less of this one.
_AMONG_THEM = 0.7
# Counted places differ by this, in widths of the view. Chosen: less than half of a small thing.
_COUNTED = 0.015
_SIZES = ('volume', 'size', 'height', 'length', 'width', 'thickness')


@dataclass(frozen=True)
class Weights:
    """How each of n things fits a description.

    Attributes:
        strength: (n,) evidence of colours and form, 0 to 1; of two things the stronger is meant.
        chance: (n,) probability to be what is described, with all that is said.
        reasons: for each thing what contradicts, in words.
        missing: why nothing can fit, in words; empty where something may.
        level: whether the strengths tell nothing of which is meant.
    """

    strength: FloatArray
    chance: FloatArray
    reasons: tuple[tuple[str, ...], ...]
    missing: str = ''
    level: bool = False


@dataclass
class _Draft:
    """The weights of one description while its words are looked at one by one."""

    strength: FloatArray
    chance: FloatArray
    reasons: list[list[str]]
    missing: str = ''
    level: bool = False

    def keep(self, chance: FloatArray, why: Callable[[int], str]) -> None:
        """Take a chance (n,) into account; why says what contradicts the thing of a number."""
        self.chance = self.chance * np.clip(chance, FLOOR, 1)
        for index in np.flatnonzero(chance < CONTRADICTED):
            self.reasons[index].append(why(int(index)))


@dataclass(frozen=True)
class Scene:
    """What a sentence is about.

    Attributes:
        items: the things.
        view: of who speaks.
        whole: whether the things are seen whole; of parts the form proves nothing.
        colorless: whether the image has no colour.
        nouns: chance (n,) of each thing to bear a name, by the name, where something recognises.
        hints: (n,) by name, larger for the likelier; they order candidates, and decide nothing.
    """

    items: Sequence[Seen]
    view: View
    whole: bool = True
    colorless: bool = False
    nouns: Mapping[str, FloatArray] = field(default_factory=dict)
    hints: Mapping[str, FloatArray] = field(default_factory=dict)


def weigh(node: Node, scene: Scene) -> Weights:
    """How each thing of a scene fits a node.

    Args:
        node: of the tree.
        scene: what is seen.
    """
    if isinstance(node, Thing):
        return _weigh_thing(node, scene)
    parts = [weigh(part, scene) for part in _parts(node)]
    chance = 1 - np.prod([1 - part.chance for part in parts], axis=0)
    strength = np.max([part.strength for part in parts], axis=0)
    reasons = [
        () if chance[i] >= CONTRADICTED else parts[0].reasons[i] for i in range(len(chance))
    ]
    missing = '; '.join(part.missing for part in parts if part.missing)
    found = any(not part.missing for part in parts)
    return Weights(strength, chance, tuple(reasons), '' if found else missing, True)


def _parts(node: AnyOf | AllOf) -> tuple[Node, ...]:
    return node.options if isinstance(node, AnyOf) else node.parts


def _weigh_thing(thing: Thing, scene: Scene) -> Weights:
    """How each thing fits a description: what fits first, then the extreme of it."""
    count = len(scene.items)
    draft = _Draft(np.ones(count), np.ones(count), [[] for _ in range(count)])
    named = _noun(thing, scene, draft)
    for said in thing.said:
        _look_at(said, scene, draft)
    _promote_rivals(thing, scene, draft)
    for said in thing.said:
        _filter(said, scene, draft)
    if count:
        members = draft.chance * _noun_chance(thing, named, scene)
        selected = _select(thing.said, scene, members)
        draft.chance = draft.chance * selected / np.maximum(members, 1e-9)
        for index in np.flatnonzero((selected < 0.3 * members) & (draft.strength > CONTRADICTED)):
            draft.reasons[index].append('another one is meant by what is said')
    return Weights(
        draft.strength, draft.chance, tuple(map(tuple, draft.reasons)), draft.missing, draft.level
    )


def _noun(thing: Thing, scene: Scene, draft: _Draft) -> FloatArray:
    """Take the noun into account; the fit (n,) to its form."""
    noun, count = thing.noun, len(scene.items)
    if noun.kind is NounKind.IMMATERIAL:
        draft.missing = f'"{noun.text}" names nothing that a hand can hold'
        draft.strength = np.zeros(count)
        draft.keep(np.zeros(count), lambda _: draft.missing)
        return np.zeros(count)
    if noun.text in scene.nouns:
        chance = np.asarray(scene.nouns[noun.text], float)
        draft.keep(chance, lambda _: f'it is not recognised as a {noun.text}')
        return np.ones(count)
    if not noun.shape or not scene.whole:
        return np.ones(count)
    colored = not scene.colorless and not any(
        isinstance(said, Color | Either) for said in thing.said
    )
    found = [fits.shape_fit(noun.shape, item, colored) for item in scene.items]
    fit = np.array([value for value, _ in found])
    # What is not contradicted by its form is not the likelier for it.
    draft.strength = draft.strength * np.where(fit < CONTRADICTED, fit, np.minimum(1, 2 * fit))
    draft.keep(_squashed(fit), lambda index: found[index][1])
    return fit


def _noun_chance(thing: Thing, fit: FloatArray, scene: Scene) -> FloatArray:
    """Chance (n,) of each thing to bear the noun, as far as nothing contradicts it."""
    noun, count = thing.noun, len(scene.items)
    if noun.text in scene.nouns:
        return np.clip(scene.nouns[noun.text], FLOOR, _WELL)
    if noun.kind is NounKind.GENERIC:
        return np.ones(count)
    if noun.kind is NounKind.SHAPE and scene.whole and not says_nothing(noun.shape):
        share = np.clip((fit - 0.35) / (SURE_BY_SHAPE - 0.35), 0, 1)
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
    names = [name for said in thing.said if isinstance(said, Color) for name in said.names]
    if thing.noun.kind is NounKind.LARGE or NEUTRAL.issuperset(names):
        return False
    shares = [item.shows_itself(name) for name in names]
    return sum(shares) >= _SPEAKING_SHARE and min(shares) >= _EACH_SHARE


def _look_at(said: Modifier, scene: Scene, draft: _Draft) -> None:
    """Take a colour or a form into account."""
    if isinstance(said, Color | Posture | Either | Not | Both):
        fit = _evidence(said, scene)
        if fit is not None:
            draft.strength = draft.strength * fit
            items = scene.items
            draft.keep(_squashed(fit), lambda index: _contradiction(said, items[index]))


def _filter(said: Modifier, scene: Scene, draft: _Draft) -> None:
    """Take a place, a relation or other things into account."""
    items = scene.items
    if isinstance(said, Unseen) and said.word in scene.nouns:
        chance = np.asarray(scene.nouns[said.word], float)
        draft.keep(chance, lambda _: f'"{said.word}" is not read on it')
    elif isinstance(said, Place):
        there = _at(said.side, scene, draft)
        draft.keep(there, lambda _: f'it is not {said.side.value}')
        if len(items) and not ((there > 0) & (draft.chance >= CONTRADICTED)).any():
            draft.missing = draft.missing or f'none of those that fit is {said.side.value}'
    elif isinstance(said, Related):
        _relate(said, scene, draft)
    elif isinstance(said, Compared):
        _compare(said, scene, draft)
    elif isinstance(said, Except):
        others = weigh(said.things, scene).chance
        words = in_words(said.things)
        draft.keep(1 - others, lambda _: f'it is {words}, which is not meant')
    elif isinstance(said, OneOf):
        group = weigh(said.things, scene)
        draft.strength = draft.strength * group.strength
        draft.missing = draft.missing or group.missing
        draft.keep(group.chance, lambda index: '; '.join(group.reasons[index]) or 'it is none')
    elif isinstance(said, Extreme) and said.landmark is not None:
        _find_landmark(said.landmark, scene, draft)


def _at(side: Side, scene: Scene, draft: _Draft) -> FloatArray:
    """Chance (n,) of each thing to be at a side: of the view, or of those that fit the rest.

    The right one of two red things may be left of the middle.
    """
    at = (relations.sidedness(scene.items, scene.view, side) > 0).astype(float)
    members = draft.chance >= CONTRADICTED
    if side is Side.MIDDLE or members.sum() < 2:
        return at
    toward = _toward(side, scene)
    relative = toward > np.median(toward[members]) + _COUNTED
    return np.maximum(at, np.where(members & relative, _AMONG_THEM, 0.0))


def _evidence(said: Modifier, scene: Scene) -> FloatArray | None:
    """Fit (n,) of each thing to a colour, a form or what is made of them; None: not known."""
    items = scene.items
    if isinstance(said, Color):
        names = said.names
        if scene.colorless:
            names = tuple(name for name in names if name in NEUTRAL)
        return np.array([fits.colors_fit(names, item) for item in items]) if names else None
    if isinstance(said, Posture):
        found = [fits.posture_fit(said.name, item) for item in items]
        return None if None in found else np.array(found, float)
    if isinstance(said, Place):
        return (relations.sidedness(items, scene.view, said.side) > 0).astype(float)
    if isinstance(said, Related):
        draft = _Draft(np.ones(len(items)), np.ones(len(items)), [[] for _ in items])
        _relate(said, scene, draft)
        return draft.chance
    if isinstance(said, Not):
        inner = _evidence(said.part, scene)
        return None if inner is None else 1 - inner
    if isinstance(said, Either):
        options = [_evidence(option, scene) for option in said.options]
        known = [option for option in options if option is not None]
        return np.max(known, axis=0) if known else None
    if isinstance(said, Both):
        options = [_evidence(part, scene) for part in said.parts]
        known = [option for option in options if option is not None]
        return np.prod(known, axis=0) if known else None
    return None


def _contradiction(said: Modifier, item: Seen) -> str:
    if isinstance(said, Posture):
        return f'it is not {said.name}'
    if isinstance(said, Not) and not isinstance(said.part, Color):
        return 'what is said not to hold of it does'
    return f'it is {item.color_words()}'


def _squashed(fit: FloatArray) -> FloatArray:
    """Chance (n,) that a fit (n,) is no contradiction."""
    return np.asarray(FLOOR + (1 - FLOOR) / (1 + np.exp(-(fit - CONTRADICTED) / _SLOPE)))


def _find_landmark(node: Node, scene: Scene, draft: _Draft | None) -> FloatArray:
    """Chance (n,) of each thing to be the landmark; noted in a draft where nothing is."""
    found = weigh(node, scene)
    chance = found.chance
    if isinstance(node, Thing):
        fit = np.ones(len(scene.items))
        if node.noun.shape and scene.whole:
            colored = not any(isinstance(said, Color) for said in node.said)
            fit = np.array([fits.shape_fit(node.noun.shape, i, colored)[0] for i in scene.items])
        chance = chance * _noun_chance(node, fit, scene)
    missing = not len(chance) or max(found.chance.max(), 0) < CONTRADICTED
    if draft is not None and missing:
        draft.missing = draft.missing or f'nothing fits the landmark "{in_words(node)}"'
    return np.asarray(chance)


def _relate(said: Related, scene: Scene, draft: _Draft) -> None:
    """Take a relation to landmarks into account."""
    items, view = scene.items, scene.view
    landmarks = [_find_landmark(node, scene, draft) for node in said.landmarks]
    if not len(items):
        return
    if said.relation is Relation.BETWEEN:
        chance = _between(landmarks, scene)
    else:
        reach = relations.distances(said.relation, items, view)
        chance = relations.related(reach, landmarks[0], draft.chance)
    words = ' and '.join(in_words(node) for node in said.landmarks)
    draft.keep(chance, lambda _: f'it is not {said.relation.value} {words}')
    fitting = (chance >= CONTRADICTED) & (draft.chance >= FLOOR)
    if not fitting.any():
        why = f'none of those that fit is {said.relation.value} the landmark "{words}"'
        draft.missing = draft.missing or why


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


def _compare(said: Compared, scene: Scene, draft: _Draft) -> None:
    """Take a comparative with its standard into account."""
    standard = _find_landmark(said.standard, scene, draft)
    if not len(standard):
        return
    values = _values(said.measure, said.sign, scene)
    exceeds = values[:, None] - values[None] > (
        _COMPARED if said.measure in _SIZES else _MARGINS[said.measure]
    )
    share = standard / max(standard.sum(), 1e-9)
    chance = exceeds @ share
    # A thing is no standard of itself.
    chance = np.where(share > 0.5, 0.0, chance)
    words = in_words(said.standard)
    draft.keep(chance, lambda _: f'it is not {said.word} than {words}')


def _promote_rivals(thing: Thing, scene: Scene, draft: _Draft) -> None:
    """Let things that show the colour said, if on a small part, stand beside what passes for it.

    They get the weights of the weakest that fits.
    """
    names = [name for said in thing.said if isinstance(said, Color) for name in said.names]
    fitting = np.flatnonzero(draft.strength >= CONTRADICTED)
    if len(names) != 1 or not len(fitting) or scene.colorless:
        return
    own = np.array([item.shows_itself(names[0]) for item in scene.items])
    most = own[fitting].max()
    if most > _OWN_SHARE:
        return
    weakest = min(fitting, key=lambda index: draft.strength[index])
    for index in np.flatnonzero(draft.strength < CONTRADICTED):
        enough = own[index] > (_OWN_SHARE_IF_MOST if own[index] > most else _OWN_SHARE)
        item = scene.items[int(index)]
        only_color = len(draft.reasons[index]) == 1 and draft.reasons[index][0] == (
            f'it is {item.color_words()}'
        )
        if enough and only_color:
            draft.strength[index] = draft.strength[weakest]
            draft.chance[index] = draft.chance[weakest]
            draft.reasons[index].clear()
            draft.level = True


def _select(said: Sequence[Modifier], scene: Scene, members: FloatArray) -> FloatArray:
    """Chance (n,) to be the one that superlatives, ordinals and places choose among members."""
    chance = members
    chooses = any(isinstance(m, Extreme | Ordinal) for m in said)
    for place in said:
        if isinstance(place, Place) and not chooses:
            chance = _outermost(place, scene, chance)
    for extreme in said:
        if isinstance(extreme, Extreme):
            if extreme.landmark is not None:
                chance = _nearest(extreme, extreme.landmark, scene, chance)
                continue
            values = _values(extreme.measure, extreme.sign, scene)
            chance = nth(values, chance, extreme.rank, _MARGINS[extreme.measure])
            if extreme.measure in _SIZES and extreme.sign < 0:
                cut = np.array([item.cut_off for item in scene.items], bool)
                chance = np.where(cut, 0.5 * chance, chance)
    for ordinal in said:
        if isinstance(ordinal, Ordinal) and ordinal.side is not None:
            values = _toward(ordinal.side, scene)
            chance = nth(values, chance, ordinal.rank, _COUNTED)
    for degree in said:
        if isinstance(degree, Degree):
            values = _values(degree.measure, degree.sign, scene)
            chance = nth(values, chance, 1, _MARGINS[degree.measure])
    return chance


def _outermost(place: Place, scene: Scene, members: FloatArray) -> FloatArray:
    """Chance (n,) to be the one at a side: of several the outermost."""
    values = relations.sidedness(scene.items, scene.view, place.side)
    if place.side in (Side.LEFT, Side.RIGHT):
        values = _toward(place.side, scene)
    there = int((members > 0.5 * max(members.max(), FLOOR)).sum())
    return nth(values, members, 1, _OUTER_OF_TWO if there <= 2 else _OUTER)


def _toward(side: Side, scene: Scene) -> FloatArray:
    """How far toward a side each thing (n,) is, for counting from there."""
    across = scene.view.across(scene.items)
    if side is Side.LEFT:
        return -across
    if side is Side.RIGHT:
        return across
    if side is Side.MIDDLE:
        return np.asarray(-np.abs(across - 0.5))
    away = scene.view.ground(scene.items)[:, 1]
    return away if side is Side.BACK else -away


def _values(measure: str, sign: int, scene: Scene) -> FloatArray:
    """A measure of each thing (n,), larger for what is meant."""
    items = scene.items
    if measure == 'right':
        values = scene.view.across(items)
    elif measure == 'middle':
        values = -np.abs(scene.view.across(items) - 0.5)
    elif measure == 'distance':
        values = np.array([float(np.linalg.norm(item.position)) for item in items])
    elif measure == 'lightness':
        values = np.array([fits.lightness(item) for item in items])
    else:
        values = np.log([max(float(getattr(item, measure)), 1e-9) for item in items])
    return np.asarray(sign * values)


def _nearest(extreme: Extreme, landmark: Node, scene: Scene, members: FloatArray) -> FloatArray:
    """Chance (n,) to be the nearest or farthest of the members, over what the landmark may be.

    Args:
        extreme: which of them.
        landmark: what the distance is measured from.
        scene: what is seen.
        members: (n,) chance of each to be one of those that are compared.
    """
    chance = _find_landmark(landmark, scene, None)
    ground = scene.view.ground(scene.items)
    apart = extreme.sign * np.linalg.norm(ground[:, None] - ground[None], axis=-1)
    found = np.zeros(len(members))
    for index, share in enumerate(chance / max(chance.sum(), FLOOR)):
        # A landmark is not the one that is nearest to it.
        others = np.where(np.arange(len(members)) == index, 0.0, members)
        if share > FLOOR:
            found += share * nth(apart[index], others, extreme.rank, _MARGINS['to'])
    return found


def unseen_of(node: Node) -> tuple[Unseen, ...]:
    """Words of a node, not of its landmarks, that neither colour nor depth can confirm."""
    if not isinstance(node, Thing):
        return tuple(word for part in _parts(node) for word in unseen_of(part))
    own = tuple(said for said in node.said if isinstance(said, Unseen))
    groups = [said.things for said in node.said if isinstance(said, OneOf)]
    return own + tuple(word for group in groups for word in unseen_of(group))


def is_known(posture: Posture, scene: Scene) -> bool:
    """Whether a form was measured of all things."""
    return all(fits.posture_fit(posture.name, item) is not None for item in scene.items)
