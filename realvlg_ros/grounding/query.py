"""What a grounder is asked for: a sentence, and where to look, or which of its candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..camera import Camera
from ..errors import InstructionError, SupportPlaneError
from ..frame import RgbdFrame
from ..image_region import Box, RegionMask
from ..support_plane import find_support_plane
from .grounding import Grounder, Grounding, GroundingStatus, ObjectCandidate, never_aborted

# The chosen candidate is that of the new image which overlaps the old box by this share at least
# (intersection over union). Chosen: less than boxes of one thing in two images do, more than those
# of neighbours.
_SAME_PLACE = 0.3


@dataclass(frozen=True)
class Query:
    """What is looked for in one image.

    Attributes:
        instruction: what a person said.
        region: the part of the image to look in; None for all of it.
        chosen: the candidate of an earlier answer to this instruction that is meant; None to
            decide anew.
    """

    instruction: str
    region: Box | None = None
    chosen: ObjectCandidate | None = None


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
    return grounding if query.chosen is None else _choose(grounding, query.chosen)


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


def _choose(grounding: Grounding, chosen: ObjectCandidate) -> Grounding:
    """The candidate that is where the chosen one was; NOT_FOUND where none is."""
    if grounding.status is GroundingStatus.OK and grounding.box is not None:
        if grounding.box.iou(chosen.box) >= _SAME_PLACE:
            return grounding
    elif grounding.status is not GroundingStatus.AMBIGUOUS:
        return grounding
    best = max(grounding.candidates, key=lambda c: c.box.iou(chosen.box), default=None)
    if best is not None and best.box.iou(chosen.box) >= _SAME_PLACE:
        return as_found(grounding, best, f'{best.description or best.label} was chosen')
    words = chosen.description or chosen.label
    return replace(
        grounding,
        status=GroundingStatus.NOT_FOUND,
        message=f'{words} was chosen, and is not where it was any more: ask again',
        box=None,
        mask=None,
        rectangles=(),
        contacts=(),
        question='',
    )


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
    support = frame.support
    try:
        plane = find_support_plane(frame, frame.up)
        support = np.append(plane.normal, plane.offset)
    except SupportPlaneError:
        pass
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
        candidates=tuple(
            replace(
                c,
                box=_moved_box(c.box, x, y),
                mask=None if c.mask is None else _moved_mask(c.mask, x, y),
            )
            for c in grounding.candidates
        ),
    )


def _moved_box(box: Box, x: int, y: int) -> Box:
    return Box(box.x_min + x, box.y_min + y, box.x_max + x, box.y_max + y)


def _moved_mask(mask: RegionMask, x: int, y: int) -> RegionMask:
    return RegionMask(mask.x_offset + x, mask.y_offset + y, mask.data)
