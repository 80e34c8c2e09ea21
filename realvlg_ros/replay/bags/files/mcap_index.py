"""Where the messages of an MCAP file are: by its summary, or by going through its records."""

from __future__ import annotations

import os
import struct
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ....errors import BagError
from . import mcap_records as mcap
from .mcap_records import ChunkPart
from .storage import LARGEST_BLOCK, Channel, Contents, Warn

# Messages outside of chunks are read in parts of this size, bytes. Chosen: rosbag2's chunk; they
# are put in order within a part.
_PLAIN_PART = 1024 * 1024
# Start and offsets of the summary, and its checksum. From mcap.dev/spec.
_FOOTER = struct.Struct('<QQI')
# What damaged bytes raise.
DAMAGE = (BagError, struct.error, UnicodeDecodeError)


class RecordFile:
    """A file of which parts are read."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            BagError: it cannot be opened.
        """
        self.path = path
        try:
            self._file = path.open('rb')
            self.size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise BagError(f'{path} cannot be opened: {error}') from error

    def read(self, offset: int, size: int) -> bytes:
        """The bytes of a part; fewer at the end.

        Raises:
            BagError: no such part, one that is larger than any that is read, or the disk fails.
        """
        if size > LARGEST_BLOCK:
            raise BagError(f'a record of {size} bytes is larger than the {LARGEST_BLOCK} read')
        if size < 0 or offset < 0:
            raise BagError(f'{self.path} has no {size} bytes at byte {offset}')
        if offset >= self.size:
            return b''
        try:
            self._file.seek(offset)
            return self._file.read(size)
        except OSError as error:
            raise BagError(f'{self.path} cannot be read at byte {offset}: {error}') from error

    def close(self) -> None:
        """Read no more."""
        self._file.close()


@dataclass(frozen=True)
class McapIndex:
    """Channels by their ids, the parts of the file that hold messages, and what they hold."""

    channels: dict[int, Channel]
    parts: tuple[ChunkPart, ...]
    contents: Contents


def read_index(file: RecordFile, warn: Warn) -> McapIndex:
    """The index of a file.

    Args:
        file: in MCAP.
        warn: called with what of it cannot be read.

    Raises:
        BagError: it is no MCAP file, or it cannot be read.
    """
    if file.read(0, len(mcap.MAGIC)) != mcap.MAGIC:
        raise BagError(f'{file.path} is no MCAP file')
    try:
        found = _from_summary(file)
    except DAMAGE:
        found = None
    return found or _Scan(file, warn).run()


class _Channels:
    """Schemas and channels as their records come."""

    def __init__(self) -> None:
        self._schemas: dict[int, tuple[str, str, str]] = {}
        self.by_number: dict[int, Channel] = {}

    def note(self, kind: int, record: memoryview) -> None:
        """Keep a schema or a channel; other records are nothing to it."""
        if kind == mcap.SCHEMA:
            number, schema = mcap.read_schema(record)
            self._schemas[number] = schema
        elif kind == mcap.CHANNEL:
            number, channel = mcap.read_channel(record, self._schemas)
            self.by_number.setdefault(number, channel)

    def counts(self, by_number: dict[int, int]) -> dict[Channel, int]:
        """Numbers of messages by channel."""
        counts = dict.fromkeys(self.by_number.values(), 0)
        for number, count in by_number.items():
            if number in self.by_number:
                counts[self.by_number[number]] += count
        return counts


def _from_summary(file: RecordFile) -> McapIndex | None:
    """What the summary at the end says; None without one that tells everything."""
    tail = mcap.RECORD_HEAD.size + _FOOTER.size
    end = file.size - tail - len(mcap.MAGIC)
    if end < len(mcap.MAGIC) or file.read(end + tail, len(mcap.MAGIC)) != mcap.MAGIC:
        return None
    footer = file.read(end, tail)
    if mcap.RECORD_HEAD.unpack_from(footer) != (mcap.FOOTER, _FOOTER.size):
        return None
    start, _, checksum = _FOOTER.unpack_from(footer, mcap.RECORD_HEAD.size)
    if not 0 < start < end:
        return None
    summary = file.read(start, end - start)
    # The checksum is of the footer, too, up to itself.
    if checksum and zlib.crc32(summary + footer[:-4]) != checksum:
        return None
    channels, parts, statistics = _Channels(), [], None
    for kind, record in mcap.records(summary):
        if kind == mcap.CHUNK_INDEX:
            parts.append(mcap.read_chunk_index(record))
        elif kind == mcap.STATISTICS:
            statistics = mcap.read_statistics(record)
        else:
            channels.note(kind, record)
    if statistics is None:
        return None
    counts = channels.counts(statistics.by_channel)
    # Messages outside of chunks have no index.
    indexed = statistics.chunks == len(parts) and (parts or not statistics.messages)
    fits = all(part.offset + part.size <= start for part in parts)
    if not indexed or not fits or sum(counts.values()) != statistics.messages:
        return None
    contents = Contents(counts, statistics.start_ns, statistics.end_ns)
    return McapIndex(channels.by_number, tuple(parts), contents)


