"""What follows from how things fit a sentence: one is meant, several may be, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ...arrays import FloatArray
from . import fits
from .evaluation import (
    CONTRADICTED,
    NEUTRAL,
    Scene,
    Weights,
    color_speaks_for_noun,
    is_known,
    says_nothing,
    unseen_of,
    weigh,
)
from .seen import Seen
from .syntax import (
    AllOf,
    AnyOf,
    Color,
    Compared,
    Degree,
    Either,
    Except,
    Extreme,
    Intent,
    Modifier,
    Node,
    Not,
    Noun,
    NounKind,
    OneOf,
    Ordinal,
    Place,
    Posture,
    Related,
    Sentence,
    Thing,
    Unseen,
)

# Evidence that is so many times stronger singles a thing out at this risk. Chosen: a smaller
# difference is asked about, also where the noun adds its own risk.
_CLEAR_RATIO, _CLEAR_RISK = 1.6, 0.03
_SHARPNESS = float(np.log(1 / _CLEAR_RISK - 1) / np.log(_CLEAR_RATIO))
# Sums of risks are compared with this tolerance. Chosen: rounding.
_ROUNDING = 1e-6
# Weights of two readings of a sentence, the likelier first. Chosen: what follows a landmark is
# mostly said of it, but not always.
_READINGS = (0.7, 0.3)
# A thing that is less likely than the best by this factor is no candidate. Chosen: the risk that
# a person takes.
_CANDIDATE = 0.05
# Of several that will do, one that is less likely than the best by this factor will not. Chosen:
# less is what a small risk leaves.
_AS_LIKELY = 0.95
# Risks that add up, each the share of answers that would be wrong. Chosen: a word that nothing
# contradicts is seldom wrong where others single the thing out, and often where none do; a noun
# is what most sentences turn on.
_SHAPED_NOUN = 0.02
_COLORED_NOUN = 0.035
_UNSEEN_WORD = 0.02
_GUESS = 0.2
_VETO = 0.5
# What shows a colour itself on less than this share only passes for it. Chosen: the blurred border
# and a reflection take as much.
_PASSES = 0.05
# Of several colours each must be shown itself on this share. Chosen: a stripe of print takes 7 %.
_EACH = 0.06
# So does what shows it on less than this share of what its main colour covers, where that passes
# for it. Chosen: on real frames black, grey and yellow things that were meant show half and more;
# of three that were not, 11, 11 and 30 %.
_BY_MAIN = 0.33


class Outcome(Enum):
    """What is known of which thing is meant."""

    FOUND = 'found'
    SEVERAL = 'several'
    NONE = 'none'


@dataclass(frozen=True)
class Verdict:
    """Which of the things a sentence means.

    Attributes:
        outcome: one, several may be, or none.
        order: numbers of the things that may be meant, the likeliest first.
        scores: (n,) probability of each thing to be the one that is meant.
        risk: share of such answers that would be wrong, 0 to 1.
        doubts: words that colour and depth cannot confirm.
        reasons: for each thing, what contradicts.
        why: why none is meant, or what keeps the answer from being sure, in words.
        more: numbers of further things that are asked for beside the first.
        noun_verified: whether something recognised the thing by its name, or no name was said.
    """

    outcome: Outcome
    order: tuple[int, ...]
    scores: FloatArray
    risk: float
    doubts: tuple[str, ...]
    reasons: tuple[tuple[str, ...], ...]
    why: str = ''
    more: tuple[int, ...] = ()
    noun_verified: bool = False


def decide(sentence: Sentence, scene: Scene, max_wrong: float = 0.05) -> Verdict:
    """Choose among the things of a scene.

    Args:
        sentence: what was said.
        scene: what is seen.
        max_wrong: an answer that is wrong more often is asked about instead, 0 to 1.
    """
    node = sentence.thing
    first = node.parts[0] if isinstance(node, AllOf) else node
    readings = [first] if isinstance(node, AllOf) else list(sentence.wanted) or [Thing()]
    weights = [weigh(reading, scene) for reading in readings]
    meant = _together([_meant(each) for each in weights])
    best = weights[0]
    doubts = doubtful_words(node)
    missing = _nothing_fits(meant, weights)
    if missing is not None:
        order = tuple(int(i) for i in np.argsort(-best.strength * best.chance, kind='stable'))
        return Verdict(Outcome.NONE, order, meant, 1.0, doubts, best.reasons, missing)
    scores = meant / meant.sum()
    order = tuple(
        int(i)
        for i in np.argsort(-scores, kind='stable')
        if scores[i] >= _CANDIDATE * scores.max()
    )
    order = _by_hints(order, first, scene)
    verdict = Verdict(Outcome.SEVERAL, order, scores, 1.0, doubts, best.reasons)
    verdict = _counted(verdict, first, scene)
    return _judged(verdict, sentence, readings, scene, max_wrong)


def _by_hints(order: tuple[int, ...], node: Node, scene: Scene) -> tuple[int, ...]:
    """The candidates, those that a hint speaks for first; the best by the words stays first."""
    name = node.noun.text if isinstance(node, Thing) else ''
    hints = scene.hints.get(name)
    if hints is None or len(order) < 2:
        return order
    return tuple(sorted(order, key=lambda index: -float(hints[index])))


def names_of(node: Node) -> tuple[str, ...]:
    """The names in a node that something may recognise, its landmarks' and printed ones too."""
    if not isinstance(node, Thing):
        parts = node.options if isinstance(node, AnyOf) else node.parts
        return tuple(dict.fromkeys(name for part in parts for name in names_of(part)))
    names = [] if node.noun.kind is NounKind.GENERIC else [node.noun.text]
    names += [said.word for said in node.said if isinstance(said, Unseen) and said.why == 'text']
    for said in node.said:
        names += [name for landmark in landmarks_of(said) for name in names_of(landmark)]
    return tuple(dict.fromkeys(name for name in names if name))


