"""Whether an answer to a sentence is right, given the true masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.grounding.sentences import AMBIGUOUS, OK, Sentence
from benchmarks.grounding.truth import Seen, Truth
from realvlg_ros.arrays import BoolArray
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask

# An answer is of a thing when its mask has this intersection over union with it at least.
RIGHT_IOU = 0.5
RIGHT, ASKED, NOT_FOUND, WRONG, REFUSED = 'right', 'asked', 'not found', 'wrong', 'refused'
OUTCOMES = (RIGHT, ASKED, NOT_FOUND, WRONG, REFUSED)


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth.

    Attributes:
        outcome: one of OUTCOMES.
        iou: of the mask with the thing meant, where it is right; else NaN.
        offered: whether the thing meant is among the candidates of a question.
        taken: name of the thing that the answer's mask shows most of, or ''.
    """

    outcome: str
    iou: float = float('nan')
    offered: bool = False
    taken: str = ''


def judge(sentence: Sentence, truth: Truth, answer: Grounding) -> Verdict:
    """What an answer to a sentence is worth.

    Args:
        sentence: that was asked.
        truth: of the scene.
        answer: to it.
    """
    meant = [s for s in truth.seen if s.index in sentence.things]
    if answer.status is GroundingStatus.NOT_FOUND:
        outcome = RIGHT if sentence.status == 'NOT_FOUND' else NOT_FOUND
        return Verdict(outcome)
    if answer.status is GroundingStatus.AMBIGUOUS:
        return _asked(sentence, truth, answer, meant)
    if answer.status is not GroundingStatus.OK or answer.mask is None:
        return Verdict(REFUSED)
    mask = answer.mask.to_full(*truth.seen[0].mask.shape)
    ious = [iou(mask, s.mask) for s in meant]
    best = max(ious, default=0.0)
    right = sentence.status == OK and best >= RIGHT_IOU
    return Verdict(
        RIGHT if right else WRONG, best if right else float('nan'), taken=_most(mask, truth)
    )


def _asked(sentence: Sentence, truth: Truth, answer: Grounding, meant: Sequence[Seen]) -> Verdict:
    """The worth of a question.

    Args:
        sentence: that was asked.
        truth: of the scene.
        answer: that asks back.
        meant: the things that answer the sentence.
    """
    shape = truth.seen[0].mask.shape
    masks = [_mask(c.mask, shape) for c in answer.candidates if c.mask is not None]
    offered = [s for s in meant if any(iou(mask, s.mask) >= 0.3 for mask in masks)]
    if sentence.status != AMBIGUOUS:
        enough = sentence.kind == 'plural' and len(offered) == len(meant)
        return Verdict(RIGHT if enough else ASKED, offered=bool(offered))
    return Verdict(RIGHT if len(offered) >= min(2, len(meant)) else ASKED, offered=bool(offered))


def iou(one: BoolArray, other: BoolArray) -> float:
    """Intersection over union of two masks."""
    return float((one & other).sum() / max(int((one | other).sum()), 1))


def _mask(region: RegionMask, shape: tuple[int, ...]) -> BoolArray:
    return region.to_full(shape[0], shape[1])


def _most(mask: BoolArray, truth: Truth) -> str:
    """Name of the thing of which a mask shows most, or ''."""
    shares = [(float((mask & s.mask).sum()), s.placed.item.name) for s in truth.seen]
    share, name = max(shares, default=(0.0, ''))
    return name if share > 0.3 * np.count_nonzero(mask) else ''
