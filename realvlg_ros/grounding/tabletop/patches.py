"""Patches of one colour on the support: flat things, and parts that the depth missed."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, FloatArray, Int32Array
from .colors import COLOR_NAMES
from .kernels import square
from .scene import Segment, TabletopScene

# Colours that stand out on their own; shadows and reflections are none of these.
CHROMATIC = ('red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink')
# A colour with this share of the bare support is the support's own. Chosen: above the share of
# reflections.
_SUPPORT_SHARE = 0.08
# A patch is a thing of its own when this share of it lies outside every object. Chosen: prints lie
# within theirs.
_OWN_SHARE = 0.4
# A plain patch of this share of a surface may be a thing of its own. Chosen: prints and labels are
# smaller.
_PART_SHARE = 0.18
# A patch needs readings on this share of it. Chosen: low, since gloss leaves holes in the depth.
_MEASURED_SHARE = 0.05


def add_patches(
    scene: TabletopScene, owners: Int32Array, support: BoolArray, min_area_px: int
) -> None:
    """Complete the objects, and add to them, by patches of one colour.

    Args:
        scene: the reduced frame.
        owners: (rows, columns) label of the object at each pixel, 0 for none; changed in place.
        support: (rows, columns) where the bare support is seen.
        min_area_px: smaller patches are ignored.
    """
    patches = color_patches(scene, support, _outline(support), CHROMATIC, 2 * min_area_px)
    parts: dict[int, list[Segment]] = {}
    for patch in patches:
        owner = owners[patch.window]
        outside = patch.mask & (owner == 0)
        if np.count_nonzero(outside) > _OWN_SHARE * patch.area:
            if _rises(scene, patch, support):
                owner[patch.mask] = owners.max() + 1
            continue
        overlaps = np.bincount(owner[patch.mask])
        overlaps[0] = 0
        best = int(np.argmax(overlaps))
        if overlaps[best] > 0.5 * patch.area:
            part = scene.window(patch.window)
            # Print and reflections on the support have its height; a thing rises above it.
            owner[outside & ((part.height > 0.5 * part.tolerance) | ~part.valid)] = best
            parts.setdefault(best, []).append(patch)
    for label, found in parts.items():
        _split_by_color(owners, label, found)


def _rises(scene: TabletopScene, patch: Segment, support: BoolArray) -> bool:
    """Whether a patch is higher than the support around it, by what readings it has."""
    part = scene.window(patch.window)
    measured = patch.mask & part.valid
    if np.count_nonzero(measured) < _MEASURED_SHARE * patch.area:
        return False
    around = support[patch.window] & ~patch.mask
    level = float(np.median(part.height[around])) if np.count_nonzero(around) > 50 else 0.0
    relief = part.height[measured] - min(level, 0.0)
    return bool(np.mean(relief > 0.5 * part.tolerance[measured]) > 0.6)


def _split_by_color(owners: Int32Array, label: int, patches: list[Segment]) -> None:
    """Give each large plain patch of an object a label of its own, if there are several.

    Things that touch are one surface to the depth; print on one thing is smaller or less plain.
    """
    area = np.count_nonzero(owners == label)
    plain = [patch for patch in patches if patch.area > _PART_SHARE * area and _is_plain(patch)]
    if len(plain) < 2:
        return
    for patch in plain:
        owner = owners[patch.window]
        owner[patch.mask & (owner == label)] = owners.max() + 1
    if np.count_nonzero(owners == label) < 0.5 * area:
        owners[owners == label] = 0


def _is_plain(patch: Segment) -> bool:
    """Whether a patch nearly fills the smallest rectangle around it."""
    rows, columns = np.nonzero(patch.mask)
    _, sides, _ = cv2.minAreaRect(np.column_stack([columns, rows]).astype(np.float32))
    return patch.area > 0.65 * max(sides[0] * sides[1], 1.0)


def color_patches(
    scene: TabletopScene,
    support: BoolArray,
    outline: BoolArray,
    colors: tuple[str, ...],
    min_area_px: int,
    gap_px: int = 3,
) -> list[Segment]:
    """Compact patches of one colour each, largest first.

    Args:
        scene: the reduced frame.
        support: (rows, columns) where the bare support is seen; its own colours are left out.
        outline: (rows, columns) where to look.
        colors: the names to look for.
        min_area_px: smaller patches are left out.
        gap_px: gaps of this size, such as print, are closed.
    """
    names = scene.color_names
    own = _counts(names, support) / max(int(np.count_nonzero(support)), 1)
    counts = _counts(names, outline)
    patches: list[Segment] = []
    for name in colors:
        index = COLOR_NAMES.index(name)
        if own[index] > _SUPPORT_SHARE or counts[index] < min_area_px:
            continue
        there = ((names == index) & outline).view(np.uint8)
        there = cv2.morphologyEx(there, cv2.MORPH_OPEN, square(3))
        left, top, wide, high = cv2.boundingRect(there)
        left, top = max(left - gap_px, 0), max(top - gap_px, 0)
        there = there[top : top + high + 2 * gap_px, left : left + wide + 2 * gap_px]
        there = cv2.morphologyEx(there, cv2.MORPH_CLOSE, square(gap_px))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(there, connectivity=4)
        for label, (x, y, width, height, area) in enumerate(stats):
            if label and area >= min_area_px and area > 0.3 * width * height:
                mask = labels[y : y + height, x : x + width] == label
                rows, columns = slice(top + y, top + y + height), slice(left + x, left + x + width)
                patches.append(Segment((rows, columns), mask))
    return sorted(patches, key=lambda patch: -patch.area)


def _counts(names: ByteArray, mask: BoolArray) -> FloatArray:
    """How many pixels of a mask (rows, columns) have each of the names (256,)."""
    found = cv2.calcHist([names], [0], mask.view(np.uint8), [256], [0, 256])
    return np.asarray(found[:, 0], np.float64)


def _outline(support: BoolArray) -> BoolArray:
    """The convex hull (rows, columns) of where the support is seen, in the image."""
    rows, columns = np.nonzero(support[::4, ::4])
    outline = np.zeros(support.shape, np.uint8)
    if len(rows) >= 3:
        hull = cv2.convexHull(np.column_stack([columns, rows]).astype(np.int32) * 4)
        cv2.fillConvexPoly(outline, hull, 1)
    return np.asarray(outline, bool)
