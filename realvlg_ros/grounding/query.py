"""What a grounder is asked for: a sentence, and where to look, or which of its candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import FloatArray
from ..camera import Camera
from ..errors import InstructionError
from ..frame import RgbdFrame
from ..image_region import Box, RegionMask
from ..support_plane import seen_or_known_support
from ..transforms import transform_points
from .grounding import Grounder, Grounding, GroundingStatus, ObjectCandidate, never_aborted

# The chosen candidate is that within this distance of its place in the fixed frame, m. Chosen:
# less than the distance of two things that a hand can take.
_SAME_PLACE_M = 0.04
# Without a fixed frame, that whose box overlaps the old one by this share at least (intersection
# over union). Chosen: boxes of one thing in two images do by more, those of neighbours by less.
_SAME_BOX = 0.3


@dataclass(frozen=True)
class Choice:
    """A candidate that a person has chosen.

    Attributes:
        candidate: the one that is meant.
        among: all candidates of the question, it included.
        camera2fixed: 4x4 pose of the camera in the fixed frame then, if it is known.
    """

    candidate: ObjectCandidate
    among: tuple[ObjectCandidate, ...]
    camera2fixed: FloatArray | None = None


@dataclass(frozen=True)
class Query:
    """What is looked for in one image.

    Attributes:
        instruction: what a person said.
        region: the part of the image to look in; None for all of it.
        choice: which candidate of an earlier answer to this instruction is meant; None to decide
            anew.
        excluded: an object of an earlier answer that is not meant: the other one is.
    """

    instruction: str
    region: Box | None = None
    choice: Choice | None = None
    excluded: Choice | None = None


def ground(
    grounder: Grounder,
    frame: RgbdFrame,
    query: Query,
    aborted: Callable[[], bool] = never_aborted,
) -> Grounding:
    """Find what a query asks for; boxes and masks are of the whole image.

    With a region the grounder sees that part of the image alone, and the support that the whole
    image shows.

    Args:
        grounder: loaded.
        frame: colour and depth.
        query: what is looked for.
        aborted: asked between the steps of the grounder.

    Raises:
        InstructionError: the region lies outside the image.
        GroundingCanceled: aborted returned True.
        GroundingError: the grounder failed.
    """
    if query.region is None:
        grounding = grounder.ground(frame, query.instruction, aborted)
    else:
        part, x, y = _part(frame, query.region)
        grounding = _moved(grounder.ground(part, query.instruction, aborted), x, y, frame.camera)
    if query.excluded is not None:
        return _without(grounding, frame, query.excluded)
    return grounding if query.choice is None else _choose(grounding, frame, query.choice)


def completed(grounding: Grounding, frame: RgbdFrame, backend: str) -> Grounding:
    """The answer with the frame that it speaks of.

    Args:
        grounding: as a grounder gave it.
        frame: that was grounded.
        backend: name of the grounder, where the answer does not say it.
    """
    return replace(
        grounding,
        stamp_ns=frame.stamp_ns,
        frame_id=frame.camera.frame_id,
        image_width=frame.camera.width,
        image_height=frame.camera.height,
        backend=grounding.backend or backend,
    )


def as_found(grounding: Grounding, candidate: ObjectCandidate, message: str) -> Grounding:
    """The answer that a candidate is the object that is meant.

    Args:
        grounding: AMBIGUOUS.
        candidate: one of its candidates.
        message: why it is the one.
    """
    return replace(
        grounding,
        status=GroundingStatus.OK,
        message=message,
        label=candidate.label,
        score=candidate.score,
        box=candidate.box,
        mask=candidate.mask,
        candidates=(),
        question='',
    )


def _choose(grounding: Grounding, frame: RgbdFrame, choice: Choice) -> Grounding:
    """The candidate that is where the chosen one was; NOT_FOUND where none is, or who knows."""
    if grounding.status not in (GroundingStatus.OK, GroundingStatus.AMBIGUOUS):
        return grounding
    found = grounding.candidates
    if grounding.status is GroundingStatus.OK:
        found = _the_only_one(grounding, frame)
    chosen = choice.candidate
    words = chosen.description or chosen.label
    if choice.camera2fixed is not None and frame.camera2fixed is not None:
        best = _at_the_place(found, frame.camera2fixed, choice)
        why = 'is not where it was any more'
    else:
        best = _in_the_same_view(found, choice)
        why = 'cannot be told: the view or the objects have changed'
    if best is not None:
        return as_found(grounding, best, f'{best.description or words} was chosen')
    return replace(
        grounding,
        status=GroundingStatus.NOT_FOUND,
        message=f'{words} was chosen, and {why}: ask again',
        box=None,
        mask=None,
        rectangles=(),
        contacts=(),
        question='',
    )


def _without(grounding: Grounding, frame: RgbdFrame, excluded: Choice) -> Grounding:
    """The answer without an object that is not meant, which is told by its place or box."""
    if grounding.status not in (GroundingStatus.OK, GroundingStatus.AMBIGUOUS):
        return grounding
    found = grounding.candidates
    if grounding.status is GroundingStatus.OK:
        found = _the_only_one(grounding, frame)
    if excluded.camera2fixed is not None and frame.camera2fixed is not None:
        same = _at_the_place(found, frame.camera2fixed, excluded)
    else:
        same = max(found, key=lambda c: c.box.iou(excluded.candidate.box), default=None)
        if same is not None and same.box.iou(excluded.candidate.box) < _SAME_BOX:
            same = None
    rest = tuple(candidate for candidate in found if candidate is not same)
    before = excluded.candidate.description or excluded.candidate.label
    if len(rest) == 1 and same is not None:
        words = rest[0].description or rest[0].label
        return as_found(grounding, rest[0], f'{words}, the other one than {before}, is meant')
    if rest and grounding.status is GroundingStatus.AMBIGUOUS:
        named = ' or '.join(candidate.description or candidate.label for candidate in rest)
        question = f'Which other one do you mean: {named}?'
        return replace(grounding, candidates=rest, question=question)
    if rest:
        return grounding
    return replace(
        grounding,
        status=GroundingStatus.NOT_FOUND,
        message=f'there is no other one than {before}',
        box=None,
        mask=None,
        rectangles=(),
        contacts=(),
    )


def answered(grounding: Grounding, frame: RgbdFrame) -> Choice | None:
    """The object of an OK answer, for what is said of it later; None where there is none."""
    found = _the_only_one(grounding, frame)
    if grounding.status is not GroundingStatus.OK or not found:
        return None
    return Choice(found[0], found, frame.camera2fixed)


def _the_only_one(grounding: Grounding, frame: RgbdFrame) -> tuple[ObjectCandidate, ...]:
    """The object of an OK answer as a candidate, with the middle of its surface."""
    if grounding.box is None:
        return ()
    position = None
    if grounding.mask is not None:
        seen = grounding.mask.to_full(*frame.depth.shape) & frame.valid
        if seen.any():
            position = np.median(frame.points[seen], axis=0).astype(np.float64)
    one = ObjectCandidate(
        grounding.label, '', grounding.score, grounding.box, position, grounding.mask
    )
    return (one,)


def _at_the_place(
    found: Sequence[ObjectCandidate], camera2fixed: FloatArray, choice: Choice
) -> ObjectCandidate | None:
    """The candidate at the chosen one's place in the fixed frame."""
    if choice.candidate.position is None or choice.camera2fixed is None:
        return None
    place = transform_points(choice.camera2fixed, choice.candidate.position)
    near = [
        (float(np.linalg.norm(transform_points(camera2fixed, c.position) - place)), k)
        for k, c in enumerate(found)
        if c.position is not None
    ]
    distance, index = min(near, default=(np.inf, -1))
    return found[index] if distance < _SAME_PLACE_M else None


