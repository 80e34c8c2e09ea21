"""What a box holds: one thing, several, or nothing that rises from the support."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...image_region import Box
from .seen_things import SeenThings, inside

# A thing belongs to a box with this share of its pixels, and where it fills this share of it.
# Chosen: what is cut by the border, and crumbs beside a thing, are not what a box is drawn around.
_MOSTLY = 0.7
_FILLS = 0.02
# A box is drawn around several things where it overlaps with the box around them by so much more
# than with that of any one of them. Chosen: a small thing beside a large one counts, one in its
# shadow does not.
_BETTER = 0.2
# A box whose overlap with that of one thing is at least this (intersection over union) is drawn
# around that thing, whatever else it holds. Chosen: the true boxes of things, drawn by a model,
# overlap by 0.8 and more.
_FITS = 0.75
# What rises in a smaller share of a box does not make it one that holds something. Chosen: the
# border of a neighbour.
_SOMETHING = 0.05
# Share of a box that must have readings before it is said that nothing rises in it. Chosen: half.
_READ = 0.5


@dataclass(frozen=True)
class BoxContent:
    """What a box holds.

    Attributes:
        things: numbers of the things that it holds; one where it fits one.
        outline: box of the one thing that it fits, px; None where it fits none.
        empty: whether nothing rises from the support in it, as far as that is known.
    """

    things: tuple[int, ...]
    outline: Box | None
    empty: bool


def content_of(box: Box, seen: SeenThings) -> BoxContent:
    """What a box of an image holds, px."""
    frame = seen.frame
    outlines = [region.box for region in seen.regions]
    overlaps = [outline.iou(box) for outline in outlines]
    best = max(range(len(overlaps)), key=overlaps.__getitem__, default=None)
    if best is not None and overlaps[best] >= _FITS:
        return BoxContent((best,), outlines[best], False)
    shares = [inside(region, box) for region in seen.regions]
    held = tuple(
        number
        for number, pixels in enumerate(shares)
        if pixels >= _MOSTLY * seen.regions[number].area and pixels >= _FILLS * box.area
    )
    rows, columns = box.clipped(frame.camera.width, frame.camera.height).slices()
    valid = frame.valid[rows, columns]
    known = seen.has_support and valid.size > 0 and bool(valid.mean() >= _READ)
    rises = 0 if seen.rising is None else inside(seen.rising, box)
    things = _apart(held, seen)
    together = box.iou(around([outlines[number] for number in things])) if things else 0.0
    if together < max(overlaps, default=0.0) + _BETTER:
        things = things[:1]
    return BoxContent(things, None, known and rises < _SOMETHING * box.area)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around one or more."""
    corners = np.array([box.as_tuple() for box in boxes])
    return Box(*corners[:, :2].min(axis=0).tolist(), *corners[:, 2:].max(axis=0).tolist())


def _apart(numbers: Sequence[int], seen: SeenThings) -> tuple[int, ...]:
    """The largest of each group of things that touch, or lie in or on each other."""
    groups: list[list[int]] = []
    for number in sorted(numbers, key=lambda each: -seen.regions[each].area):
        near = [group for group in groups if any(_belong(number, n, seen) for n in group)]
        merged = [each for group in near for each in group]
        groups = [group for group in groups if group not in near] + [[*merged, number]]
    largest = [max(group, key=lambda each: seen.regions[each].area) for group in groups]
    return tuple(sorted(largest, key=lambda each: -seen.regions[each].area))


def _belong(one: int, other: int, seen: SeenThings) -> bool:
    """Whether two things may be parts of one, or one carries the other."""
    carried = {seen.items[one].inside_of, seen.items[one].on_top_of}
    carries = {seen.items[other].inside_of, seen.items[other].on_top_of}
    return other in carried or one in carries or not seen.are_apart(one, other)
