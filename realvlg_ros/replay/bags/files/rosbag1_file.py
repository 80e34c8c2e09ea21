"""Messages of a rosbag1 file (.bag)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ....errors import BagError
from ..known_types import rosbags_module
from .storage import Channel, Contents, RawMessage, Warn

# First bytes of a file. From wiki.ros.org/Bags/Format/2.0.
MAGIC = b'#ROSBAG V'


class Rosbag1File:
    """Reads one file by its index."""

    def __init__(self, path: Path, warn: Warn) -> None:
        """Open a file.

        Args:
            path: of the file.
            warn: called with what of it cannot be read.

        Raises:
            BagError: it cannot be read at all.
        """
        self._path = path
        self._warn = warn
        self._reader: Any = rosbags_module('rosbag1').Reader(path)
        try:
            self._reader.open()
            self._connections: dict[Channel, list[Any]] = {}
            counts: dict[Channel, int] = {}
            for each in self._reader.connections:
                channel = Channel(each.topic, each.msgtype, 'ros1', 'ros1msg', each.msgdef.data)
                self._connections.setdefault(channel, []).append(each)
                counts[channel] = counts.get(channel, 0) + each.msgcount
            start_ns, end_ns = self._reader.start_time, self._reader.end_time - 1
        except Exception as error:
            # A damaged file raises what its bytes lead to.
            raise BagError(
                f'{path} cannot be read as a rosbag1: {error or type(error).__name__}; if its '
                'recording was cut off, repair it: rosbag reindex'
            ) from error
        has_any = any(counts.values())
        self._contents = Contents(counts, start_ns if has_any else 0, end_ns if has_any else 0)

    @property
    def contents(self) -> Contents:
        """Channels, counts and times."""
        return self._contents

    def messages(self, channels: Collection[Channel]) -> Iterator[RawMessage]:
        """The messages of some channels in order of log time; equal times in order of the file."""
        wanted = {
            connection.id: channel
            for channel in channels
            for connection in self._connections.get(channel, ())
        }
        found = [each for each in self._reader.connections if each.id in wanted]
        if not found:
            return
        start_ns: int | None = None
        while True:
            try:
                for connection, log_ns, data in self._reader.messages(found, start_ns):
                    yield RawMessage(log_ns, wanted[connection.id], data)
                    start_ns = log_ns
                return
            except Exception as error:
                # A damaged chunk raises what its bytes lead to; it goes on with the next one.
                begins = [each.start_time for each in self._reader.chunk_infos]
                later = [each for each in begins if start_ns is None or each > start_ns]
                reason = str(error) or type(error).__name__
                self._warn(f'{self._path.name}: a chunk of messages is lost: {reason}')
                if not later:
                    return
                start_ns = min(later)

    def close(self) -> None:
        """Read no more."""
        self._reader.close()