def _meant(weights: Weights) -> FloatArray:
    """Weight (n,) of each thing to be meant by one reading; zeros where nothing fits."""
    strength = np.where(weights.level, 1.0, weights.strength)
    fitting = weights.strength >= CONTRADICTED
    likely = np.where(fitting, weights.chance, 0.0)
    if weights.missing or not len(likely) or likely.max() < CONTRADICTED:
        return np.zeros(len(likely))
    top = strength[likely >= CONTRADICTED].max()
    return np.asarray(likely * np.minimum(1.0, strength / top) ** _SHARPNESS)


def _together(meant: Sequence[FloatArray]) -> FloatArray:
    """Weights (n,) over the readings under which something fits."""
    found = [
        share * each / each.sum() * each.max()
        for share, each in zip(_READINGS, meant, strict=False)
        if len(each) and each.max() > 0
    ]
    return np.asarray(np.sum(found, axis=0)) if found else np.zeros(len(meant[0]))


def _nothing_fits(meant: FloatArray, weights: Sequence[Weights]) -> str | None:
    """Why no thing fits, which may be empty; None where one does."""
    if len(meant) and meant.max() > 0:
        return None
    return next((each.missing for each in weights if each.missing), '')


def _counted(verdict: Verdict, node: Node, scene: Scene) -> Verdict:
    """Where several are asked for, or any will do: the first is taken, the nearest of them."""
    if not isinstance(node, Thing) or not (node.count > 1 or node.every or node.free):
        return verdict
    near = sorted(
        verdict.order, key=lambda index: float(np.linalg.norm(scene.items[index].position))
    )
    many = node.count or len(near)
    if node.free or len(near) == many:
        # One that hardly fits is not taken since it is near.
        top = verdict.scores.max()
        first = next(index for index in near if verdict.scores[index] >= _AS_LIKELY * top)
        near = [first, *(index for index in near if index != first)]
        scores = np.zeros(len(verdict.scores))
        scores[first] = verdict.scores[first] / top
        more = () if node.free else tuple(near[1:])
        return replace(verdict, order=(near[0],), scores=scores, more=more)
    why = f'{node.count} are asked for, and {len(near)} may be meant'
    return replace(verdict, order=tuple(near), why=why)


def _judged(
    verdict: Verdict,
    sentence: Sentence,
    readings: Sequence[Node],
    scene: Scene,
    max_wrong: float,
) -> Verdict:
    """The verdict with its risk, found where that is small enough and all was understood."""
    best = verdict.order[0]
    node = readings[0]
    if isinstance(node, AnyOf):
        options = [weigh(option, scene).chance[best] for option in node.options]
        node = node.options[int(np.argmax(options))]
    verified = _is_verified(node, best, scene)
    risk = 1.0 - float(verdict.scores[best])
    risk += _risk_of_words(node, best, scene, verified) if isinstance(node, Thing) else _VETO
    why = verdict.why or _not_understood(sentence, best, scene)
    found = not why and risk <= max_wrong + _ROUNDING
    return replace(
        verdict,
        outcome=Outcome.FOUND if found else Outcome.SEVERAL,
        risk=min(risk, 1.0),
        why=why,
        noun_verified=verified,
    )


def _is_verified(node: Node, index: int, scene: Scene) -> bool:
    """Whether a thing was recognised by its name, or was given none."""
    if not isinstance(node, Thing) or node.noun.kind is NounKind.GENERIC:
        return isinstance(node, Thing)
    return _is_told(node.noun.text, index, scene)


def _is_told(name: str, index: int, scene: Scene) -> bool:
    """Whether a thing was recognised by a name, or the name was read on it."""
    chance = scene.nouns.get(name)
    return chance is not None and bool(chance[index] >= 1 - _GUESS)


