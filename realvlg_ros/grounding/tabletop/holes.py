"""Holes of a depth image closed from what is beside them and looks alike."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

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
    near = cv2.dilate(valid.view(np.uint8), np.ones((side, side), np.uint8)) > 0
    holes = np.flatnonzero(near & ~valid)
    if not holes.size or not valid.any():
        return holes[:0], np.zeros(0, np.float32)
    paint = _paint(color)
    own, flat, shape = paint[holes], depth.ravel(), (4, len(holes))
    totals, depths = np.full(shape, np.inf, np.float32), np.full(shape, np.inf, np.float32)
    alike = np.zeros(shape, bool)
    for side, (index, distance) in enumerate(_next_readings(valid, holes)):
        near_by = np.flatnonzero(distance <= _REACH_PX)
        source, distance = index[near_by], distance[near_by]
        levels = _levels(paint[source], own[near_by])
        worth = levels <= _MOST_LEVELS
        kept = near_by[worth]
        totals[side, kept] = (distance + np.float32(_PX_A_LEVEL) * levels)[worth]
        depths[side, kept] = flat[source[worth]]
        alike[side, near_by] = (levels <= _ALIKE_LEVELS) & (distance <= _ALONE_PX)
    best = (np.argmin(totals, axis=0), np.arange(len(holes)))
    z = depths[best]
    # A reading on one side only, as beside the shadow of a thing, must be of the same paint.
    with np.errstate(invalid='ignore'):
        agree = np.count_nonzero(np.abs(depths - z) < _SAME_M, axis=0) > 1
    found = np.isfinite(z) & (agree | alike[best])
    return holes[found], z[found]


def _paint(color: ByteArray) -> npt.NDArray[np.uint32]:
    """CIELAB (pixels,) of an image (rows, columns, 3) RGB without its noise, a byte a channel."""
    lab = cv2.cvtColor(cv2.medianBlur(color, 3), cv2.COLOR_RGB2LAB)
    padded = cv2.merge([*cv2.split(lab), np.zeros(lab.shape[:2], np.uint8)])
    return padded.view(np.uint32).ravel()


def _levels(one: npt.NDArray[np.uint32], other: npt.NDArray[np.uint32]) -> ByteArray:
    """The most by which a channel of paints (n,) differs from that of others (n,)."""
    apart = cv2.absdiff(one.view(np.uint8), other.view(np.uint8)).reshape(-1, 4)
    most = np.maximum(apart[:, 0], apart[:, 1])
    return np.maximum(most, apart[:, 2])


def _next_readings(valid: BoolArray, holes: IndexArray) -> list[tuple[IndexArray, IndexArray]]:
    """Flat index of the next reading in four directions, and how many pixels away it is.

    Where there is none it is far away.

    Args:
        valid: (rows, columns) True where there is a reading.
        holes: (n,) flat indices of pixels.
    """
    rows, columns = valid.shape
    row, column = (part.astype(np.int32) for part in np.divmod(holes, columns))
    far = np.int32(1 << 20)
    across = np.where(valid, np.arange(columns, dtype=np.int32), -far)
    along = np.where(valid, np.arange(rows, dtype=np.int32)[:, None], -far)
    left = np.maximum.accumulate(across, axis=1).ravel()[holes]
    above = np.maximum.accumulate(along, axis=0).ravel()[holes]
    across[~valid], along[~valid] = far, far
    right = np.minimum.accumulate(across[:, ::-1], axis=1)[:, ::-1].ravel()[holes]
    below = np.minimum.accumulate(along[::-1], axis=0)[::-1].ravel()[holes]
    start = holes - column
    return [
        (start + left, column - left),
        (start + right, right - column),
        (above * np.int64(columns) + column, row - above),
        (below * np.int64(columns) + column, below - row),
    ]
