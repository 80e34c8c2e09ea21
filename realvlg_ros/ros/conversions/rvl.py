"""RVL, the lossless compression of 16-bit depth that compressed_depth_image_transport offers.

A. D. Wilson, "Fast Lossless Depth Image Compression", ISS 2017: runs of pixels without a reading
and of pixels with one alternate; of the latter the differences are stored, in nibbles of three
bits and a flag that says whether more follow, eight to a 32-bit word.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

from ...arrays import ByteArray, IntArray
from ...errors import MessageError

# Columns and rows, before the words. From compressed_depth_image_transport.
_SIZE = struct.Struct('<ii')
# Nibbles of the longest number. From the paper: 3 bits each, of 32.
_MAX_NIBBLES = 11
# Largest image, pixels. Chosen: no depth camera has a fifth of it.
_MAX_PIXELS = 1 << 25


def decode_rvl(data: ByteArray, size: tuple[int, int] | None = None) -> npt.NDArray[np.uint16]:
    """The depth (rows, columns) of the data behind the header of a compressedDepth message.

    Args:
        data: (n,) columns and rows as int32, then the words.
        size: (columns, rows) that the image must have, if known.

    Raises:
        MessageError: another size, or data that are no such image.
    """
    if len(data) < _SIZE.size:
        raise MessageError(f'rvl depth of {len(data)} bytes has no size; the message is truncated')
    columns, rows = _SIZE.unpack_from(data.tobytes()[: _SIZE.size])
    if columns <= 0 or rows <= 0 or columns * rows > _MAX_PIXELS:
        raise MessageError(f'rvl depth says that it is {columns}x{rows}; the data is damaged')
    if size is not None and (columns, rows) != size:
        raise MessageError(
            f'rvl depth is {columns}x{rows} and colour {size[0]}x{size[1]}: depth is not '
            'registered to colour, or the data is damaged; turn on depth alignment in the driver'
        )
    numbers = _numbers(data[_SIZE.size :])
    places, deltas = _runs(numbers, columns * rows)
    depth = np.zeros(columns * rows, np.uint16)
    # The difference to the last reading, whatever lies between; signs are in the lowest bit.
    signed = (deltas >> 1) ^ -(deltas & 1)
    values = np.cumsum(signed)
    if len(values) and not (values.min() >= 0 and values.max() <= np.iinfo(np.uint16).max):
        raise _damaged('a depth of more than 16 bits')
    depth[places] = values
    return depth.reshape(rows, columns)


def _numbers(data: ByteArray) -> IntArray:
    """All numbers (n,) of the words."""
    words = np.frombuffer(data.tobytes(), '<u4', len(data) // 4)
    shifts = np.arange(28, -1, -4, dtype=np.uint32)
    nibbles = ((words[:, None] >> shifts) & 15).astype(np.int64).ravel()
    last = np.flatnonzero(nibbles < 8)
    if len(last) == 0:
        return np.zeros(0, np.int64)
    first = np.concatenate([[0], last[:-1] + 1])
    lengths = last - first + 1
    if lengths.max() > _MAX_NIBBLES:
        raise _damaged('a number of more than 32 bits')
    nibbles = nibbles[: last[-1] + 1]
    position = np.arange(len(nibbles)) - np.repeat(first, lengths)
    return np.asarray(np.add.reduceat((nibbles & 7) << (3 * position), first), np.int64)


def _runs(numbers: IntArray, pixels: int) -> tuple[IntArray, IntArray]:
    """The pixels (m,) that have a reading, and their differences (m,)."""
    places, kept = [], []
    done, at = 0, 0
    while done < pixels:
        if at + 2 > len(numbers):
            raise _damaged(f'{done} of {pixels} pixels')
        holes, readings = int(numbers[at]), int(numbers[at + 1])
        at += 2
        if done + holes + readings > pixels or at + readings > len(numbers):
            raise _damaged(f'a run of {holes} and {readings} pixels at {done} of {pixels}')
        if holes + readings == 0:
            raise _damaged(f'an empty run at {done} of {pixels}')
        if readings:
            places.append(np.arange(done + holes, done + holes + readings))
            kept.append(numbers[at : at + readings])
        done, at = done + holes + readings, at + readings
    if not places:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(places), np.concatenate(kept)


def _damaged(found: str) -> MessageError:
    return MessageError(
        f'rvl depth holds {found}: the message is truncated or damaged; set the parameter '
        'compressedDepth.format of the publisher to png if it stays so'
    )
