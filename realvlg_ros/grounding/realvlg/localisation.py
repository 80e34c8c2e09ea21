"""From the boxes or points that a model names to the one thing that is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...frame import RgbdFrame
from ...image_region import RegionMask
from ...segmentation.segmenter import Segmenter
from ..grounding import Grounding
from ..opinion.candidates import Named, as_not_found, as_question, distinct
from ..opinion.referee import OFF, VETO, Opinion, Referee
from ..opinion.seen_things import SeenThings
from .answer.decoder import Answer
from .coordinates import AnswerFrame
from .request import Asked


@dataclass(frozen=True)
class Located:
    """How the search for a thing ended.

    Attributes:
        thing: the one that is meant; None where the answer is another.
        refusal: the answer where no one thing is meant, or it is not there.
        notes: parts of the message of an answer that is OK.
    """

    thing: Named | None = None
    refusal: Grounding | None = None
    notes: tuple[str, ...] = ()


def named_by(
    answer: Answer,
    frame: AnswerFrame,
    image: RgbdFrame,
    segmenter: Segmenter,
    seen: Callable[[], SeenThings],
) -> tuple[list[Named], str]:
    """The things that an answer names, each once, and what is to be said of those left out.

    A point becomes the mask of what it lies on: the segmenter's, or that of the thing which
    stands out of the support there.

    Args:
        answer: boxes or points.
        frame: of its numbers.
        image: colour and depth.
        segmenter: turns points into masks, where it can.
        seen: what stands on the support; asked where it is needed.
    """
    score = answer.confidence.score
    if answer.task.is_box:
        boxes = [(frame.to_box(item.values), item) for item in answer.items]
        return distinct([Named(b, _or(i.score, score), i.label) for b, i in boxes]), ''
    things, missed = [], []
    for item in answer.items:
        point = frame.to_point(item.values)
        mask = _mask_at(point, image, segmenter, seen)
        if mask is None:
            missed.append('({:.0f}, {:.0f})'.format(*point))
        else:
            things.append(Named(mask.box, _or(item.score, score), item.label, mask))
    where = (
        f'the model points to {", ".join(missed)}, where nothing stands out of the support; '
        'SAM 2 (sam2_checkpoint) also shows what lies flat'
    )
    return distinct(things), where if missed else ''


def _mask_at(
    point: tuple[float, float],
    image: RgbdFrame,
    segmenter: Segmenter,
    seen: Callable[[], SeenThings],
) -> RegionMask | None:
    """What is at a point, px: by the segmenter, else the thing that stands there."""
    found = segmenter.segment_point(image, point)
    if found is not None:
        return found.mask
    number = seen().at(*point)
    return None if number is None else seen().regions[number]


def _or(score: float | None, other: float) -> float:
    return other if score is None else score


class Judge:
    """Decides what an answer about a thing means, with the second opinion on it."""

    def __init__(self, referee: str) -> None:
        """Take the mode of the second opinion: off, warn or veto."""
        self._mode = referee
        self._referee = Referee()

    @property
    def is_on(self) -> bool:
        """Whether there is a second opinion."""
        return self._mode != OFF

    def single(
        self, base: Grounding, image: RgbdFrame, asked: Asked, thing: Named, seen: SeenThings
    ) -> Located:
        """One thing that a model says is meant.

        Args:
            base: of the request.
            image: colour and depth.
            asked: the instruction.
            thing: that was named.
            seen: what stands on the support.
        """
        opinion = self._referee.look(image, asked.sentence, asked.instruction, thing.box, seen)
        if not opinion.against:
            return Located(thing, notes=opinion.notes)
        if self._mode != VETO:
            said = f'second opinion: {opinion.against}'
            return Located(thing, notes=(said, *opinion.notes))
        return Located(refusal=self._vetoed(base, image, thing, seen, opinion))

    @staticmethod
    def _vetoed(
        base: Grounding, image: RgbdFrame, thing: Named, seen: SeenThings, opinion: Opinion
    ) -> Grounding:
        if not opinion.several:
            return as_not_found(base, image, [thing], opinion.against)
        parts = [seen.regions[number] for number in opinion.several]
        inner = [Named(part.box, thing.score, '', part) for part in parts]
        return as_question(base, image, inner, opinion.against)


def chosen(
    base: Grounding,
    image: RgbdFrame,
    things: Sequence[Named],
    kept: Sequence[int],
    sure: bool,
    why: str,
) -> Located:
    """One of several things, where words choose it.

    Args:
        base: of the request.
        image: colour and depth.
        things: that were named.
        kept: numbers of those that may be meant, the likeliest first.
        sure: whether the first of them is the one.
        why: what was contradicted or not understood, in words.
    """
    if not kept:
        return Located(refusal=as_not_found(base, image, things, why or 'nothing is meant'))
    if not sure:
        return Located(refusal=as_question(base, image, [things[n] for n in kept], why))
    note = f'chosen by its words among {len(things)}' if len(things) > 1 else ''
    return Located(things[kept[0]], notes=tuple(filter(None, (note, why))))