def _not_understood(sentence: Sentence, index: int, scene: Scene) -> str:
    """What of a sentence keeps an answer from being sure; empty if nothing.

    A word that no lexicon has, and that a thing was recognised by, is understood.
    """
    unknown = [word for word in sentence.unknown if not _is_told(word, index, scene)]
    if unknown:
        words = ', '.join(f'"{word}"' for word in unknown)
        return f'not understood: {words}'
    if sentence.intent is Intent.FORBID or sentence.denies:
        return 'it says what is not to be taken, and not what is'
    return _open(sentence.thing, scene)


def _open(node: Node, scene: Scene) -> str:
    """What a node leaves open."""
    if not isinstance(node, Thing):
        parts = node.options if isinstance(node, AnyOf) else node.parts[:1]
        return next((why for part in parts if (why := _open(part, scene))), '')
    if node.pronoun == 'other':
        return 'it is not known which one was meant before'
    if node.pronoun and len(scene.items) > 1:
        return 'it is not known what was meant before'
    for said in node.said:
        landmarks = [thing for thing in landmarks_of(said) if isinstance(thing, Thing)]
        if any(thing.pronoun for thing in landmarks):
            return 'it is not known what was meant before'
        if isinstance(said, Ordinal) and said.side is None:
            return 'it is not said from which side to count'
        if isinstance(said, OneOf) and (why := _open(said.things, scene)):
            return why
        if isinstance(said, Posture | Not) and not _is_measured(said, scene):
            return 'what is said of its form is not seen'
    if not scene.view.known and _turns_on_sides(node):
        return 'the frame in which left and right are meant is not known'
    return ''


def _is_measured(said: Posture | Not, scene: Scene) -> bool:
    part = said.part if isinstance(said, Not) else said
    return not isinstance(part, Posture) or is_known(part, scene)


def _turns_on_sides(node: Thing) -> bool:
    """Whether a description says left, right, in front or behind."""
    return any(
        isinstance(said, Place | Ordinal | Related)
        or (isinstance(said, Extreme) and said.measure == 'right')
        for said in node.said
    )


def _risk_of_words(thing: Thing, index: int, scene: Scene, verified: bool) -> float:
    """What the words of a description leave open of a thing, as a share of wrong answers."""
    item = scene.items[index]
    told = _tells(thing, scene)
    risk = 0.0 if verified else _risk_of_noun(thing, index, told, scene)
    for word in unseen_of(thing):
        if not _is_told(word.word, index, scene):
            risk += _risk_of_word(word, thing, told, item, scene)
    if not scene.colorless and any(_only_passes(said, item) for said in thing.said):
        risk += _VETO
    if not scene.whole and not (_colors(thing) and not doubtful_words(thing)):
        risk += _GUESS
    if _lost_colors(thing) and scene.colorless:
        risk += _VETO
    return risk


def _risk_of_noun(thing: Thing, index: int, told: bool, scene: Scene) -> float:
    """What a noun that was not verified leaves open.

    Its form may contradict a name, and speaks for none: what singles a thing out is a colour, or
    words that would do so without the noun.
    """
    noun, item = thing.noun, scene.items[index]
    if noun.kind is NounKind.GENERIC:
        return 0.0
    if noun.kind is NounKind.SHAPE:
        if fits.is_too_small_a_part(noun.shape, item):
            return _VETO
        if not scene.whole:
            return _SHAPED_NOUN
        if NEUTRAL.issuperset(_colors(thing)):
            return _risk_of_form(thing, index, told, scene)
        # Where one of several is chosen, the chance of each to be one of them counts already.
        chosen = any(isinstance(said, Extreme | Ordinal) for said in thing.said)
        return 0.0 if chosen else _SHAPED_NOUN
    return _COLORED_NOUN if color_speaks_for_noun(thing, item) else _GUESS


def _risk_of_form(thing: Thing, index: int, told: bool, scene: Scene) -> float:
    """What a noun leaves open that form alone may confirm.

    A sentence that speaks of several things of a name, where several have its form and no other
    may, is right of that; a single thing of the form may be something else.
    """
    if _speaks_of_several(thing) and _is_plain_group(thing, scene):
        return _SHAPED_NOUN
    return min(_GUESS, _decided_by_noun(thing, index, scene)) if told else _GUESS


def _speaks_of_several(thing: Thing) -> bool:
    """Whether a description makes sense only where several things bear its noun."""
    return (
        thing.count > 1
        or thing.every
        or any(
            isinstance(m, Extreme | Ordinal | Degree | Place | Compared | Not | Except)
            for m in thing.said
        )
    )


