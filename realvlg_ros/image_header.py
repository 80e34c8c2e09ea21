"""What an encoded image says of its size, before memory is taken for its pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .arrays import ByteArray
from .limits import MAX_PIXELS

# Where the first part of a png begins, and its size in it; each has 12 bytes beside its content.
# From ISO/IEC 15948.
_PNG_PARTS_AT, _PNG_SIZE_AT, _PNG_PART_FRAME = 8, 16, 12
_PNG, _PNG_SIZE, _PNG_PART = b'\x89PNG\r\n\x1a\n', struct.Struct('>II'), struct.Struct('>I4s')
_PNG_ANIMATION = b'acTL'
_JPEG = b'\xff\xd8'
_JPEG_LENGTH, _JPEG_SIZE = struct.Struct('>H'), struct.Struct('>BHH')
# Markers of frames: those from C0 to CF that are no tables; those that nothing follows; and those
# at which no frame can follow any more. From ISO/IEC 10918-1, table B.1.
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = {0x01, *range(0xD0, 0xD8)}
_JPEG_ENDS = {0xD8, 0xD9, 0xDA}
# The beginning of a scan, and passes over a progressive jpeg. Chosen: encoders make about ten;
# each takes time for all pixels, whatever its bytes.
_JPEG_SCAN, _MOST_SCANS = b'\xff\xda', 100


def declared_size(data: ByteArray) -> tuple[int, int] | None:
    """Columns and rows of a png or jpeg by its header; None of another or a damaged one."""
    view = data.data
    try:
        if view[:8] == _PNG:
            columns, rows = _PNG_SIZE.unpack_from(view, _PNG_SIZE_AT)
            return int(columns), int(rows)
        if view[:2] == _JPEG:
            return _jpeg_size(data.tobytes())
    except (struct.error, IndexError):
        pass
    return None


def undecodable(data: ByteArray, expected: tuple[int, int] | None = None) -> str:
    """Why an image is not decoded, by what its header says; empty if it may be.

    Args:
        data: of a file.
        expected: columns and rows that it must have; None where nothing is known of them.
    """
    size = declared_size(data)
    if size is None:
        return 'it is no png or jpeg, or its header is damaged' if data.size else 'it is empty'
    if not 0 < size[0] * size[1] <= MAX_PIXELS:
        return f'its header says {size[0]}x{size[1]} pixels, which no camera has'
    if expected is not None and size != expected:
        return (
            f'its header says {size[0]}x{size[1]} pixels, and the camera has '
            f'{expected[0]}x{expected[1]}'
        )
    return _bad_png(data) if data.data[:8] == _PNG else _bad_jpeg(data)


def _bad_jpeg(data: ByteArray) -> str:
    scans = data.tobytes().count(_JPEG_SCAN)
    return f'it says it has {scans} scans' if scans > _MOST_SCANS else ''


def _bad_png(data: ByteArray) -> str:
    for length, kind in _png_parts(data.data):
        if length > data.size:
            return f'a part of it says it has {length} bytes, and there are {data.size}'
        if kind == _PNG_ANIMATION:
            return 'it is an animation'
    return ''


def _png_parts(view: memoryview) -> Iterator[tuple[int, bytes]]:
    """The length, bytes, that each part of a png says it has, and its name."""
    at = _PNG_PARTS_AT
    while at + _PNG_PART.size <= len(view):
        length, kind = _PNG_PART.unpack_from(view, at)
        yield int(length), kind
        at += length + _PNG_PART_FRAME


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """The size in the first frame, as decoders find it: they skip what is between segments."""
    at = len(_JPEG)
    while (at := data.find(b'\xff', at)) >= 0:
        while data[at] == 0xFF:
            at += 1
        marker, at = data[at], at + 1
        if marker in _JPEG_FRAMES:
            _, rows, columns = _JPEG_SIZE.unpack_from(data, at + _JPEG_LENGTH.size)
            return int(columns), int(rows)
        if marker in _JPEG_ENDS:
            return None
        if marker and marker not in _JPEG_ALONE:
            (length,) = _JPEG_LENGTH.unpack_from(data, at)
            at += max(length, _JPEG_LENGTH.size)
    return None
