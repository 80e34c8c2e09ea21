"""A verdict turned into a Grounding: status, evidence, candidates and the question to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...camera.depth_check import UNIT_HINT
from ...frame import RgbdFrame
from ...image_region import Box, RegionMask
from ..grounding import Grounding, GroundingStatus, ObjectCandidate
from ..language.answering.decision import NO_OBJECT, Outcome, Verdict
from ..language.answering.doubts import lost_colors
from ..language.answering.question import tell_apart
from ..language.tree.kinds import Intent
from ..language.tree.notation import readings
from ..language.tree.syntax import AllOf, Noun, Sentence, Thing
from ..language.tree.wording import in_words
from ..language.vocabulary.shapes import shapes
from ..language.weighing.scene import Scene
from .attributes import SceneObject, attribute_words
from .color_part import ColorSplit, split_by_color
from .scene import TabletopScene

# Candidates that an answer holds, and that its question names. Chosen: more are not remembered
# when heard.
_MAX_CANDIDATES = 4
# Things of the scene that an answer holds. Chosen: more are not told apart in a picture.
_MAX_SEEN = 24
# An empty support nearer or farther than this, m, and a thing so many times larger or smaller than
# those of its name, may be due to the unit of the depth. Chosen: most cameras look at tables from
# within these, and the sizes in the lexicon have room.
_USUAL_SUPPORT_M = (0.2, 1.8)
_OTHER_SIZE = 1.4


@dataclass(frozen=True)
class Looked:
    """What an answer is made of.

    Attributes:
        frame: the image that was looked at.
        instruction: the sentence.
        sentence: what was understood of it.
        objects: everything seen on the support.
        working: what the objects were found in.
        scene: what the sentence was weighed against.
        verdict: what came of it.
    """

    frame: RgbdFrame
    instruction: str
    sentence: Sentence
    objects: Sequence[SceneObject]
    working: TabletopScene
    scene: Scene
    verdict: Verdict


def make_grounding(looked: Looked) -> Grounding:
    """Say what a verdict means."""
    builder = _Builder(looked)
    verdict = looked.verdict
    if looked.sentence.intent in NO_OBJECT:
        return builder.no_object()
    if verdict.outcome is Outcome.NONE:
        return builder.not_found()
    if verdict.outcome is Outcome.FOUND:
        split = builder.split(verdict.order[0])
        if not split.doubtful:
            return builder.found(split.part)
    return builder.ambiguous()


class _Builder:
    """What the answers share."""

    def __init__(self, looked: Looked) -> None:
        self.looked = looked
        self.frame, self.objects = looked.frame, looked.objects
        self.sentence, self.verdict = looked.sentence, looked.verdict
        self.working = looked.working
        self.node = looked.sentence.first

    @property
    def noun(self) -> Noun:
        """The noun of what is asked for; of none where there are several."""
        return self.node.noun if isinstance(self.node, Thing) else Noun()

    @property
    def words(self) -> str:
        """What is asked for, as said."""
        return self.sentence.words or in_words(self.node)

    def split(self, index: int) -> ColorSplit:
        """Two things of two colours in the object, where one colour is asked for."""
        names = self._colors()
        if len(names) != 1 or self.looked.scene.colorless:
            return ColorSplit()
        return split_by_color(self.looked.working, self.objects[index].region, names[0])

    def _colors(self) -> tuple[str, ...]:
        return self.node.colors if isinstance(self.node, Thing) else ()

    def no_object(self) -> Grounding:
        message = f'"{self.looked.instruction[:80]}" {NO_OBJECT[self.sentence.intent]}'
        return self._grounding(GroundingStatus.NOT_FOUND, message)

    def found(self, part: RegionMask | None) -> Grounding:
        index = self.verdict.order[0]
        item = self.objects[index]
        region = self.working.in_frame(part or item.region, self.frame.camera)
        message = f'{self._describe(index)} fits "{self.words}"'
        if part is not None:
            message += f'; its {self._colors()[0]} part is meant'
        if len(self.objects) == 1:
            message += '; it is the only object seen'
        if self.verdict.more:
            further = '; '.join(self._describe(each) for each in self.verdict.more)
            message += f'; it is the first of several that are asked for, the others: {further}'
        if isinstance(self.sentence.thing, AllOf):
            rest = ' and '.join(in_words(part) for part in self.sentence.thing.parts[1:])
            message += f'; it is the first that is asked for, then {rest}'
        return self._grounding(
            GroundingStatus.OK,
            message + self._notes(),
            label=self._label(item),
            score=float(np.clip(1 - self.verdict.risk, 0, 1)),
            box=region.box,
            mask=region,
        )

    def ambiguous(self) -> Grounding:
        order = self.verdict.order
        count = len(order)
        shown = order[:_MAX_CANDIDATES]
        apart = tell_apart(shown, self.looked.scene)
        told = not isinstance(self.node, Thing) or bool(self.node.said or self.noun.shape)
        described = [
            f'{words}, {self._measures(i)}' for words, i in zip(apart, shown, strict=True)
        ]
        if count == 1:
            apart = described = [self._describe(order[0])]
            message = f'one object may be "{self.words}", which is not sure: {apart[0]}'
            question = f'Do you mean {apart[0]}?'
        else:
            message = f'{count} objects fit "{self.words}"'
            if not told:
                message = (
                    f'{count} objects are seen and only recognition could tell which is meant'
                )
            named = apart + ['another one'] * (count > len(apart))
            question = f'Which {self.noun.text or "one"} do you mean: {" or ".join(named)}?'
        if self.sentence.intent is Intent.FORBID:
            message = f'"{self.looked.instruction[:80]}" says what is not to be taken; {message}'
        elif self.verdict.why:
            message += f'; {self.verdict.why}'
        sure = told and not self.verdict.doubts and not self.verdict.why
        return self._grounding(
            GroundingStatus.AMBIGUOUS,
            message + self._notes(),
            score=float(np.clip(self.verdict.scores[order[0]], 0, 1)),
            candidates=self._candidates(shown, described),
            candidates_fit=bool(sure and 1 < count <= _MAX_CANDIDATES),
            question=question,
        )

    def not_found(self) -> Grounding:
        count = len(self.objects)
        nearest = self.verdict.order[:3]
        if count == 0:
            message = 'no object is seen on the support'
        else:
            message = f'no {self._wanted()}: I see {self._seen()}'
            why = self.verdict.why
            reasons = self.verdict.reasons[nearest[0]] if nearest else ()
            if why:
                message += f'; {why}'
            elif reasons:
                message += f'; nearest is {self._describe(nearest[0])}, but {reasons[0]}'
        shape = self.noun.shape
        if shape and shapes()[shape].is_flat:
            message += '; what lies flat is not told from its support by depth'
        message += self._unit_hint() + self._notes()
        described = [self._describe(index) for index in nearest]
        for number, index in enumerate(nearest):
            if reasons := self.verdict.reasons[index]:
                described[number] += f', but {reasons[0]}'
        return self._grounding(
            GroundingStatus.NOT_FOUND, message, candidates=self._candidates(nearest, described)
        )

    def _wanted(self) -> str:
        """What is asked for, without its article."""
        return in_words(self.node).removeprefix('the ').replace(' one', ' object', 1)

    def _seen(self) -> str:
        """The colours of what is seen, each with its number of things."""
        words = [item.color_words() for item in self.objects]
        listed = [
            f'{words.count(word)} {word} objects' if words.count(word) > 1 else f'a {word} object'
            for word in dict.fromkeys(words)
        ]
        return ', '.join(listed)

    def _unit_hint(self) -> str:
        """Words on the unit of depth, where that may be why nothing fits."""
        if not self.objects:
            low, high = _USUAL_SUPPORT_M
            distance = float(np.median(self.frame.depth[self.frame.valid]))
            return '' if low < distance < high else f': at {distance:.2f} m, {UNIT_HINT}'
        if not (self.noun.shape and self.verdict.order):
            return ''
        low, high = shapes()[self.noun.shape].size
        size = self.objects[self.verdict.order[0]].size
        odd = max(size / high, low / max(size, 1e-3)) > _OTHER_SIZE
        return f'. If it is of another size, {UNIT_HINT}' if odd else ''

    def _grounding(self, status: GroundingStatus, message: str, **fields: object) -> Grounding:
        parse = readings(self.sentence)
        unverified = status is GroundingStatus.OK and not self.verdict.noun_verified
        if unverified and self.noun.text:
            message += f'; the noun "{self.noun.text}" is not verified'
        message += f'; read as {parse}' if parse and self.objects else ''
        return Grounding(
            status=status,
            instruction=self.looked.instruction,
            message=message,
            stamp_ns=self.frame.stamp_ns,
            frame_id=self.frame.camera.frame_id,
            image_width=self.frame.camera.width,
            image_height=self.frame.camera.height,
            backend='tabletop',
            noun_verified=self.verdict.noun_verified,
            parse=parse,
            seen=self._seen_things(),
            **fields,  # type: ignore[arg-type]
        )

    def _candidates(
        self, indices: Sequence[int], described: Sequence[str]
    ) -> tuple[ObjectCandidate, ...]:
        return tuple(
            ObjectCandidate(
                label=self._label(self.objects[index]),
                description=words,
                score=float(np.clip(self.verdict.scores[index], 0, 1)),
                box=self._box(self.objects[index]),
                position=self.objects[index].position.astype(np.float64),
                mask=self.working.in_frame(self.objects[index].region, self.frame.camera),
            )
            for index, words in zip(indices, described, strict=True)
        )

    def _seen_things(self) -> tuple[ObjectCandidate, ...]:
        """All objects with what was measured of them, the likeliest to be meant first."""
        order = np.argsort(-self.verdict.scores, kind='stable')[:_MAX_SEEN]
        words = [attribute_words(self.objects[index]) for index in order]
        return self._candidates([int(index) for index in order], words)

    def _label(self, item: SceneObject) -> str:
        return f'{item.color_words()} {self.noun.text or "object"}'

    def _box(self, item: SceneObject) -> Box:
        box = self.working.in_frame(item.region, self.frame.camera).box
        return box.clipped(self.frame.camera.width, self.frame.camera.height)

    def _notes(self) -> str:
        """What was not confirmed, and what was taken for another word."""
        words = self.verdict.doubts
        said = f'; not confirmed by colour or shape: {", ".join(words)}' if words else ''
        for wrong, taken in self.sentence.mended:
            said += f'; "{wrong}" was taken for "{taken}"'
        if lost := lost_colors(self.sentence.thing, self.looked.scene):
            said += (
                f'; the image has no colour, so that {" or ".join(lost)} cannot be told: use a '
                'colour stream (rgb8 or bgr8), or ask by size or place'
            )
        return said

    def _describe(self, index: int) -> str:
        """What tells an object from the others, in words."""
        item = self.objects[index]
        x = float(self.looked.scene.view.across([item])[0])
        side = 'left' if x < 0.4 else 'right' if x > 0.6 else 'middle'
        place = 'in the middle' if side == 'middle' else f'on the {side}'
        return f'the {item.color_words()} object, {self._measures(index, place)}'

    def _measures(self, index: int, place: str = '') -> str:
        """Size and place of an object in words."""
        item = self.objects[index]
        distance = float(np.linalg.norm(item.position))
        return (
            f'{item.length * 100:.0f} cm long and {item.height * 100:.0f} cm high, '
            + (place and f'{place}, ')
            + f'{distance:.2f} m away'
        )
