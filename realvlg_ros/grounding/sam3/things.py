"""Instances of phrases as things on the support, so that language can choose among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import BoolArray, FloatArray
from ...frame import RgbdFrame
from ...support_plane import seen_or_known_support
from ..language.weighing.scene import Scene
from ..language.weighing.seen import View
from ..tabletop.attributes import SceneObject, describe_object
from ..tabletop.carrying import with_carriers
from ..tabletop.colorless import is_colorless
from ..tabletop.scene import Segment, TabletopScene
from .concepts import Concept
from .model import Found, Instance, overlap

# The image is looked at in this width, px. Chosen: that of the tabletop grounder.
_WIDTH_PX = 320
# Masks of two phrases that overlap by this share (intersection over union) are of one thing.
# Chosen: half, as everywhere here.
_SAME = 0.5
# Fewer pixels with depth than this show no thing. Chosen: a corner of one.
_LEAST_PX = 12
# Chance of an instance to bear its noun. Chosen: the threshold of SAM 3 is set so that it does;
# counting from a side needs every one of a row.
_RECOGNISED = 0.995


@dataclass(frozen=True)
class Things:
    """What SAM 3 found, in depth.

    Attributes:
        working: the reduced frame.
        objects: each thing once, whatever phrases it bears.
        instances: of SAM 3, one for each object.
        scene: what a sentence is weighed against.
        lost: instances that were left out since no depth is seen there.
    """

    working: TabletopScene
    objects: tuple[SceneObject, ...]
    instances: tuple[Instance, ...]
    scene: Scene
    lost: int


def things_of(
    frame: RgbdFrame, concepts: Sequence[Concept], found: Sequence[Found], reference: str
) -> Things:
    """The things of a frame that bear the phrases of a sentence.

    Args:
        frame: colour and depth.
        concepts: the phrases.
        found: what SAM 3 said of each.
        reference: whose left and right counts; one of REFERENCE_FRAMES.
    """
    plane = seen_or_known_support(frame, frame.up)
    working = (
        TabletopScene.without_support(frame, _WIDTH_PX)
        if plane is None
        else TabletopScene.from_frame(frame, plane, _WIDTH_PX)
    )
    single = _each_once(found)
    segments = [_segment(working, instance.mask) for instance in single]
    seen = [
        (segment, instance)
        for segment, instance in zip(segments, single, strict=True)
        if segment is not None
    ]
    kept = [segment for segment, _ in seen]
    instances = tuple(instance for _, instance in seen)
    described = [describe_object(working, segment, working.white) for segment in kept]
    objects = tuple(with_carriers(working, kept, described))
    chances, hints = _names(concepts, found, instances)
    view = View.of_frame(frame, working.plane.normal, reference)
    scene = Scene(
        objects, view, working.has_support, is_colorless(frame.color), chances, hints
    )  # fmt: skip
    return Things(working, objects, instances, scene, len(single) - len(seen))


def _each_once(found: Sequence[Found]) -> list[Instance]:
    """The instances of all phrases; of those of one thing the best."""
    kept: list[Instance] = []
    every = [instance for each in found for instance in each.instances]
    for instance in sorted(every, key=lambda each: -each.score):
        if all(overlap(instance.mask, other.mask) < _SAME for other in kept):
            kept.append(instance)
    return kept


def _segment(working: TabletopScene, mask: BoolArray) -> Segment | None:
    """A mask of the frame in the working image; None where hardly any depth is seen in it."""
    small = np.rot90(mask[:: working.step, :: working.step], working.turns)
    if np.count_nonzero(small & working.valid) < _LEAST_PX:
        return None
    return Segment.from_labels(np.ascontiguousarray(small, np.int32)).get(1)


def _names(
    concepts: Sequence[Concept], found: Sequence[Found], instances: Sequence[Instance]
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Chance and score (n,) of each thing to bear each noun."""
    chances: dict[str, FloatArray] = {}
    hints: dict[str, FloatArray] = {}
    for concept, each in zip(concepts, found, strict=True):
        if not concept.noun:
            continue
        scores = np.array([_score(each, own) for own in instances])
        bears = np.where(scores > 0, _RECOGNISED, 0.0)
        nothing = np.zeros(len(instances))
        chances[concept.noun] = np.maximum(chances.get(concept.noun, nothing), bears)
        hints[concept.noun] = np.maximum(hints.get(concept.noun, nothing), scores)
    return chances, hints


def _score(found: Found, own: Instance) -> float:
    """The score of a phrase's instance that is the same thing; 0 where none is."""
    same = (each for each in found.instances if overlap(each.mask, own.mask) >= _SAME)
    return max((each.score for each in same), default=0.0)
