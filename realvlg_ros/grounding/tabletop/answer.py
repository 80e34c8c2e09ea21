"""A match turned into a Grounding: status, evidence, candidates and the question to ask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...camera.depth_check import UNIT_HINT
from ...frame import RgbdFrame
from ...image_region import Box, RegionMask
from ..grounding import Grounding, GroundingStatus, ObjectCandidate
from .attributes import SceneObject
from .color_part import ColorSplit, split_by_color
from .confirmation import is_confirmed
from .grammar import NounKind, Phrase
from .lexicon import SHAPES
from .matching import Fit, Match
from .scene import TabletopScene

# Candidates that an answer holds. Chosen: more are no help to who is asked.
_MAX_CANDIDATES = 8
# The question names so many of them. Chosen: more are not remembered when heard.
_NAMED = 3
# A lower score is asked about, not taken. Chosen: a little above what contradicts the phrase.
_SURE = 0.35
# What remains of the score when a word could not be confirmed. Chosen: a noun says more than
# another word.
_UNCONFIRMED_NOUN = 0.75
_UNCONFIRMED_WORD = 0.9
# An empty support nearer or farther than this, m, and a thing so many times larger or smaller than
# those of its name, may be due to the unit of the depth. Chosen: most cameras look at tables from
# within these, and the sizes in the lexicon have room.
_USUAL_SUPPORT_M = (0.2, 1.8)
_OTHER_SIZE = 1.4


def make_grounding(
    frame: RgbdFrame,
    instruction: str,
    phrase: Phrase,
    objects: Sequence[SceneObject],
    result: Match,
    scene: TabletopScene,
) -> Grounding:
    """Say what a match means.

    Args:
        frame: the image that was looked at.
        instruction: the sentence.
        phrase: what it asks for.
        objects: everything seen on the support.
        result: which of the objects fit.
        scene: what the objects were found in.
    """
    builder = _Builder(frame, instruction, phrase, objects, scene)
    if len(result.fits) == 1 and builder.is_sure(result.fits[0], scene):
        split = builder.split(result.fits[0], scene)
        if not split.doubtful:
            return builder.found(result.fits[0], split.part)
    if result.fits:
        return builder.ambiguous(result.fits)
    return builder.not_found(result)


class _Builder:
    """What the three answers share."""

    def __init__(
        self,
        frame: RgbdFrame,
        instruction: str,
        phrase: Phrase,
        objects: Sequence[SceneObject],
        scene: TabletopScene,
    ) -> None:
        self.frame = frame
        self.instruction = instruction
        self.phrase = phrase
        self.objects = objects
        self.scene = scene

    def score(self, fit: Fit) -> float:
        """The fit, less what the words that could not be confirmed leave open."""
        known = self.phrase.kind in (NounKind.GENERIC, NounKind.SHAPE)
        score = fit.score * (1 if known else _UNCONFIRMED_NOUN)
        score *= _UNCONFIRMED_WORD ** len(self.phrase.unconfirmed)
        return float(np.clip(score, 0, 1))

    def is_sure(self, fit: Fit, scene: TabletopScene) -> bool:
        """Whether the only object that fits is the one meant, beyond a guess."""
        if self.score(fit) < _SURE or self.phrase.lost_colors:
            return False
        if not scene.has_support:
            return bool(self.phrase.colors) and not self.phrase.doubts
        return is_confirmed(self.phrase, fit, self.objects, scene.color.shape[1])

    def split(self, fit: Fit, scene: TabletopScene) -> ColorSplit:
        """Two things of two colours in the object, where one colour is asked for."""
        if len(self.phrase.colors) != 1:
            return ColorSplit()
        return split_by_color(scene, self.objects[fit.index].region, self.phrase.colors[0])

    def found(self, fit: Fit, part: RegionMask | None) -> Grounding:
        item = self.objects[fit.index]
        doubts = self._doubts()
        region = self.scene.in_frame(part or item.region, self.frame.camera)
        message = f'{self._describe(fit.index)} fits "{self.phrase.text}"'
        if part is not None:
            message += f'; its {self.phrase.colors[0]} part is meant'
        if len(self.objects) == 1:
            message += '; it is the only object seen'
        return self._grounding(
            GroundingStatus.OK,
            message + doubts,
            label=self._label(item),
            score=self.score(fit),
            box=region.box,
            mask=region,
        )

    def ambiguous(self, fits: Sequence[Fit]) -> Grounding:
        listed = [self._describe(fit.index) for fit in fits[:_MAX_CANDIDATES]]
        wanted = self.phrase.noun or 'one'
        named = listed[:_NAMED] + ['another one'] * (len(listed) > _NAMED)
        told = self.phrase.names_attributes or self.phrase.kind is NounKind.SHAPE
        sure = told and not self.phrase.doubts and not self.phrase.lost_colors
        if len(fits) == 1:
            message = f'one object may be "{self.phrase.text}", which is not sure: {listed[0]}'
        elif told:
            message = f'{len(fits)} objects fit "{self.phrase.text}"'
        else:
            message = (
                f'{len(fits)} objects are seen and only recognition could tell which is meant'
            )
        return self._grounding(
            GroundingStatus.AMBIGUOUS,
            message + self._doubts(),
            score=float(np.clip(fits[0].score / len(fits), 0, 1)),
            candidates=self._candidates(fits),
            candidates_fit=bool(sure and 1 < len(fits) <= _MAX_CANDIDATES),
            question=(
                f'Do you mean {listed[0]}?'
                if len(fits) == 1
                else f'Which {wanted} do you mean: {" or ".join(named)}?'
            ),
        )

    def not_found(self, result: Match) -> Grounding:
        count = len(self.objects)
        if count == 0:
            message = 'no object is seen on the support'
        else:
            listed = [self._describe(index) for index in range(min(count, _MAX_CANDIDATES))]
            seen = '1 object seen' if count == 1 else f'{count} objects seen'
            nearest = result.rejected[0] if result.rejected else None
            why = result.reason or f'none fits "{self.phrase.text}"'
            if nearest and nearest.reasons and not result.reason:
                why += f' (nearest: {self._describe(nearest.index)}, but {nearest.reasons[0]})'
            message = f'{seen}: {"; ".join(listed)}; {why}'
        if self.phrase.shape and SHAPES[self.phrase.shape].is_flat:
            message += '; what lies flat is not told from its support by depth'
        message += self._unit_hint(result) + (self._doubts() if self.phrase.lost_colors else '')
        return self._grounding(
            GroundingStatus.NOT_FOUND, message, candidates=self._candidates(result.rejected[:3])
        )

    def _unit_hint(self, result: Match) -> str:
        """Words on the unit of depth, where that may be why nothing fits."""
        if not self.objects:
            low, high = _USUAL_SUPPORT_M
            distance = float(np.median(self.frame.depth[self.frame.valid]))
            return '' if low < distance < high else f': at {distance:.2f} m, {UNIT_HINT}'
        if not (self.phrase.shape and result.rejected):
            return ''
        low, high = SHAPES[self.phrase.shape].size
        size = self.objects[result.rejected[0].index].size
        odd = max(size / high, low / max(size, 1e-3)) > _OTHER_SIZE
        return f'. If it is of another size, {UNIT_HINT}' if odd else ''

    def _grounding(self, status: GroundingStatus, message: str, **fields: object) -> Grounding:
        return Grounding(
            status=status,
            instruction=self.instruction,
            message=message,
            stamp_ns=self.frame.stamp_ns,
            frame_id=self.frame.camera.frame_id,
            image_width=self.frame.camera.width,
            image_height=self.frame.camera.height,
            backend='tabletop',
            **fields,  # type: ignore[arg-type]
        )

    def _candidates(self, fits: Sequence[Fit]) -> tuple[ObjectCandidate, ...]:
        return tuple(
            ObjectCandidate(
                label=self._label(self.objects[fit.index]),
                description=self._describe(fit.index)
                + (f', but {fit.reasons[0]}' if fit.reasons else ''),
                score=float(np.clip(fit.score, 0, 1)),
                box=self._box(self.objects[fit.index]),
                position=self.objects[fit.index].position.astype(np.float64),
                mask=self.scene.in_frame(self.objects[fit.index].region, self.frame.camera),
            )
            for fit in fits[:_MAX_CANDIDATES]
        )

    def _label(self, item: SceneObject) -> str:
        noun = self.phrase.noun or 'object'
        return f'{item.color_words()} {noun}'

    def _box(self, item: SceneObject) -> Box:
        box = self.scene.in_frame(item.region, self.frame.camera).box
        return box.clipped(self.frame.camera.width, self.frame.camera.height)

    def _doubts(self) -> str:
        words = self.phrase.doubts
        said = f'; not confirmed by colour or shape: {", ".join(words)}' if words else ''
        if self.phrase.lost_colors:
            lost = ' or '.join(dict.fromkeys(self.phrase.lost_colors))
            said += (
                f'; the image has no colour, so that {lost} cannot be told: use a colour stream '
                '(rgb8 or bgr8), or ask by size or place'
            )
        return said

    def _describe(self, index: int) -> str:
        """What tells an object from the others, in words."""
        item = self.objects[index]
        width = self.scene.color.shape[1]
        x = item.box.center[0] / width
        side = 'left' if x < 0.4 else 'right' if x > 0.6 else 'middle'
        place = 'in the middle' if side == 'middle' else f'on the {side}'
        distance = float(np.linalg.norm(item.position))
        return (
            f'the {item.color_words()} object, {item.length * 100:.0f} cm long and '
            f'{item.height * 100:.0f} cm high, {place}, {distance:.2f} m away'
        )
