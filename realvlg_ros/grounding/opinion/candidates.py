"""The things that a model names, as candidates of an answer that is not OK."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...frame import RgbdFrame
from ...image_region import Box, RegionMask
from ..grounding import Grounding, GroundingStatus, ObjectCandidate
from ..language.answering.question import tell_apart
from ..tabletop.boxes import scene_of_boxes

# Candidates of a question. Chosen: more are not remembered when heard.
MAX_CANDIDATES = 4
# Boxes with a larger overlap (intersection over union) are of one thing. Chosen: models that
# repeat themselves write nearly the same box again; two mugs never overlap so much.
_SAME = 0.7


@dataclass(frozen=True)
class Named:
    """One thing that a model names.

    Attributes:
        box: in the image, px.
        score: 0 to 1.
        label: what the model calls it; may be empty.
        mask: in the image, where it is known already.
    """

    box: Box
    score: float
    label: str = ''
    mask: RegionMask | None = None


def distinct(things: Sequence[Named]) -> list[Named]:
    """Each thing once, the best first."""
    kept: list[Named] = []
    for thing in sorted(things, key=lambda each: -each.score):
        if all(thing.box.iou(other.box) < _SAME for other in kept):
            kept.append(thing)
    return kept


def candidates_of(
    frame: RgbdFrame, label: str, things: Sequence[Named]
) -> tuple[ObjectCandidate, ...]:
    """Candidates with words that tell them apart.

    Args:
        frame: colour and depth.
        label: what was asked for.
        things: that were named.
    """
    scene, numbers = scene_of_boxes(frame, [thing.box for thing in things])
    told = dict(zip(numbers, tell_apart(range(len(numbers)), scene), strict=True))
    places = {
        number: scene.items[index].position.astype(np.float64)
        for index, number in enumerate(numbers)
    }
    return tuple(
        ObjectCandidate(
            thing.label or label,
            told.get(number, place_of(thing.box, frame)),
            thing.score, thing.box, places.get(number), thing.mask,
        )
        for number, thing in enumerate(things)
    )  # fmt: skip


def as_question(base: Grounding, frame: RgbdFrame, things: Sequence[Named], why: str) -> Grounding:
    """The answer that several things may be meant, or one that is not sure.

    Args:
        base: of the request; candidates_fit says whether all things fit all words.
        frame: colour and depth.
        things: that may be meant, the likeliest first.
        why: what keeps it from being sure; may be empty.
    """
    shown = candidates_of(frame, base.label, things[:MAX_CANDIDATES])
    words = [each.description for each in shown]
    if len(shown) == 1:
        message = f'one thing may be {base.label!r}, which is not sure'
        question = f'Do you mean {words[0]}?'
    else:
        message = f'{len(things)} things may be {base.label!r}'
        words += ['another one'] * (len(things) > len(shown))
        question = f'Which {base.label} do you mean: {" or ".join(words)}?'
    return replace(
        base, status=GroundingStatus.AMBIGUOUS, message=message + (f'; {why}' if why else ''),
        score=things[0].score, candidates=shown, question=question,
        candidates_fit=base.candidates_fit and 1 < len(shown) == len(things),
    )  # fmt: skip


def as_not_found(
    base: Grounding, frame: RgbdFrame, things: Sequence[Named], why: str
) -> Grounding:
    """The answer that none of what was named is meant.

    Args:
        base: of the request.
        frame: colour and depth.
        things: that came nearest.
        why: the evidence.
    """
    nearest = candidates_of(frame, base.label, things[:3]) if things else ()
    return replace(
        base, status=GroundingStatus.NOT_FOUND, message=f'nothing fits {base.label!r}: {why}',
        candidates_fit=False,
        score=max((thing.score for thing in things), default=0.0), candidates=nearest,
    )  # fmt: skip


def place_of(box: Box, frame: RgbdFrame) -> str:
    """Where in the image, in words."""
    x, y = box.center
    across = ('left', 'middle', 'right')[min(2, int(3 * x / frame.color.shape[1]))]
    down = ('top', 'middle', 'bottom')[min(2, int(3 * y / frame.color.shape[0]))]
    return f'the one at the {down} {across} of the image'
