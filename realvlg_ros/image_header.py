"""What an encoded image says of its size, before memory is taken for its pixels."""

from __future__ import annotations

import struct

from .arrays import ByteArray

# Larger images are of no camera, px. Chosen: the largest sensors have 60 million pixels.
_MOST_PIXELS = 2**26
# Where the first part of a png begins, and its size in it; each has 12 bytes beside its content.
# From ISO/IEC 15948.
_PNG_PARTS_AT, _PNG_SIZE_AT, _PNG_PART_FRAME = 8, 16, 12
_PNG, _PNG_SIZE, _PNG_LENGTH = b'\x89PNG\r\n\x1a\n', struct.Struct('>II'), struct.Struct('>I')
_JPEG = b'\xff\xd8'
_JPEG_SEGMENT, _JPEG_SIZE = struct.Struct('>BBH'), struct.Struct('>BHH')
# Markers of frames: those from C0 to CF that are no tables. From ISO/IEC 10918-1, table B.1.
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def declared_size(data: ByteArray) -> tuple[int, int] | None:
    """Columns and rows of a png or jpeg by its header; None of another or a damaged one."""
    view = data.data
    try:
        if view[:8] == _PNG:
            columns, rows = _PNG_SIZE.unpack_from(view, _PNG_SIZE_AT)
            return int(columns), int(rows)
        if view[:2] == _JPEG:
            return _jpeg_size(view)
    except struct.error:
        pass
    return None


def oversized(data: ByteArray) -> str:
    """Why an image is not decoded, by the sizes that it declares; empty if it may be."""
    size = declared_size(data)
    if size is None:
        return ''
    if size[0] * size[1] > _MOST_PIXELS:
        return f'its header says {size[0]}x{size[1]} pixels, which no camera has'
    if data.data[:8] == _PNG and (longest := _longest_part(data.data)) > data.size:
        return f'a part of it says it has {longest} bytes, and there are {data.size}'
    return ''


def _longest_part(view: memoryview) -> int:
    """The largest length that a part of a png says it has, bytes."""
    at, longest = _PNG_PARTS_AT, 0
    while at + _PNG_LENGTH.size <= len(view):
        (length,) = _PNG_LENGTH.unpack_from(view, at)
        longest = max(longest, length)
        at += length + _PNG_PART_FRAME
    return longest


def _jpeg_size(view: memoryview) -> tuple[int, int] | None:
    at = len(_JPEG)
    while True:
        start, marker, length = _JPEG_SEGMENT.unpack_from(view, at)
        if start != 0xFF:
            return None
        if marker in _JPEG_FRAMES:
            _, rows, columns = _JPEG_SIZE.unpack_from(view, at + _JPEG_SEGMENT.size)
            return int(columns), int(rows)
        at += 2 + max(length, 2)
