"""Bytes of files: only of regular ones, and never more than they may have."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .boundary import Boundary
from .limits import MAX_ARRAY_BYTES, MAX_TEXT_BYTES

_KINDS = {
    stat.S_IFIFO: 'a pipe', stat.S_IFSOCK: 'a socket', stat.S_IFDIR: 'a folder',
    stat.S_IFCHR: 'a device', stat.S_IFBLK: 'a device',
}  # fmt: skip
_NPY, _ZIP = b'\x93NUMPY', b'PK'


def is_folder(path: Path) -> bool:
    """Whether there is a folder; not where the name cannot be one, as when it is too long."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Whether there is a regular file; not where the name cannot be one."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_bytes(path: Path, boundary: Boundary, most: int = MAX_TEXT_BYTES) -> bytes:
    """The content of a regular file.

    Args:
        path: of the file; one that a link leads to is taken.
        boundary: of the file.
        most: bytes that it may have.

    Raises:
        RealvlgError: of the boundary: it is missing, cannot be read, is no regular file (a pipe
            would be waited for without end), or is larger.
    """
    with boundary.guard('cannot be read'):
        # A pipe without a writer is opened at once, too.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), 'rb') as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                kind = _KINDS.get(stat.S_IFMT(status.st_mode), 'something else')
                raise boundary.refusal(f'is {kind}, expected a regular file')
            # One byte more than it says shows that there is more.
            data = file.read(status.st_size + 1) if status.st_size <= most else b''
            if max(status.st_size, len(data)) > most:
                raise boundary.refusal(f'has more than the {most} bytes that are read')
            if len(data) != status.st_size:
                raise boundary.refusal(f'has not the {status.st_size} bytes that it says it has')
        return data


def read_text(path: Path, boundary: Boundary, most: int = MAX_TEXT_BYTES) -> str:
    """The text of a regular file in UTF-8, with or without a mark of it.

    Args:
        path: of the file.
        boundary: of the file.
        most: bytes that it may have.

    Raises:
        RealvlgError: of the boundary; see read_bytes, or a byte is not UTF-8.
    """
    data = read_bytes(path, boundary, most)
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        raise boundary.refusal(
            f'line {line} holds the byte 0x{data[error.start]:02x}, which is no UTF-8 text'
        ) from error


def read_array(path: Path, boundary: Boundary) -> npt.NDArray[Any]:
    """The array of an .npy file; pickled content is refused.

    Raises:
        RealvlgError: of the boundary; see read_bytes, or it holds no array.
    """
    data = read_bytes(path, boundary, MAX_ARRAY_BYTES)
    with boundary.guard('cannot be read as an array'):
        return _parse_npy(data)


def read_arrays(path: Path, boundary: Boundary) -> Mapping[str, npt.NDArray[Any]]:
    """The arrays of an .npz file by their names; pickled content is refused.

    Raises:
        RealvlgError: of the boundary; see read_bytes, or it holds no arrays, or they are larger
            than MAX_ARRAY_BYTES when they are unpacked.
    """
    data = read_bytes(path, boundary, MAX_ARRAY_BYTES)
    with boundary.guard('cannot be read as arrays'), zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(item.file_size for item in archive.infolist()) > MAX_ARRAY_BYTES:
            raise boundary.refusal(f'unpacks to more than {MAX_ARRAY_BYTES} bytes')
        return {
            item.filename.removesuffix('.npy'): _parse_npy(_unpack(archive, item))
            for item in archive.infolist()
        }


def _unpack(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> bytes:
    with archive.open(item) as file:
        data = file.read(item.file_size + 1)
    if len(data) != item.file_size:
        raise ValueError(f'{item.filename} has not the size that is said of it')
    return data


def _parse_npy(data: bytes) -> npt.NDArray[Any]:
    """The array of a file's bytes; what its header says is compared with them first."""
    if not data.startswith(_NPY):
        raise ValueError('it does not begin as an .npy file does')
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0
    if version != (1, 0):
        read = np.lib.format.read_array_header_2_0
    shape, is_fortran, kind = read(file)
    count = 1
    for side in shape:
        count *= int(side)
    if kind.hasobject:
        raise ValueError('it holds Python objects, which are pickled and could run code')
    left = len(data) - file.tell()
    if count < 0 or count * kind.itemsize > left:
        raise ValueError(f'its header says {count} numbers, and {left} bytes are there')
    if not count * kind.itemsize:
        return np.zeros(shape, kind)
    numbers = np.frombuffer(data, kind, count, file.tell())
    return numbers.reshape(shape, order='F' if is_fortran else 'C')
