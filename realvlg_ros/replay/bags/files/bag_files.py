"""The files of a bag: found by its path and metadata.yaml, and told by their first bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from ....boundary import Boundary
from ....documents import Size, read_yaml
from ....errors import BagError
from ....fields import Fields
from ....quoting import quoted
from . import mcap_records, rosbag1_file, sqlite_file
from .compression import ZSTD_MAGIC
from .storage import Warn

METADATA = 'metadata.yaml'
# Suffixes of files with messages, also where a further suffix says that they are compressed.
_SUFFIXES = ('.mcap', '.db3', '.bag')
# Larger metadata is none, bytes and values. Chosen: of ten thousand files and topics.
_LARGEST_METADATA = Size(2**24, 1_000_000)
_EXPECTED = (
    'expected a folder with metadata.yaml and .mcap or .db3 files (rosbag2), one such file, or a '
    '.bag file (rosbag1)'
)


@dataclass(frozen=True)
class BagFiles:
    """The files of a bag in their order, and what its metadata says of them.

    Attributes:
        files: paths, one at least.
        counts: messages by topic as metadata.yaml has them; None without it.
    """

    files: tuple[Path, ...]
    counts: dict[str, int] | None = field(default=None)


def find_files(path: Path, warn: Warn) -> BagFiles:
    """The files of the bag at a path: a folder or one file.

    Args:
        path: as it was given.
        warn: called with what is missing or contradicts itself.

    Raises:
        BagError: there is no bag.
    """
    if path.is_file():
        return BagFiles((path,))
    if not path.is_dir():
        beside = _bags_in(path.parent) if path.parent.is_dir() else []
        near = f'; {path.parent} holds {_listed(beside)}' if beside else ''
        raise BagError(f'{path} is not there{near}; {_EXPECTED}')
    metadata = _read_metadata(path, warn) if (path / METADATA).exists() else None
    if metadata is None:
        return BagFiles(_files_without_metadata(path, warn))
    return _files_by_metadata(path, metadata, warn)


def is_bag(path: Path) -> bool:
    """Whether there is a file, or a folder with what rosbag2 or rosbag1 writes."""
    if path.is_dir():
        return (path / METADATA).is_file() or bool(_bag_files_in(path))
    return path.is_file()


def storage_of(path: Path) -> str:
    """The storage of a file by its first bytes: mcap, sqlite3, rosbag1, zstd (compressed).

    Raises:
        BagError: another one, or the file cannot be read.
    """
    try:
        with path.open('rb') as file:
            start = file.read(16)
    except OSError as error:
        raise BagError(f'{path} cannot be read: {error}') from error
    for magic, name in (
        (mcap_records.MAGIC, 'mcap'),
        (sqlite_file.MAGIC, 'sqlite3'),
        (rosbag1_file.MAGIC, 'rosbag1'),
        (ZSTD_MAGIC, 'zstd'),
    ):
        if start.startswith(magic):
            return name
    said = f'begins with {quoted(start[:8])}' if start else 'is empty'
    raise BagError(f'{path} is no bag: it {said}; {_EXPECTED}')


def _files_by_metadata(path: Path, metadata: dict[str, Any], warn: Warn) -> BagFiles:
    names = metadata.get('relative_file_paths')
    # The paths of old bags begin with the name of the bag's own folder.
    named = [
        path / PurePath(name).name
        for name in (names if isinstance(names, list) else ())
        if isinstance(name, str) and PurePath(name).name
    ]
    there = [file for file in named if file.is_file()]
    missing = [file.name for file in named if not file.is_file()]
    if missing:
        warn(f'{path}: {METADATA} names {_listed(missing)}, which is not there')
    if not there:
        storage = metadata.get('storage_identifier')
        found = _bag_files_in(path)
        if not found:
            raise BagError(
                f'{path}: none of the files is there that {METADATA} names (storage '
                f'{quoted(storage)}: '
                f'{_listed(missing) or "none"}); copy them beside it'
            )
        there = list(_files_without_metadata(path, warn))
    return BagFiles(tuple(there), _counts_in(metadata))


def _read_metadata(path: Path, warn: Warn) -> dict[str, Any] | None:
    """What metadata.yaml holds of the bag; None if it cannot be used."""
    file = path / METADATA
    boundary = Boundary(str(file), BagError)
    try:
        content = Fields(read_yaml(file, boundary, _LARGEST_METADATA), boundary)
        content.block('rosbag2_bagfile_information')
    except BagError as error:
        warn(f'{error}: it cannot be used; the files beside it are read')
        return None
    found: dict[str, Any] = content.values['rosbag2_bagfile_information']
    return found


def _counts_in(metadata: dict[str, Any]) -> dict[str, int] | None:
    """Messages by topic; None if that is not what metadata.yaml says."""
    counts: dict[str, int] = {}
    try:
        for item in metadata['topics_with_message_count']:
            topic, count = item['topic_metadata']['name'], item['message_count']
            if isinstance(topic, str) and isinstance(count, int):
                counts[topic] = counts.get(topic, 0) + count
    except (KeyError, TypeError):
        return None
    return counts


def _files_without_metadata(path: Path, warn: Warn) -> tuple[Path, ...]:
    """The files of a folder, if they are the parts of one bag."""
    found = _bag_files_in(path)
    if not found:
        inside = sorted(each.name for each in path.iterdir())
        raise BagError(f'{path} holds no bag ({_listed(inside) or "it is empty"}); {_EXPECTED}')
    bags = {_part_number(file)[0] for file in found}
    names = _listed([file.name for file in found])
    if len(bags) > 1:
        raise BagError(f'{path} holds several bags: {names}; give one of them')
    if storage_of(found[0]) != 'rosbag1':
        warn(f'{path} has no {METADATA} that can be used; read: {names}')
    return tuple(found)


def _bag_files_in(folder: Path) -> list[Path]:
    """Files with messages in a folder, parts of a bag in their order."""
    found = [
        each
        for each in folder.iterdir()
        if each.is_file() and set(each.suffixes[-2:]) & set(_SUFFIXES)
        and not each.name.endswith(('-wal', '-shm', '.active'))
    ]  # fmt: skip
    return sorted(found, key=_part_number)


def _part_number(file: Path) -> tuple[str, int]:
    """The name of the bag that a file is of, and the number of its part."""
    stem = file.name.partition('.')[0]
    match = re.fullmatch(r'(.*)_(\d+)', stem)
    kind = ''.join(file.suffixes)
    return (f'{match[1]}{kind}', int(match[2])) if match else (f'{stem}{kind}', 0)


def _bags_in(folder: Path) -> list[str]:
    """Names of what may be a bag in a folder."""
    found = [
        each.name
        for each in folder.iterdir()
        if each.suffix in _SUFFIXES or (each / METADATA).is_file()
    ]
    return sorted(found)


def _listed(names: Sequence[str], most: int = 12) -> str:
    return ', '.join(names[:most]) + (', ...' if len(names) > most else '')
