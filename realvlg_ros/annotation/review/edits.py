"""What a person does to an annotation; each deed is checked, and none is lost."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...boundary import Boundary
from ...errors import AnnotationError
from ...fields import Fields
from ...frame import RgbdFrame
from ...grounding.grounding import check_instruction
from ...image_region import Box, RegionMask
from ...json_text import to_json_text
from ...quoting import quoted
from ...rectangle import ContactPair
from ..annotation import Annotation, Status
from ..annotator import Annotator, corrected
from ..image_file import content_values, read_content
from ..stages.unify import from_contacts
from .point_mask import mask_by_points

# A gripper is opened so much wider than the contacts that were dragged, and its jaws are so high,
# px at 640 px of width. Chosen: a finger's width on either side; the height as in the published
# code of RealVLG-R1.
_OPENING_PX, _JAW_PX = 24.0, 40.0


@dataclass(frozen=True)
class Bench:
    """What an edit is made with.

    Attributes:
        annotator: localises, plans and verifies.
        frame: that the annotation is of.
    """

    annotator: Annotator
    frame: RgbdFrame

    @property
    def scale(self) -> float:
        """Of lengths that are given at 640 px of width."""
        return self.frame.camera.width / 640

    def with_mask(self, item: Annotation, box: Box, mask: RegionMask) -> Annotation:
        """The annotation with a new mask: planned grasps are made anew, a person's stay.

        Args:
            item: the annotation.
            box: of the object, px.
            mask: of the object.
        """
        kept = tuple(grasp for grasp in item.grasps if grasp.source == 'review')
        made = self.annotator.unifier.unify(self.frame, box, mask)
        return replace(
            item, box=box, mask=mask, grasps=(*kept, *made.grasps), space_box=made.space_box
        )


def apply(
    bench: Bench, item: Annotation, deed: Mapping[str, Any], who: str, when: str
) -> Annotation:
    """The annotation after a deed, verified again.

    Args:
        bench: frame and tools.
        item: as it is.
        deed: `do` names it, further keys say what.
        who: does it.
        when: UTC, ISO 8601.

    Raises:
        AnnotationError: the deed is unknown or cannot be done; nothing is changed.
        GroundingError: the backend could not do its work.
    """
    boundary = Boundary('correction', AnnotationError)
    fields = Fields(deed, boundary)
    name = fields.text('do')
    if name not in DEEDS:
        raise AnnotationError(f'correction {quoted(name)} is not one of {", ".join(DEEDS)}')
    before = to_json_text({**content_values(item), 'status': item.status.value})
    with boundary.guard(f'{name} cannot be done'):
        changed = DEEDS[name](bench, item, fields)
    if changed.status is item.status and name not in ('accept', 'reject', 'undo'):
        changed = replace(changed, status=Status.DOUBTFUL)
    judged = bench.annotator.renewed(bench.frame, changed)
    return corrected(judged, who, name, before, when)


def _accept(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    lacking = [name for name in ('description', 'box', 'mask') if not getattr(item, name)]
    if lacking:
        raise AnnotationError(f'it has no {" and no ".join(lacking)}; add what is missing first')
    return replace(item, status=Status.ACCEPTED)


def _reject(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    return replace(item, status=Status.REJECTED)


def _describe(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    return replace(item, description=check_instruction(fields.text('text')))


def _box(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    x1, y1, x2, y2 = fields.numbers('box', 4)
    camera = bench.frame.camera
    box = Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    box = box.clipped(camera.width, camera.height)
    return bench.with_mask(item, box, bench.annotator.localiser.mask_in(bench.frame, box))


def _mask(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    inside, outside = _points(fields, 'inside'), _points(fields, 'outside')
    camera = bench.frame.camera
    box = item.box or _around(inside).clipped(camera.width, camera.height)
    mask = mask_by_points(bench.frame, box, item.mask, inside, outside)
    return bench.with_mask(item, mask.box, mask)


def _grasp(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    pair = ContactPair(*fields.numbers('contacts', 4))
    camera = bench.frame.camera
    grasp = from_contacts(pair, _OPENING_PX * bench.scale, _JAW_PX * bench.scale)
    grasp.rectangle.check_inside(camera.width, camera.height)
    return replace(item, grasps=(grasp, *item.grasps))


def _drop(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    count = len(item.grasps)
    index = int(fields.number('grasp', 0, math.inf))
    if index >= count:
        raise AnnotationError(f'grasp {index + 1} of {count} is not there')
    return replace(item, grasps=(*item.grasps[:index], *item.grasps[index + 1 :]))


def _undo(bench: Bench, item: Annotation, fields: Fields) -> Annotation:
    undone = 0
    for entry in reversed(item.provenance):
        if entry.what == 'undo':
            undone += 1
        elif entry.before and undone:
            undone -= 1
        elif entry.before:
            values = json.loads(entry.before)
            return replace(read_content(item, values), status=Status(values['status']))
    raise AnnotationError('nothing was changed that could be undone')


DEEDS: Mapping[str, Callable[[Bench, Annotation, Fields], Annotation]] = {
    'accept': _accept,
    'reject': _reject,
    'describe': _describe,
    'box': _box,
    'mask': _mask,
    'grasp': _grasp,
    'drop': _drop,
    'undo': _undo,
}


def _points(fields: Fields, key: str) -> list[tuple[float, float]]:
    """Points (x, y) from a flat list of numbers."""
    values = fields.numbers(key)
    if len(values) % 2:
        raise AnnotationError(f'{key} has {len(values)} numbers; expected x and y of each point')
    return list(zip(values[::2], values[1::2], strict=True))


def _around(points: list[tuple[float, float]]) -> Box:
    if not points:
        raise AnnotationError('a mask needs at least one point on the object')
    xs, ys = zip(*points, strict=True)
    return Box(min(xs) - 40, min(ys) - 40, max(xs) + 40, max(ys) + 40)