class _Scan:
    """Goes through all records from the start, to the last that is whole."""

    def __init__(self, file: RecordFile, warn: Warn) -> None:
        self._file = file
        self._warn = warn
        self._channels = _Channels()
        self._counts: Counter[int] = Counter()
        self._parts: list[ChunkPart] = []

    def run(self) -> McapIndex:
        """Read the file once; the memory needed is that of its largest record."""
        problem = self._read_records()
        start_ns = min((part.start_ns for part in self._parts), default=0)
        end_ns = max((part.end_ns for part in self._parts), default=0)
        contents = Contents(self._channels.counts(self._counts), start_ns, end_ns)
        self._warn(f'{self._file.path.name}: {problem}; {contents.total} messages can be read')
        return McapIndex(self._channels.by_number, tuple(self._parts), contents)

    def _read_records(self) -> str:
        """Read all records; returns why the summary could not be used."""
        offset, end = len(mcap.MAGIC), self._file.size
        while True:
            head = self._file.read(offset, mcap.RECORD_HEAD.size)
            if len(head) < mcap.RECORD_HEAD.size:
                return 'it ends without a summary, its recording was cut off'
            kind, size = mcap.RECORD_HEAD.unpack(head)
            if kind in (mcap.DATA_END, mcap.FOOTER):
                return 'its summary is missing or damaged'
            begin = offset + len(head)
            try:
                self._read_record(kind, begin, size)
            except DAMAGE as error:
                self._warn(f'{self._file.path.name}: the record at byte {offset} is lost: {error}')
            offset = begin + size
            if offset > end:
                return f'it is cut off in the middle of the record at byte {begin - len(head)}'

    def _read_record(self, kind: int, begin: int, size: int) -> None:
        whole = begin + size <= self._file.size
        if kind == mcap.CHUNK:
            content = self._file.read(begin, min(size, self._file.size - begin))
            inside = mcap.records(mcap.chunk_records(content, not whole))
            self._add_part(ChunkPart(begin, size, 0, 0, None, True), inside)
        elif kind == mcap.MESSAGE and whole:
            record = memoryview(self._file.read(begin, size))
            start = begin - mcap.RECORD_HEAD.size
            last = self._parts[-1] if self._parts else None
            if last and not last.is_chunk and begin + size - last.offset <= _PLAIN_PART:
                self._parts.pop()
                start = last.offset
            else:
                last = None
            part = ChunkPart(start, begin + size - start, 0, 0, None, False)
            self._add_part(part, [(kind, record)], last)
        elif whole and kind in (mcap.SCHEMA, mcap.CHANNEL):
            self._channels.note(kind, memoryview(self._file.read(begin, size)))

    def _add_part(
        self,
        part: ChunkPart,
        inside: Iterable[tuple[int, memoryview]],
        before: ChunkPart | None = None,
    ) -> None:
        """Add a part with the times and channels of its messages and of those before them."""
        times = [before.start_ns, before.end_ns] if before else []
        found = set(before.channels or ()) if before else set()
        for kind, record in inside:
            if kind == mcap.MESSAGE:
                number, log_ns, _ = mcap.read_message(record)
                self._counts[number] += 1
                found.add(number)
                times = [min([log_ns, *times]), max([log_ns, *times])]
            else:
                self._channels.note(kind, record)
        if times:
            start_ns, end_ns = times
            self._parts.append(
                part._replace(start_ns=start_ns, end_ns=end_ns, channels=frozenset(found))
            )
