"""Holes of a depth image closed from what is beside them and looks alike."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import BoolArray, ByteArray, Float32Array, IndexArray
from .kernels import square

# A hole is closed from readings within so many pixels. Chosen: what glossy and dark paint loses;
# a thing that is lost whole has none.
_REACH_PX = 14
# A reading whose colour differs by one level of 8-bit CIELAB is as good as one so many pixels
# farther away. Chosen: an edge between two paints is 20 levels.
_PX_A_LEVEL = np.float32(0.6)
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
    near = cv2.dilate(valid.view(np.uint8), square(side)) > 0
    holes = np.flatnonzero(near & ~valid)
    if not holes.size:
        return holes, np.zeros(0, np.float32)
    paint, flat = _paint(color), depth.ravel()
    own, none = paint[holes], np.float32(np.inf)
    least, z = np.full(len(holes), none), np.full(len(holes), none)
    alike, depths = np.zeros(len(holes), bool), []
    for source, distance in _next_readings(valid, holes):
        levels = _levels(paint.take(source, mode='clip'), own)
        worth = (distance <= _REACH_PX) & (levels <= _MOST_LEVELS)
        total = np.where(worth, distance + levels * _PX_A_LEVEL, none)
        depths.append(np.where(worth, flat.take(source, mode='clip'), none))
        better = total < least
        np.copyto(least, total, where=better)
        np.copyto(z, depths[-1], where=better)
        np.copyto(alike, (levels <= _ALIKE_LEVELS) & (distance <= _ALONE_PX), where=better)
    # A reading on one side only, as beside the shadow of a thing, must be of the same paint.
    with np.errstate(invalid='ignore'):
        others = [np.abs(each - z) < _SAME_M for each in depths]
    some, two = others[0], np.zeros(len(holes), bool)
    for other in others[1:]:
        two |= some & other
        some = some | other
    found = np.isfinite(z) & (two | alike)
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


def _next_readings(valid: BoolArray, holes: IndexArray) -> list[tuple[IndexArray, Float32Array]]:
    """Flat index of the next reading in four directions, and how many pixels away it is.

    Where there is none it is far away, and the index is none of the image's.

    Args:
        valid: (rows, columns) True where there is a reading.
        holes: (n,) flat indices of pixels.
    """
    rows, columns = valid.shape
    row = holes // columns
    column = holes - row * columns
    far = np.int32(1 << 20)
    across = np.where(valid, np.arange(columns, dtype=np.int32), -far)
    along = np.where(valid, np.arange(rows, dtype=np.int32)[:, None], -far)
    left = column - np.maximum.accumulate(across, axis=1).ravel()[holes]
    above = row - np.maximum.accumulate(along, axis=0).ravel()[holes]
    across[~valid], along[~valid] = far, far
    right = np.minimum.accumulate(across[:, ::-1], axis=1)[:, ::-1].ravel()[holes] - column
    below = np.minimum.accumulate(along[::-1], axis=0)[::-1].ravel()[holes] - row
    steps = ((left, -1), (right, 1), (above, -columns), (below, columns))
    return [(holes + step * away, away.astype(np.float32)) for away, step in steps]
