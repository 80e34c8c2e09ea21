"""Episodes on disk: whole ones only, and no more than there is room for."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from ..errors import RecordingError
from .goal_event import SUCCESSES

# Only folders with such names are counted and removed: TIME-STATUS-ID.
_NAME = re.compile(r'\d{8}T\d{6}\.\d{3}Z-[A-Z_]+-[0-9a-f]{8}')
_UNFINISHED = '.unfinished-'
_LOCK = '.lock'
# Bytes of a file are counted as whole blocks of so many. From the file systems of Linux.
_BLOCK = 4096


@dataclass(frozen=True)
class StoreLimits:
    """How much is kept.

    Attributes:
        max_bytes: of all episodes.
        max_episodes: their number.
        min_free_bytes: nothing is written when the disk would have less left.
    """

    max_bytes: int
    max_episodes: int
    min_free_bytes: int


class EpisodeStore:
    """The episodes of a folder.

    An episode is written beside the others and renamed when it is whole. To make room, the oldest
    successes go first, then the oldest of the others. What else is in the folder is left alone.
    A folder belongs to one store at a time, until it is closed or its process has ended.
    """

    def __init__(self, folder: Path, limits: StoreLimits) -> None:
        """Take over a folder, with the episodes that are in it.

        Raises:
            RecordingError: it cannot be made, nothing can be written into it, or another store
                writes into it.
        """
        self.folder = folder
        self._limits = limits
        self.removed = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._unlock = weakref.finalize(self, os.close, _locked(folder))
            for path in folder.glob(f'{_UNFINISHED}*'):
                shutil.rmtree(path, ignore_errors=True)
            self._sizes = {
                path.name: _size_of(path)
                for path in sorted(folder.iterdir())
                if _NAME.fullmatch(path.name) and path.is_dir()
            }
            probe = folder / f'{_UNFINISHED}probe'
            probe.mkdir()
            probe.rmdir()
        except OSError as error:
            raise RecordingError(
                f'nothing can be recorded in {folder}: {error.strerror or error}; give a folder '
                'that this user may write into'
            ) from error

    def close(self) -> None:
        """Leave the folder to others."""
        self._unlock()

    @property
    def names(self) -> list[str]:
        """Names of the episodes, oldest first."""
        return sorted(self._sizes)

    @property
    def size_bytes(self) -> int:
        """Size of all episodes on disk."""
        return sum(self._sizes.values())

    def write(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Write an episode, and make room for it first.

        Args:
            name: of its folder; see episode_name.
            files: their bytes by path.

        Raises:
            RecordingError: it is too large, or the disk is full or does not take it.
        """
        size = sum(_blocks(len(data)) for data in files.values())
        if size > self._limits.max_bytes:
            raise RecordingError(
                f'the episode {name} has {size / 1e6:.1f} MB and all of them may have '
                f'{self._limits.max_bytes / 1e6:.1f} MB (max_size_mb): it is not kept'
            )
        unfinished = self.folder / f'{_UNFINISHED}{name}'
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._make_room(size)
            self._check_free(size)
            _write_all(unfinished, files)
            unfinished.rename(self.folder / name)
            _sync(self.folder)
        except OSError as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise RecordingError(
                f'the episode {name} cannot be written to {self.folder}: {error.strerror or error}'
            ) from error
        self._sizes[name] = size
        return self.folder / name

    def _make_room(self, size: int) -> None:
        limits = self._limits
        while self._sizes and (
            self.size_bytes + size > limits.max_bytes or len(self._sizes) >= limits.max_episodes
        ):
            victim = min(self._sizes, key=lambda name: (not is_success(name), name))
            if (self.folder / victim).exists():
                shutil.rmtree(self.folder / victim)
            del self._sizes[victim]
            self.removed += 1

    def _check_free(self, size: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free - size < self._limits.min_free_bytes:
            raise RecordingError(
                f'the disk of {self.folder} has {free / 1e6:.0f} MB left, and '
                f'{self._limits.min_free_bytes / 1e6:.0f} MB are to stay free (min_free_mb): '
                'nothing is recorded until there is room'
            )


def episode_name(time_s: float, status: str, identity: str) -> str:
    """The name of an episode's folder; sorted by name, episodes are in the order of time.

    Args:
        time_s: when it was written, s since 1970.
        status: how the goal ended, by name.
        identity: hexadecimal digits that tell it from others of that time.
    """
    when = datetime.fromtimestamp(time_s, timezone.utc)
    # It may have come from a program that is not ours.
    word = re.sub(r'[^A-Z_]', '_', status.upper()) or '_'
    digits = re.sub(r'[^0-9a-f]', '', identity.lower())[:8].rjust(8, '0')
    return f'{when:%Y%m%dT%H%M%S}.{when.microsecond // 1000:03d}Z-{word}-{digits}'


def is_success(name: str) -> bool:
    """Whether the goal of the episode with this name ended with what was asked for."""
    return name.split('-')[1] in SUCCESSES


def is_episode_name(name: str) -> bool:
    """Whether a folder of this name holds an episode."""
    return _NAME.fullmatch(name) is not None


def _locked(folder: Path) -> int:
    """The descriptor of a file that is locked until it is closed.

    Raises:
        RecordingError: another one has locked it.
    """
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise RecordingError(
            f'another recorder writes into {folder}; give each a folder of its own'
        ) from None
    except OSError:
        # Some network file systems know no locks.
        return descriptor
    return descriptor


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files and wait until the disk has them: a robot is switched off without a word."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open('wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    for path in {folder, *((folder / name).parent for name in files)}:
        _sync(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size_of(folder: Path) -> int:
    return sum(_blocks(path.stat().st_size) for path in folder.rglob('*') if path.is_file())


def _blocks(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