def _is_plain_group(thing: Thing, scene: Scene) -> bool:
    """Whether two things or more, as many as asked for, surely have a form, and no other may."""
    shape = thing.noun.shape
    members = sum(fits.is_within(shape, item) for item in scene.items)
    others = [item for item in scene.items if not fits.is_within(shape, item)]
    plain = all(fits.shape_fit(shape, item, True)[0] < CONTRADICTED for item in others)
    return plain and members >= max(2, thing.count) and not says_nothing(shape)


def _decided_by_noun(thing: Thing, index: int, scene: Scene) -> float:
    """Share by which other things would be meant if the description named any object."""
    meant = _meant(weigh(replace(thing, noun=Noun()), scene))
    return 1.0 - float(meant[index] / meant.sum()) if meant.sum() > 0 else 1.0


def _risk_of_word(word: Unseen, thing: Thing, told: bool, item: Seen, scene: Scene) -> float:
    """What a word that nothing confirms leaves open."""
    if word.why in ('look', 'text'):
        return _VETO
    if told:
        own = thing.noun.kind is not NounKind.GENERIC or not _colors(thing)
        shown = own or color_speaks_for_noun(thing, item)
        return _UNSEEN_WORD if shown else _GUESS
    if thing.noun.kind is NounKind.SHAPE and len(scene.items) == 1 and word.why == 'material':
        return _UNSEEN_WORD
    return _GUESS


def _tells(thing: Thing, scene: Scene) -> bool:
    """Whether more than a noun is said that can be checked; alone nothing is bigger or left."""
    said: Sequence[Modifier] = thing.said
    if len(scene.items) == 1:
        said = [m for m in said if not isinstance(m, Degree | Extreme | Ordinal)]
    return any(
        isinstance(m, Color | Either | Degree | Extreme | Ordinal | Place | Posture | Related
                   | Compared | Not | Except | OneOf)
        or (isinstance(m, Unseen) and m.word in scene.nouns) for m in said
    )  # fmt: skip


def _colors(thing: Thing) -> list[str]:
    """The colours that a description asks for."""
    return [name for said in thing.said if isinstance(said, Color) for name in said.names]


def _lost_colors(node: Node) -> list[str]:
    """Colours of a node and its landmarks that an image without colour cannot show."""
    if not isinstance(node, Thing):
        parts = node.options if isinstance(node, AnyOf) else node.parts
        return [name for part in parts for name in _lost_colors(part)]
    found = [name for said in node.said for name in _names(said) if name not in NEUTRAL]
    for said in node.said:
        for landmark in landmarks_of(said):
            found += _lost_colors(landmark)
    return found


def _names(said: Modifier) -> list[str]:
    """Names of colours in a modifier."""
    if isinstance(said, Color):
        return list(said.names)
    if isinstance(said, Either):
        return [name for option in said.options for name in _names(option)]
    return _names(said.part) if isinstance(said, Not) else []


def landmarks_of(said: Modifier) -> tuple[Node, ...]:
    """The other things that a modifier speaks of."""
    if isinstance(said, Related):
        return said.landmarks
    if isinstance(said, Extreme) and said.landmark is not None:
        return (said.landmark,)
    if isinstance(said, Compared):
        return (said.standard,)
    return (said.things,) if isinstance(said, Except | OneOf) else ()


def lost_colors(sentence: Sentence, scene: Scene) -> tuple[str, ...]:
    """Colours that are asked for and that an image without colour cannot show."""
    return tuple(dict.fromkeys(_lost_colors(sentence.thing))) if scene.colorless else ()


def doubtful_words(node: Node) -> tuple[str, ...]:
    """Words of a node and its landmarks that neither colour nor depth can confirm."""
    if not isinstance(node, Thing):
        parts = node.options if isinstance(node, AnyOf) else node.parts
        return tuple(dict.fromkeys(word for part in parts for word in doubtful_words(part)))
    words = [said.word for said in node.said if isinstance(said, Unseen)]
    words += node.noun.beside
    if node.noun.kind in (NounKind.UNVERIFIED, NounKind.LARGE) and node.noun.text:
        words.append(node.noun.text)
    for said in node.said:
        words += [word for landmark in landmarks_of(said) for word in doubtful_words(landmark)]
    return tuple(dict.fromkeys(words))


def _only_passes(said: Modifier, item: Seen) -> bool:
    """Whether of a colour asked for a thing shows only what may pass for it.

    A small part of it beside much that passes for it is a reflection, a shade or another thing.
    """
    if not isinstance(said, Color):
        return False
    if len(said.names) > 1:
        return min(item.shows_itself(name) for name in said.names) < _EACH
    asked, main = said.names[0], item.main_colors[0]
    share, most = item.shows_itself(asked), item.shows_itself(main)
    passes = item.shows(asked) - share > _PASSES
    return share < _PASSES or bool(passes and share < _BY_MAIN * most)
