"""Compressed parts of bags, unpacked to no more than they may hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ....errors import BagError
from ....optional import import_optional
from ....quoting import quoted
from .storage import LARGEST_BLOCK

# First bytes of a frame. From RFC 8878 (zstd) and the LZ4 frame format.
ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
LZ4_MAGIC = b'\x04\x22\x4d\x18'
# A file is unpacked in steps of so many bytes. Chosen: little memory.
_STEP = 1024 * 1024
# A file unpacks to so many bytes, or so many times its own, at most. Chosen: bags of black images
# shrink a few hundred times; a few bytes can say that they are a disk full of zeros.
_LEAST_UNPACKED, _GREATEST_RATIO = 2**28, 1000


def _zstd() -> Any:
    name = 'compression.zstd' if sys.version_info >= (3, 14) else 'backports.zstd'
    return import_optional(name, 'zstd cannot be unpacked', 'pip install rosbags')


def unpack(
    data: bytes | memoryview, method: str, size: int = LARGEST_BLOCK, partly: bool = False
) -> bytes:
    """Unpack a part of a bag.

    Args:
        data: compressed.
        method: zstd or lz4 (frames), or empty.
        size: bytes that may come out at most.
        partly: whether what is there of a part that was cut off is given, too.

    Raises:
        BagError: another method, damaged data, more than size, or less than the whole.
    """
    if not method:
        return bytes(data)
    if size > LARGEST_BLOCK:
        raise BagError(f'a part of {size} bytes is larger than the {LARGEST_BLOCK} that are read')
    if method == 'zstd':
        decompressor = _zstd().ZstdDecompressor()
    elif method == 'lz4':
        lz4 = import_optional('lz4.frame', 'lz4 cannot be unpacked', 'pip install lz4')
        decompressor = lz4.LZ4FrameDecompressor()
    else:
        raise BagError(f'compression {quoted(method)} is not read; zstd and lz4 are')
    try:
        # One byte more shows that there is more.
        unpacked = bytes(decompressor.decompress(bytes(data), max_length=size + 1))
    except Exception as error:
        # Each library has an error of its own.
        raise BagError(f'a part compressed by {method} is damaged: {error}') from error
    if len(unpacked) > size:
        raise BagError(f'a part compressed by {method} holds more than {size} bytes')
    if not decompressor.eof and not partly:
        raise BagError(f'a part compressed by {method} is cut off')
    return unpacked


def unpack_message(data: bytes | memoryview) -> bytes | memoryview:
    """The bytes of a message, unpacked if it was compressed by itself.

    A serialised message begins with zero in ROS 2, no compressed frame does.

    Raises:
        BagError: it is damaged.
    """
    start = bytes(data[:4])
    if start == ZSTD_MAGIC:
        return unpack(data, 'zstd')
    if start == LZ4_MAGIC:
        return unpack(data, 'lz4')
    return data


def unpack_file(path: Path, folder: Path) -> tuple[Path, str]:
    """Unpack a file of a bag into a folder.

    Returns:
        The unpacked file, and why it is not whole; empty if it is.

    Raises:
        BagError: there is no room for it.
    """
    target = folder / path.stem
    problem = f'{path.name} is cut off: what is there of it is read'
    try:
        most = max(_LEAST_UNPACKED, _GREATEST_RATIO * path.stat().st_size)
        with path.open('rb') as source, target.open('wb') as out:
            decompressor = _zstd().ZstdDecompressor()
            while packed := source.read(_STEP):
                while packed or not (decompressor.needs_input or decompressor.eof):
                    if out.tell() > most:
                        raise ValueError(f'it unpacks to more than {most} bytes')
                    out.write(decompressor.decompress(packed, max_length=_STEP))
                    packed = b''
                if decompressor.eof:
                    problem = ''
                    break
    except OSError as error:
        raise BagError(f'{path} cannot be unpacked to {target}: {error}') from error
    except Exception as error:
        # The library has an error of its own.
        problem = f'{path.name} is damaged: what comes before is read ({error})'
    return target, problem
