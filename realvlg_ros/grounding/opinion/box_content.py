"""What a box holds: one thing, several, or nothing that rises from the support."""

from __future__ import annotations

from dataclasses import dataclass

from ...frame import RgbdFrame
from ...image_region import Box
from .seen_things import SeenThings, inside

# A thing belongs to a box with this share of its pixels, and where it fills this share of it.
# Chosen: what is cut by the border, and crumbs beside a thing, are not what a box is drawn around.
_MOSTLY = 0.7
_FILLS = 0.08
# A box whose overlap with that of one thing is at least this (intersection over union) is drawn
# around that thing, whatever else it holds. Chosen: boxes of models overlap by 0.8 and more.
_FITS = 0.6
# Things in a smaller share of a box do not make it one that holds something. Chosen: the border of
# a neighbour.
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


def content_of(box: Box, seen: SeenThings, frame: RgbdFrame) -> BoxContent:
    """What a box of an image holds.

    Args:
        box: in the image, px.
        seen: the things of the frame.
        frame: colour and depth.
    """
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
    return BoxContent(_apart(held, seen), None, known and sum(shares) < _SOMETHING * box.area)


def _apart(numbers: tuple[int, ...], seen: SeenThings) -> tuple[int, ...]:
    """Those that do not lie in or on another of them."""
    return tuple(
        number
        for number in numbers
        if seen.items[number].inside_of not in numbers
        and seen.items[number].on_top_of not in numbers
    )