def _in_the_same_view(found: Sequence[ObjectCandidate], choice: Choice) -> ObjectCandidate | None:
    """The candidate at the chosen one's box, where all candidates are at their boxes.

    Without a fixed frame that tells a camera that has moved.
    """
    matches = []
    for old in choice.among:
        best = max(found, key=lambda c: c.box.iou(old.box), default=None)
        if best is None or best.box.iou(old.box) < _SAME_BOX:
            return None
        matches.append(best)
    return matches[next(k for k, old in enumerate(choice.among) if old is choice.candidate)]


def _part(frame: RgbdFrame, region: Box) -> tuple[RgbdFrame, int, int]:
    """The frame of a part of the image, with the support of the whole, and its first column, row.

    Raises:
        InstructionError: nothing of the region lies in the image.
    """
    camera = frame.camera
    left, top = max(int(region.x_min), 0), max(int(region.y_min), 0)
    right = min(round(region.x_max), camera.width)
    bottom = min(round(region.y_max), camera.height)
    if right <= left or bottom <= top:
        raise InstructionError(
            f'region of interest {region.as_tuple()} px lies outside the image of '
            f'{camera.width}x{camera.height}'
        )
    plane = seen_or_known_support(frame, frame.up)
    support = None if plane is None else np.append(plane.normal, plane.offset)
    part = replace(
        frame,
        color=np.ascontiguousarray(frame.color[top:bottom, left:right]),
        depth=np.ascontiguousarray(frame.depth[top:bottom, left:right]),
        camera=replace(
            camera, width=right - left, height=bottom - top, cx=camera.cx - left,
            cy=camera.cy - top,
        ),
        support=support,
    )  # fmt: skip
    return part, left, top


def _moved(grounding: Grounding, x: int, y: int, camera: Camera) -> Grounding:
    """A grounding of a part of the image in the whole, by the part's first column and row."""
    return replace(
        grounding,
        image_width=camera.width,
        image_height=camera.height,
        box=None if grounding.box is None else _moved_box(grounding.box, x, y),
        mask=None if grounding.mask is None else _moved_mask(grounding.mask, x, y),
        rectangles=tuple(replace(r, x=r.x + x, y=r.y + y) for r in grounding.rectangles),
        contacts=tuple(
            replace(c, x1=c.x1 + x, y1=c.y1 + y, x2=c.x2 + x, y2=c.y2 + y)
            for c in grounding.contacts
        ),
        candidates=tuple(_moved_thing(c, x, y) for c in grounding.candidates),
        seen=tuple(_moved_thing(c, x, y) for c in grounding.seen),
    )


def _moved_thing(thing: ObjectCandidate, x: int, y: int) -> ObjectCandidate:
    mask = None if thing.mask is None else _moved_mask(thing.mask, x, y)
    return replace(thing, box=_moved_box(thing.box, x, y), mask=mask)


def _moved_box(box: Box, x: int, y: int) -> Box:
    return Box(box.x_min + x, box.y_min + y, box.x_max + x, box.y_max + y)


def _moved_mask(mask: RegionMask, x: int, y: int) -> RegionMask:
    return RegionMask(mask.x_offset + x, mask.y_offset + y, mask.data)
