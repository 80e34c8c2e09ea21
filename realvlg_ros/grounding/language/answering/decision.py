"""What follows from how things fit a sentence: one is meant, several may be, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ....arrays import FloatArray
from ..tree.kinds import Intent
from ..tree.syntax import AllOf, AnyOf, Node, Sentence, Thing
from ..weighing.evaluation import weigh
from ..weighing.scene import Scene
from ..weighing.weights import Weights
from .doubts import doubtful_words
from .risk import VETO, is_verified, meant_by, risk_of_words
from .understood import not_understood

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
# What means no object, with why.
NO_OBJECT = {
    Intent.STOP: 'asks to stop, and means no object',
    Intent.GREETING: 'is a greeting, and means no object',
    Intent.YES: 'answers a question, and none waits: no object is meant',
    Intent.NO: 'answers a question, and none waits: no object is meant',
    Intent.NOTHING: 'names no object',
    Intent.OTHER_SCRIPT: 'is in a script that no lexicon is written in: no object is understood',
}


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
    count = len(scene.items)
    if sentence.intent in NO_OBJECT:
        why = NO_OBJECT[sentence.intent]
        return Verdict(Outcome.NONE, (), np.zeros(count), 1.0, (), ((),) * count, why)
    first = sentence.first
    several = isinstance(sentence.thing, AllOf)
    readings = [first] if several else list(sentence.wanted) or [Thing()]
    weights = [weigh(reading, scene) for reading in readings]
    meant = _together([meant_by(each) for each in weights])
    best = weights[0]
    doubts = doubtful_words(sentence.thing)
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
    return _judged(verdict, sentence, scene, max_wrong)


def _by_hints(order: tuple[int, ...], node: Node, scene: Scene) -> tuple[int, ...]:
    """The candidates, those that a hint speaks for first; the best by the words stays first."""
    name = node.noun.text if isinstance(node, Thing) else ''
    hints = scene.hints.get(name)
    if hints is None or len(order) < 2:
        return order
    return tuple(sorted(order, key=lambda index: -float(hints[index])))


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


def _judged(verdict: Verdict, sentence: Sentence, scene: Scene, max_wrong: float) -> Verdict:
    """The verdict with its risk, found where that is small enough and all was understood."""
    best = verdict.order[0]
    node = sentence.first
    if isinstance(node, AnyOf):
        options = [weigh(option, scene).chance[best] for option in node.options]
        node = node.options[int(np.argmax(options))]
    risk = 1.0 - float(verdict.scores[best])
    risk += risk_of_words(node, best, scene) if isinstance(node, Thing) else VETO
    why = verdict.why or not_understood(sentence, best, scene)
    found = not why and risk <= max_wrong + _ROUNDING
    return replace(
        verdict,
        outcome=Outcome.FOUND if found else Outcome.SEVERAL,
        risk=min(risk, 1.0),
        why=why,
        noun_verified=is_verified(node, best, scene),
    )
