"""Holes of a depth image closed from what is beside them and looks alike."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array, IndexArray

# A hole is closed from readings within so many pixels. Chosen: what glossy and dark paint loses;
# a thing that is lost whole has none.
_REACH_PX = 14
# A reading whose colour differs by one level of 8-bit CIELAB is as good as one so many pixels
# farther away. Chosen: an edge between two paints is 20 levels.
_PX_A_LEVEL = 0.6
# A reading of another colour than this, levels, says nothing. Chosen: a surface in shade.
_MOST_LEVELS = 40
# One of nearly the same colour, levels, and within so many pixels needs no second one at the same
# depth, m. Chosen: what noise of the image makes of one paint, the loss of readings along an edge,
# and what a slanted surface spans.
_ALIKE_LEVELS, _ALONE_PX, _SAME_M = 8, 4, 0.02


def close_holes(depth: Float32Array, color: ByteArray) -> tuple[IndexArray, Float32Array]:
    """Flat indices (n,) of pixels without a reading, and the depth (n,) that they may have, m.

    Of the next readings to the left, to the right, above and below, that counts which is near and
    of the same colour. What has none is left out.

    Args:
        depth: (rows, columns) m, 0 without a reading.
        color: (rows, columns, 3) uint8 RGB.
    """
    valid = depth > 0
    side = 2 * _REACH_PX + 1
    near = cv2.dilate(valid.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    holes = np.flatnonzero(near & ~valid)
    if not holes.size or not valid.any():
        return holes[:0], np.zeros(0, np.float32)
    lab = cv2.cvtColor(cv2.medianBlur(color, 3), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    own, flat = lab[holes].astype(np.int16), depth.ravel()
    totals, depths, alike = [], [], []
    for index, distance in _next_readings(valid, holes):
        levels = np.abs(lab[index].astype(np.int16) - own).max(axis=1)
        worth = (index >= 0) & (distance <= _REACH_PX) & (levels <= _MOST_LEVELS)
        totals.append(np.where(worth, distance + np.float32(_PX_A_LEVEL) * levels, np.inf))
        depths.append(np.where(worth, flat[index], np.float32(np.inf)))
        alike.append((levels <= _ALIKE_LEVELS) & (distance <= _ALONE_PX))
    best = np.argmin(totals, axis=0)[None]
    z = np.take_along_axis(np.stack(depths), best, 0)[0]
    # A reading on one side only, as beside the shadow of a thing, must be of the same paint.
    with np.errstate(invalid='ignore'):
        agree = (np.abs(np.stack(depths) - z) < _SAME_M).sum(axis=0) > 1
    found = np.isfinite(z) & (agree | np.take_along_axis(np.stack(alike), best, 0)[0])
    return holes[found], z[found]


def _next_readings(valid: BoolArray, holes: IndexArray) -> list[tuple[IndexArray, Float32Array]]:
    """Flat index, -1 for none, of the next reading in four directions, and its distance, px."""
    rows, columns = valid.shape
    row, column = np.divmod(holes, columns)
    found = []
    across = np.where(valid, np.arange(columns, dtype=np.int32), np.int32(-1))
    along = np.where(valid, np.arange(rows, dtype=np.int32)[:, None], np.int32(-1))
    left = np.maximum.accumulate(across, axis=1).ravel()[holes]
    above = np.maximum.accumulate(along, axis=0).ravel()[holes]
    far = np.int32(1 << 20)
    across[~valid], along[~valid] = far, far
    right = np.minimum.accumulate(across[:, ::-1], axis=1)[:, ::-1].ravel()[holes]
    below = np.minimum.accumulate(along[::-1], axis=0)[::-1].ravel()[holes]
    for at in (left, right):
        inside = (at >= 0) & (at < far)
        distance = np.abs(at - column).astype(np.float32)
        found.append((np.where(inside, row * columns + at, -1), distance))
    for at in (above, below):
        inside = (at >= 0) & (at < far)
        distance = np.abs(at - row).astype(np.float32)
        found.append((np.where(inside, at * columns + column, -1), distance))
    return found
