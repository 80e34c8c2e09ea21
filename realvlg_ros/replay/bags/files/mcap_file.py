"""Messages of an MCAP file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from ....errors import BagError
from . import mcap_records as mcap
from .compression import unpack_message
from .mcap_index import DAMAGE, RecordFile, read_index
from .mcap_records import ChunkPart
from .storage import LARGEST_BLOCK, Channel, Contents, RawMessage, Source, Warn, merge_by_time

# Messages of chunks that overlap in time are in memory together: of so many bytes at most.
# Chosen: more than a hundred chunks of rosbag2.
_MOST_OPEN = 2 * LARGEST_BLOCK


class McapFile:
    """Reads one file; parts of it that are damaged are left out with a warning."""

    def __init__(self, path: Path, warn: Warn) -> None:
        """Open a file.

        Args:
            path: of the file.
            warn: called with what of it cannot be read.

        Raises:
            BagError: it cannot be read at all.
        """
        self._file = RecordFile(path)
        self._warn = warn
        self._open_bytes = 0
        try:
            self._index = read_index(self._file, warn)
        except BagError:
            self._file.close()
            raise

    @property
    def contents(self) -> Contents:
        """Channels, counts and times."""
        return self._index.contents

    def messages(self, channels: Collection[Channel]) -> Iterator[RawMessage]:
        """The messages of some channels in order of log time; equal times in order of the file.

        Raises:
            BagError: too many chunks overlap in time.
        """
        wanted = {n: each for n, each in self._index.channels.items() if each in channels}
        sources: list[Source] = [
            (part.start_ns, partial(self._read_part, part, wanted))
            for part in self._index.parts
            if part.channels is None or part.channels & set(wanted)
        ]
        return merge_by_time(sources)

    def close(self) -> None:
        """Read no more."""
        self._file.close()

    def _read_part(self, part: ChunkPart, wanted: dict[int, Channel]) -> Iterator[RawMessage]:
        try:
            content = self._unpacked(part)
            found = list(self._messages_in(content, wanted))
        except DAMAGE as error:
            self._warn(
                f'{self._file.path.name}: the messages from {part.start_ns / 1e9:.3f} to '
                f'{part.end_ns / 1e9:.3f} s (log time) are lost: {error}'
            )
            return
        found.sort(key=lambda message: message.log_ns)
        self._open_bytes += len(content)
        try:
            if self._open_bytes > _MOST_OPEN:
                raise BagError(
                    f'{self._file.path.name}: chunks of more than {_MOST_OPEN // 2**20} MB '
                    'overlap in time; put the messages in order: mcap sort, or ros2 bag convert'
                )
            yield from found
        finally:
            self._open_bytes -= len(content)

    def _unpacked(self, part: ChunkPart) -> bytes | memoryview:
        content = self._file.read(part.offset, min(part.size, self._file.size - part.offset))
        if not part.is_chunk:
            return content
        return mcap.chunk_records(content, partly=len(content) < part.size)

    def _messages_in(
        self, content: bytes | memoryview, wanted: dict[int, Channel]
    ) -> Iterator[RawMessage]:
        for kind, record in mcap.records(content):
            if kind != mcap.MESSAGE:
                continue
            number, log_ns, data = mcap.read_message(record)
            channel = wanted.get(number)
            if channel is None:
                continue
            try:
                yield RawMessage(log_ns, channel, unpack_message(data))
            except BagError as error:
                self._warn(
                    f'{self._file.path.name}: messages of {channel.topic} are lost: {error}'
                )
