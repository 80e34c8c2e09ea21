"""What a sentence says beside the name of a thing, checked against boxes of things of that name.

Detectors and models know names, and take a colour or a place for a hint. A box whose colour, place
or size contradicts the words is not meant, however high it scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ..frame import RgbdFrame
from ..image_region import Box
from .language.answering.decision import NO_OBJECT, Outcome, Verdict, decide
from .language.answering.doubts import names_of
from .language.sentences.parser import understand
from .language.tree.kinds import Intent, NounKind
from .language.tree.notation import readings
from .language.tree.syntax import (
    AllOf,
    AnyOf,
    Color,
    Degree,
    Either,
    Except,
    Extreme,
    Modifier,
    Node,
    Not,
    Noun,
    Ordinal,
    Place,
    Posture,
    Sentence,
    Thing,
)
from .language.weighing.scene import Scene
from .tabletop.boxes import scene_of_boxes

# Boxes that are looked at. Chosen: more things are not told apart.
_MOST_BOXES = 24
# Where one thing alone is checked, a colour that it shows on this share is not contradicted.
# Measured by benchmarks.referee: on real frames half of the contradictions of true boxes are of
# things that show more, on simulated ones few of wrong boxes.
_SOME = 0.05
_NO_LANDMARKS: Mapping[str, Sequence[Box]] = MappingProxyType({})


@dataclass(frozen=True)
class CheckedBoxes:
    """Which boxes a sentence may mean.

    Attributes:
        kept: numbers of the boxes that nothing contradicts, the best first.
        sure: whether words single one out, or leave the choice to the scores.
        why: what was contradicted or not understood, in words.
        parse: how the sentence was read.
        by_words: whether the first is the one that words choose, whatever the scores of others.
    """

    kept: tuple[int, ...]
    sure: bool = True
    why: str = ''
    parse: str = ''
    by_words: bool = False


def check_boxes(
    frame: RgbdFrame,
    instruction: str,
    boxes: Sequence[Box],
    scores: Sequence[float],
    landmarks: Mapping[str, Sequence[Box]] = _NO_LANDMARKS,
    complete: bool = True,
) -> CheckedBoxes:
    """Check the boxes of things that were found by name.

    Args:
        frame: colour and depth.
        instruction: the sentence.
        boxes: in the image, px.
        scores: of each, 0 to 1, falling.
        landmarks: boxes of the other things that the sentence names, by those names; where all of
            them are given, relations to them are checked as well.
        complete: whether the boxes are of all things of that name; else only what a thing shows
            alone is checked, not its place among others.
    """
    sentence = understand(instruction)
    parse = readings(sentence)
    every = tuple(range(len(boxes)))
    if sentence.intent in NO_OBJECT:
        return CheckedBoxes((), True, 'no object is meant', parse)
    if sentence.intent is Intent.FORBID:
        return CheckedBoxes(every, False, 'it says what is not to be taken', parse)
    if not boxes or not sentence.wanted:
        return CheckedBoxes(every, parse=parse)
    if sentence.unknown:
        words = ', '.join(f'"{word}"' for word in sentence.unknown)
        return CheckedBoxes(every, False, f'not understood: {words}', parse)
    if complete and _knows_all(sentence, landmarks):
        return _related(frame, sentence, boxes[:_MOST_BOXES], landmarks, parse)
    scene, numbers = scene_of_boxes(frame, boxes[:_MOST_BOXES])
    # The detector has told what the things are; landmarks of other names it was not asked for.
    bare = replace(sentence, wanted=tuple(_bare(node, complete) for node in sentence.wanted))
    checked = CheckedBoxes(every, parse=parse)
    if numbers and (_says_more(bare) or _is_free(bare)):
        checked = _chosen(bare, scene, numbers, scores, parse)
        if not (complete or checked.kept) and _shows_some(bare, scene):
            checked = CheckedBoxes(every, parse=parse)
    others = _others(sentence.first) if complete else []
    # That the only one is beside another is believed, not that it is none of those excluded.
    excludes = any(isinstance(said, Except) for said in others)
    if others and (excludes or len(checked.kept) > 1):
        return replace(checked, sure=False, why='what is said of other things is not checked')
    if len(boxes) > _MOST_BOXES:
        return replace(checked, sure=False, why=f'more than {_MOST_BOXES} things are named')
    return checked


def _chosen(
    sentence: Sentence,
    scene: Scene,
    numbers: Sequence[int],
    scores: Sequence[float],
    parse: str,
) -> CheckedBoxes:
    """What the verdict on the things in the boxes leaves of them."""
    verdict = decide(sentence, scene)
    if verdict.outcome is Outcome.NONE:
        return CheckedBoxes((), True, _reason(verdict), parse)
    order = [numbers[index] for index in verdict.order]
    if not _selects(sentence):
        order.sort(key=lambda number: -scores[number])
    dropped = int(np.sum([number not in order for number in numbers]))
    why = f'{dropped} contradicted by what is said' if dropped else ''
    found = verdict.outcome is Outcome.FOUND
    sure = found or not _selects(sentence)
    return CheckedBoxes(
        tuple(order), sure and not verdict.why, verdict.why or why, parse,
        found and (_selects(sentence) or _is_free(sentence)),
    )  # fmt: skip


def _knows_all(sentence: Sentence, landmarks: Mapping[str, Sequence[Box]]) -> bool:
    """Whether boxes are known of all things that a sentence names beside the one it asks for."""
    names = other_names(sentence)
    return bool(names) and set(names) <= set(landmarks)


def other_names(sentence: Sentence) -> tuple[str, ...]:
    """Names of the things by which a sentence says which thing it asks for.

    Empty where it says nothing of others, or where a name is missing that would be needed.
    """
    node = sentence.thing
    if not isinstance(node, Thing) or node.noun.kind is NounKind.GENERIC:
        return ()
    names = tuple(name for name in names_of(node) if name != node.noun.text)
    return names if _others(node) and len(sentence.wanted) == 1 else ()


def _related(
    frame: RgbdFrame,
    sentence: Sentence,
    boxes: Sequence[Box],
    landmarks: Mapping[str, Sequence[Box]],
    parse: str,
) -> CheckedBoxes:
    """The verdict on boxes of all things that a sentence names."""
    node = sentence.thing
    name = node.noun.text if isinstance(node, Thing) else ''
    named = [(name, box) for box in boxes]
    named += [(other, box) for other in other_names(sentence) for box in landmarks[other]]
    named = named[:_MOST_BOXES]
    scene, numbers = scene_of_boxes(frame, [box for _, box in named])
    bears = {each: np.array([float(named[n][0] == each) for n in numbers])
             for each in {name, *landmarks}}  # fmt: skip
    verdict = decide(sentence, replace(scene, nouns=bears))
    if verdict.outcome is Outcome.NONE:
        return CheckedBoxes((), True, _reason(verdict), parse)
    order = tuple(numbers[i] for i in verdict.order if numbers[i] < len(boxes))
    found = verdict.outcome is Outcome.FOUND and bool(order)
    return CheckedBoxes(order, found, verdict.why, parse, found)


def _reason(verdict: Verdict) -> str:
    reasons = [reason for each in verdict.reasons for reason in each]
    return verdict.why or '; '.join(dict.fromkeys(reasons))


def _bare(node: Node, complete: bool) -> Node:
    """The node without its name, and without what takes landmarks, or things to compare with.

    Args:
        node: of a sentence.
        complete: whether the things to compare with are known.
    """
    if isinstance(node, AnyOf):
        return AnyOf(tuple(_bare(option, complete) for option in node.options))
    if isinstance(node, AllOf):
        return _bare(node.parts[0], complete)
    is_checked = _is_checked if complete else _shows_alone
    said = tuple(m for m in node.said if is_checked(m))
    if not complete:
        # Of several colours one side may show one alone.
        said = tuple(_any_of_it(m) for m in said)
    count, every = (node.count, node.every) if complete else (0, False)
    return replace(node, noun=Noun(), said=said, count=count, every=every)


def _shows_some(sentence: Sentence, scene: Scene) -> bool:
    """Whether a thing shows a little of a colour that is asked for: prints and parts have some."""
    asked = [part for said in _said(sentence) for part in getattr(said, 'options', (said,))]
    names = {name for part in asked if isinstance(part, Color) for name in part.names}
    return any(item.shows_itself(name) >= _SOME for item in scene.items for name in names)


def _any_of_it(said: Modifier) -> Modifier:
    """The colours of a thing as alternatives."""
    if not isinstance(said, Color) or len(said.names) < 2:
        return said
    return Either(tuple(Color((name,)) for name in said.names))


def _shows_alone(said: Modifier) -> bool:
    """Whether a thing shows by itself if it holds."""
    parts = said.options if isinstance(said, Either) else (said,)
    parts = tuple(part.part if isinstance(part, Not) else part for part in parts)
    return all(isinstance(part, Color | Posture) for part in parts)


def _is_checked(said: Modifier) -> bool:
    """Whether a thing alone tells if it holds; of an extreme, those of its name do."""
    if isinstance(said, Not):
        return _is_checked(said.part)
    if isinstance(said, Extreme):
        return said.landmark is None
    return isinstance(said, Color | Either | Degree | Ordinal | Place | Posture)


def _others(node: Node) -> list[Modifier]:
    """What a sentence says of other things, which the detector was not asked for."""
    return [
        said
        for thing in node.things
        for said in thing.said
        if (said.part if isinstance(said, Not) else said).landmarks
    ]


def _said(sentence: Sentence) -> list[Modifier]:
    """All that is said of the things of the likeliest reading."""
    return [m for thing in sentence.first.things for m in thing.said]


def _says_more(sentence: Sentence) -> bool:
    return bool(_said(sentence))


def _is_free(sentence: Sentence) -> bool:
    """Whether any of those that fit will do."""
    return isinstance(sentence.thing, Thing) and sentence.thing.free


def _selects(sentence: Sentence) -> bool:
    """Whether one of several is chosen by words, not by how well each fits."""
    return any(isinstance(m, Extreme | Ordinal | Degree | Place) for m in _said(sentence))
