"""Records of an MCAP file (mcap.dev/spec): a byte that says which, a length, and the content."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from ....errors import BagError
from .compression import unpack
from .storage import Channel

# First and last bytes of a file. From mcap.dev/spec.
MAGIC = b'\x89MCAP0\r\n'
# Kinds of records. From mcap.dev/spec.
FOOTER, SCHEMA, CHANNEL, MESSAGE, CHUNK = 0x02, 0x03, 0x04, 0x05, 0x06
CHUNK_INDEX, STATISTICS, DATA_END = 0x08, 0x0B, 0x0F
# Byte that says which record, and the length of its content.
RECORD_HEAD = struct.Struct('<BQ')
_U16, _U32, _U64 = struct.Struct('<H'), struct.Struct('<I'), struct.Struct('<Q')
_MESSAGE_HEAD = struct.Struct('<HIQQ')
_CHUNK_HEAD = struct.Struct('<QQQI')
_COUNTS = struct.Struct('<QHIIII')


class Reader:
    """Takes values one after the other from the content of a record."""

    def __init__(self, content: bytes | memoryview) -> None:
        """Begin at its start."""
        self._content = memoryview(content)
        self._at = 0

    def take(self, form: struct.Struct) -> tuple[int, ...]:
        """Numbers."""
        values = form.unpack_from(self._content, self._at)
        self._at += form.size
        return values

    def u16(self) -> int:
        """A number of two bytes."""
        return self.take(_U16)[0]

    def u64(self) -> int:
        """A number of eight bytes."""
        return self.take(_U64)[0]

    def block(self, wide: bool = False) -> memoryview:
        """Bytes behind their number, which is wide (eight bytes) or not (four).

        Raises:
            BagError: there are fewer.
        """
        (size,) = self.take(_U64 if wide else _U32)
        if size > len(self._content) - self._at:
            raise BagError(f'a record of {len(self._content)} bytes says it holds {size}')
        self._at += size
        return self._content[self._at - size : self._at]

    def rest(self) -> memoryview:
        """All bytes that were not taken."""
        return self._content[self._at :]

    def text(self) -> str:
        """A text behind its length."""
        return bytes(self.block()).decode()


class ChunkPart(NamedTuple):
    """Where a part of a file with messages is, and their times.

    Attributes:
        offset: of the content, bytes.
        size: of the content, bytes.
        start_ns: log time of the first message.
        end_ns: log time of the last one.
        channels: ids of the channels with messages in it; None if that is not known.
        is_chunk: whether the content is that of a chunk, else plain records.
    """

    offset: int
    size: int
    start_ns: int
    end_ns: int
    channels: frozenset[int] | None
    is_chunk: bool


class Statistics(NamedTuple):
    """Numbers of messages and chunks, log times, ns, and numbers of messages by channel's id."""

    messages: int
    chunks: int
    start_ns: int
    end_ns: int
    by_channel: dict[int, int]


def records(content: bytes | memoryview) -> Iterator[tuple[int, memoryview]]:
    """The whole records in a row of bytes; one that is cut off ends it."""
    view, at = memoryview(content), 0
    while at + RECORD_HEAD.size <= len(view):
        kind, size = RECORD_HEAD.unpack_from(view, at)
        at += RECORD_HEAD.size
        if size > len(view) - at:
            return
        yield kind, view[at : at + size]
        at += size


def chunk_records(content: bytes | memoryview, partly: bool = False) -> bytes | memoryview:
    """The records of a chunk, unpacked.

    Args:
        content: of the chunk's record.
        partly: whether the content was cut off: then what is there of it.

    Raises:
        BagError: the chunk is damaged.
        struct.error: it is too short.
    """
    reader = Reader(content)
    _, _, size, checksum = reader.take(_CHUNK_HEAD)
    method = reader.text()
    if partly:
        reader.u64()
        return unpack(reader.rest(), method, partly=True)
    packed = reader.block(wide=True)
    unpacked = packed if not method else unpack(packed, method, size)
    if len(unpacked) != size:
        raise BagError(f'a chunk of {size} bytes holds {len(unpacked)}')
    if checksum and zlib.crc32(unpacked) != checksum:
        raise BagError("a chunk's checksum does not fit its content")
    return unpacked


def read_message(content: memoryview) -> tuple[int, int, memoryview]:
    """The channel's id, log time, ns, and data of a message record."""
    channel, _, log_ns, _ = _MESSAGE_HEAD.unpack_from(content)
    return channel, log_ns, content[_MESSAGE_HEAD.size :]


def read_schema(content: memoryview) -> tuple[int, tuple[str, str, str]]:
    """Id, and name, encoding and text of a schema record; a binary schema has no text."""
    reader = Reader(content)
    number, name, encoding = reader.u16(), reader.text(), reader.text()
    return number, (name, encoding, bytes(reader.block()).decode(errors='replace'))


def read_channel(content: memoryview, schemas: dict[int, tuple[str, str, str]]) -> tuple[
    int, Channel
]:  # fmt: skip
    """Id and channel of a channel record, with the schemas that were read before."""
    reader = Reader(content)
    number, schema = reader.u16(), reader.u16()
    topic, encoding = reader.text(), reader.text()
    name, schema_encoding, text = schemas.get(schema, ('', '', ''))
    # The data of old bags and of some writers name a type without its kind.
    package, _, rest = name.partition('/')
    if schema_encoding == 'ros1msg' and rest and '/' not in rest:
        name = f'{package}/msg/{rest}'
    return number, Channel(topic, name, encoding, schema_encoding, text, _offered_qos(reader))


def _offered_qos(reader: Reader) -> str:
    """What rosbag2 keeps of the publishers; nothing of another writer or of damaged metadata."""
    try:
        metadata = Reader(reader.block())
        while metadata.rest():
            key, value = metadata.text(), metadata.text()
            if key == 'offered_qos_profiles':
                return value
    except (BagError, struct.error, UnicodeDecodeError):
        pass
    return ''


def read_chunk_index(content: memoryview) -> ChunkPart:
    """The part of the file that a chunk index record is about."""
    reader = Reader(content)
    start_ns, end_ns, offset, size = (reader.u64() for _ in range(4))
    channels = frozenset(number for number, _ in _pairs(reader.block()))
    head = RECORD_HEAD.size
    # Without a message index nothing is known of the channels.
    return ChunkPart(offset + head, size - head, start_ns, end_ns, channels or None, True)


def read_statistics(content: memoryview) -> Statistics:
    """What a statistics record says."""
    reader = Reader(content)
    messages, _, _, _, _, chunks = reader.take(_COUNTS)
    start_ns, end_ns = reader.u64(), reader.u64()
    return Statistics(messages, chunks, start_ns, end_ns, dict(_pairs(reader.block())))


def _pairs(block: memoryview) -> Iterator[tuple[int, int]]:
    """A map of two-byte to eight-byte numbers."""
    return (pair for pair in struct.iter_unpack('<HQ', block))
