"""What a sentence says beside the name of a thing, checked against the boxes of a detector.

Detectors know names, and take a colour or a place for a hint. A box whose colour, place or size
contradicts the words is not meant, however high it scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..frame import RgbdFrame
from ..image_region import Box
from .language.answering.decision import NO_OBJECT, Outcome, decide
from .language.sentences.parser import understand
from .language.tree.kinds import Intent
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
)
from .language.weighing.scene import Scene
from .tabletop.boxes import scene_of_boxes

# Boxes that are looked at. Chosen: more things are not told apart.
_MOST_BOXES = 24


@dataclass(frozen=True)
class CheckedBoxes:
    """Which boxes a sentence may mean.

    Attributes:
        kept: numbers of the boxes that nothing contradicts, the best first.
        sure: whether words single one out, or leave the choice to the scores.
        why: what was contradicted or not understood, in words.
        parse: how the sentence was read.
    """

    kept: tuple[int, ...]
    sure: bool = True
    why: str = ''
    parse: str = ''


def check_boxes(
    frame: RgbdFrame, instruction: str, boxes: Sequence[Box], scores: Sequence[float]
) -> CheckedBoxes:
    """Check the boxes of things that a detector found by name.

    Args:
        frame: colour and depth.
        instruction: the sentence.
        boxes: in the image, px.
        scores: of each, 0 to 1, falling.
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
    scene, numbers = scene_of_boxes(frame, boxes[:_MOST_BOXES])
    # The detector has told what the things are; landmarks of other names it was not asked for.
    bare = replace(sentence, wanted=tuple(_bare(node) for node in sentence.wanted))
    checked = CheckedBoxes(every, parse=parse)
    if numbers and _says_more(bare):
        checked = _chosen(bare, scene, numbers, scores, parse)
    others = _others(sentence.first)
    # That the only one is beside another is believed, not that it is none of those excluded.
    excludes = any(isinstance(said, Except) for said in others)
    if others and (excludes or len(checked.kept) > 1):
        return replace(checked, sure=False, why='what is said of other things is not checked')
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
        reasons = [reason for each in verdict.reasons for reason in each]
        return CheckedBoxes((), True, verdict.why or '; '.join(dict.fromkeys(reasons)), parse)
    order = [numbers[index] for index in verdict.order]
    if not _selects(sentence):
        order.sort(key=lambda number: -scores[number])
    dropped = int(np.sum([number not in order for number in numbers]))
    why = f'{dropped} contradicted by what is said' if dropped else ''
    sure = verdict.outcome is Outcome.FOUND or not _selects(sentence)
    return CheckedBoxes(tuple(order), sure and not verdict.why, verdict.why or why, parse)


def _bare(node: Node) -> Node:
    """The node without its name, and without what takes landmarks."""
    if isinstance(node, AnyOf):
        return AnyOf(tuple(_bare(option) for option in node.options))
    if isinstance(node, AllOf):
        return _bare(node.parts[0])
    said = tuple(m for m in node.said if _is_checked(m))
    return replace(node, noun=Noun(), said=said)


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


def _selects(sentence: Sentence) -> bool:
    """Whether one of several is chosen by words, not by how well each fits."""
    return any(isinstance(m, Extreme | Ordinal | Degree | Place) for m in _said(sentence))
