"""A mask by points that a person gives: inside of the object, and outside of it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray
from ...errors import AnnotationError
from ...frame import RgbdFrame
from ...image_region import Box, RegionMask

# Pixels around a point that are sure, at 640 px of width. Chosen: a finger's aim.
_SURE_PX = 3
# Rounds of GrabCut. Chosen: more change nothing that is seen.
_ROUNDS = 4
# A box is enlarged by this share of its sides, in which the object may lie. Chosen: a box that
# was drawn a little too small.
_AROUND = 0.15
# Depth that differs by so much from that of the points inside is another thing, m. Chosen: the
# depth of what a gripper holds.
_ANOTHER_M = 0.12

Points = Sequence[tuple[float, float]]


def mask_by_points(
    frame: RgbdFrame, box: Box, mask: RegionMask | None, inside: Points, outside: Points
) -> RegionMask:
    """What belongs to the points inside and not to those outside, by colour and depth.

    GrabCut (Rother et al. 2004) on the colour image, begun with the mask that there is.

    Args:
        frame: colour and depth.
        box: in or near which the object lies, px; enlarged so that it holds the points inside.
        mask: of the object so far; None for none.
        inside: points (x, y) on the object, px.
        outside: points (x, y) beside it, px.

    Raises:
        AnnotationError: no point is inside, a point leaves the image, or nothing is left.
    """
    if not inside:
        raise AnnotationError('a mask needs at least one point on the object')
    height, width = frame.depth.shape
    for x, y in (*inside, *outside):
        if not (0 <= x < width and 0 <= y < height):
            raise AnnotationError(f'point ({x:g}, {y:g}) px is outside the {width}x{height} image')
    labels = np.full((height, width), cv2.GC_BGD, np.uint8)
    labels[_room(box, inside, width, height)] = cv2.GC_PR_BGD
    if mask is not None:
        labels[mask.to_full(height, width) & (labels == cv2.GC_PR_BGD)] = cv2.GC_PR_FGD
    labels[_elsewhere(frame, inside)] = cv2.GC_BGD
    radius = max(1, round(_SURE_PX * width / 640))
    for points, value in ((inside, cv2.GC_FGD), (outside, cv2.GC_BGD)):
        for x, y in points:
            cv2.circle(labels, (round(x), round(y)), radius, value, -1)
    found = _cut(frame.color, labels)
    return RegionMask.from_full(_touched(found, inside))


def _room(box: Box, inside: Points, width: int, height: int) -> tuple[slice, slice]:
    xs, ys = ([point[k] for point in inside] for k in (0, 1))
    dx, dy = _AROUND * box.width, _AROUND * box.height
    room = Box(
        min(box.x_min, *xs) - dx, min(box.y_min, *ys) - dy,
        max(box.x_max, *xs) + dx, max(box.y_max, *ys) + dy,
    )  # fmt: skip
    return room.clipped(width, height).slices()


def _elsewhere(frame: RgbdFrame, inside: Points) -> BoolArray:
    """Pixels (height, width) whose depth is not that of any point inside."""
    depths = [float(frame.depth[round(y), round(x)]) for x, y in inside]
    known = [depth for depth in depths if depth > 0]
    if not known:
        return np.zeros(frame.depth.shape, bool)
    low, high = min(known) - _ANOTHER_M, max(known) + _ANOTHER_M
    return np.asarray(frame.valid & ((frame.depth < low) | (frame.depth > high)))


def _cut(color: ByteArray, labels: ByteArray) -> BoolArray:
    models = np.zeros((2, 1, 65))
    cv2.setRNGSeed(0)
    if (labels == cv2.GC_PR_FGD).any() or (labels == cv2.GC_FGD).sum() > 10:
        cv2.grabCut(
            color[..., ::-1].copy(), labels, None, models[0], models[1], _ROUNDS,
            cv2.GC_INIT_WITH_MASK,
        )  # fmt: skip
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def _touched(found: BoolArray, inside: Points) -> BoolArray:
    """The connected parts of a mask (height, width) that hold a point inside."""
    _, parts = cv2.connectedComponents(found.astype(np.uint8))
    kept = {int(parts[round(y), round(x)]) for x, y in inside} - {0}
    return np.isin(parts, list(kept))
