"""Things where no support is seen, as in a full bin: patches of colour, and what is in front."""

from __future__ import annotations

import numpy as np

from ...arrays import BoolArray
from .merging import merge_fragments
from .patches import CHROMATIC, color_patches
from .percentiles import percentiles
from .scene import Segment, TabletopScene
from .surfaces import crease_reach, cut_surfaces, jump_limit

# Colours that are looked for; grey and brown are any shadow or cardboard.
_COLORS = (*CHROMATIC, 'black', 'white')
# A patch of this share of the image that touches its border is the bin. Chosen: larger than an
# object in a heap.
_BIN_SHARE = 0.04
# Patches have this many of the smallest segment's pixels at least, surfaces as many, and gaps so
# wide, px, are closed. Chosen: print and reflections.
_PATCH_AREAS, _SURFACE_AREAS, _GAP_PX = 3, 4, 13
# A patch needs readings on this share of it. Chosen: low, since gloss leaves holes in the depth.
_MEASURED_SHARE = 0.3
# What is beside a surface is farther along this share of its outline at least, and along so many
# times as much of it as it is nearer. Chosen: walls and floors are hidden by what is before them.
_IN_FRONT, _TIMES = 0.12, 1.5
# The depth beside a surface is taken so many pixels from its outline, to both sides. Chosen: past
# the blurred edge.
_INSIDE_PX, _OUTSIDE_PX = 3, 6
# A surface may share this much of its pixels with a patch. Chosen: its print.
_SHARED = 0.3


def find_in_clutter(scene: TabletopScene, min_area_px: int, max_size: float) -> list[Segment]:
    """Things where no support is seen, largest first.

    What touches the image's border is left out, as a bin's walls and what is around it do, and
    so is every patch of the bin's own colour. A surface counts where it hides what is beside it.

    Args:
        scene: the working image.
        min_area_px: smaller ones are left out, working pixels.
        max_size: larger things are left out, m.
    """
    patches = _patches(scene, min_area_px, max_size)
    taken = np.zeros(scene.height.shape, bool)
    for patch in patches:
        taken[patch.window] |= patch.mask
    solid = scene.completed
    limit = min_area_px // 3
    labels = cut_surfaces(
        solid, scene.paint_names, solid.valid, limit, crease_reach(scene.height.shape)
    )
    found = patches
    for surface in Segment.from_labels(merge_fragments(solid, labels).labels).values():
        shared = np.count_nonzero(taken[surface.window] & surface.mask)
        if (
            surface.area >= _SURFACE_AREAS * min_area_px
            and shared < _SHARED * surface.area
            and _counts(scene, surface, frozenset(), max_size)
            and _is_in_front(solid.window(surface.window), surface.mask)
        ):
            found.append(surface)
    return sorted(found, key=lambda segment: -segment.area)


def _patches(scene: TabletopScene, min_area_px: int, max_size: float) -> list[Segment]:
    """Patches of one colour that the bin has not.

    Args:
        scene: the working image.
        min_area_px: smaller ones are left out, working pixels.
        max_size: larger things are left out, m.
    """
    everywhere = np.ones(scene.height.shape, bool)
    least = _PATCH_AREAS * min_area_px
    patches = color_patches(scene, ~everywhere, everywhere, _COLORS, least, _GAP_PX)
    shape, large = everywhere.shape, _BIN_SHARE * everywhere.size
    bins = [patch for patch in patches if _touches_border(patch, shape) and patch.area > large]
    bin_names = frozenset(_name(scene, patch) for patch in bins)
    return [patch for patch in patches if _counts(scene, patch, bin_names, max_size)]


def _name(scene: TabletopScene, segment: Segment) -> int:
    """Index of the colour name that a segment has most of."""
    names = scene.color_names[segment.window][segment.mask]
    return int(np.bincount(names, minlength=256)[:255].argmax())


def _counts(
    scene: TabletopScene, segment: Segment, bin_names: frozenset[int], max_size: float
) -> bool:
    """Whether a segment is none of the bin, is measured, and is no larger than a thing.

    Args:
        scene: the working image.
        segment: in it.
        bin_names: colours of the bin.
        max_size: larger things are left out, m.
    """
    part = scene.window(segment.window)
    measured = segment.mask & part.valid
    if _touches_border(segment, scene.height.shape) or _name(scene, segment) in bin_names:
        return False
    if np.count_nonzero(measured) < _MEASURED_SHARE * segment.area:
        return False
    points = part.points[measured]
    low, high = percentiles(points[:: len(points) // 1000 + 1], (2, 98))
    return bool((high - low).max() < max_size)


def _is_in_front(scene: TabletopScene, mask: BoolArray) -> bool:
    """Whether what is beside a surface is farther, along enough of its outline."""
    farther, nearer, count = 0, 0, 0
    beside = _INSIDE_PX + _OUTSIDE_PX
    limit = jump_limit(scene.tolerance)
    for turn in range(4):
        own, z, least = np.rot90(mask, turn), np.rot90(scene.depth, turn), np.rot90(limit, turn)
        edge = own[_INSIDE_PX:-_OUTSIDE_PX] & ~own[_INSIDE_PX + 1 : 1 - _OUTSIDE_PX]
        edge &= own[:-beside] & ~own[beside:]
        rows, columns = np.nonzero(edge)
        inside, outside = z[rows, columns], z[rows + beside, columns]
        step = np.where((inside > 0) & (outside > 0), outside - inside, 0)
        farther += int(np.count_nonzero(step > least[rows, columns]))
        nearer += int(np.count_nonzero(step < -least[rows, columns]))
        count += len(rows)
    return farther > _IN_FRONT * count and farther > _TIMES * nearer


def _touches_border(segment: Segment, shape: tuple[int, ...]) -> bool:
    """Whether a segment reaches the border of an image of a shape (rows, columns)."""
    box = segment.region.box
    inside = box.x_min > 1 and box.y_min > 1
    return not (inside and box.x_max < shape[1] - 1 and box.y_max < shape[0] - 1)
