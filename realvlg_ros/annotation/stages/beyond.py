"""Whether an object goes on beyond its mask: what its surroundings have of neither it nor support.

A thin shaft lies below what depth tells from the support, but has another colour; a part that was
cut off has the mask's depth beside it, and rises above the support.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array
from ...frame import RgbdFrame
from ...image_region import nearest_pixel
from ...support_plane import seen_or_known_support

# The ring around a mask that is looked at, and the surroundings that show the support, px at 640
# px of width. Chosen: beyond the blurred border; a hand's breadth.
_RING_PX, _AROUND_PX = (3.0, 10.0), 40.0
# What rises so far over the support, m, and is no farther in depth from the mask's nearest pixel
# than the second, may be a part of the object. Chosen: twice the tolerance of depth at 0.7 m.
_RISES_M, _SAME_M = 0.006, 0.015
# What lies no higher over the support than this, m, is not one of the other things that are seen.
# Chosen: the shaft of a tool that lies on its handle.
_LOW_M = 0.025
# What differs from the support's chroma by so many standard deviations is something else; these
# are at least so large, CIELAB. Chosen: shadows do not change chroma by more.
_OTHER, _LEAST_SPREAD = 5.0, 1.5
# Support that is seen on fewer pixels has no colour that is known. Chosen.
_LEAST_PIXELS = 200


def goes_on(
    frame: RgbdFrame, mask: BoolArray, others: BoolArray | None = None
) -> tuple[float, float]:
    """Share of the ring around a mask that goes on by depth, and that does so by colour.

    Args:
        frame: colour and depth.
        mask: (height, width) of the object.
        others: (height, width) of the other objects, whose colour says nothing; None: unknown.

    Returns:
        Both 0 to 1; 0 where no support is seen.
    """
    plane = seen_or_known_support(frame, frame.up)
    if plane is None or not mask.any():
        return 0.0, 0.0
    away, index = nearest_pixel(mask)
    scale = frame.camera.width / 640
    low, high = (limit * scale for limit in _RING_PX)
    ring = (away > low) & (away <= high)
    height = plane.height(frame.points.astype(np.float64))
    known = frame.valid
    beside = np.abs(frame.depth - frame.depth.ravel()[index]) < _SAME_M
    tolerance = np.maximum(2 * frame.noise.tolerance(frame.depth), _RISES_M)
    raised = ring & known & beside & (height > tolerance)
    by_depth = _without_specks(raised).sum() / max(int(ring.sum()), 1)
    level = known & (np.abs(height) < _RISES_M)
    surroundings = (away > low) & (away < _AROUND_PX * scale) & level
    low_lying = ~known | (np.abs(height) < _LOW_M)
    if others is not None:
        low_lying &= ~others
    foreign = ring & low_lying & _other_chroma(frame, surroundings)
    crossing = _crossing(foreign, away, low + 1.5 * scale, high - 1.5 * scale)
    return float(by_depth), float(crossing / max(int(ring.sum()), 1))


def _other_chroma(frame: RgbdFrame, surroundings: BoolArray) -> BoolArray:
    """Pixels (height, width) whose chroma is not that of the support around."""
    if surroundings.sum() < _LEAST_PIXELS:
        return np.zeros(surroundings.shape, bool)
    lab = cv2.cvtColor(cv2.medianBlur(frame.color, 3), cv2.COLOR_RGB2LAB)
    chroma = lab[..., 1:].astype(np.float32)
    own = chroma[surroundings]
    middle = np.median(own, axis=0)
    # The median absolute deviation of a normal distribution is 0.6745 standard deviations.
    spread = np.maximum(np.median(np.abs(own - middle), axis=0) / 0.6745, _LEAST_SPREAD)
    return np.asarray(np.linalg.norm((chroma - middle) / spread, axis=-1) > _OTHER)


def _crossing(foreign: BoolArray, away: Float32Array, low: float, high: float) -> int:
    """Pixels of the connected parts that reach from the mask across the ring."""
    count, parts = cv2.connectedComponents(foreign.astype(np.uint8))
    pixels = 0
    for part in range(1, count):
        inside = parts == part
        if away[inside].min() < low and away[inside].max() > high:
            pixels += int(inside.sum())
    return pixels


def _without_specks(mask: BoolArray) -> BoolArray:
    square = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, square) > 0)
