"""Messages of a rosbag2 file in SQLite (.db3)."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path

from ....errors import BagError
from .compression import unpack_message
from .storage import Channel, Contents, RawMessage, Warn

# First bytes of a file. From sqlite.org/fileformat.html.
MAGIC = b'SQLite format 3\0'
# What damaged files raise.
_DAMAGE = (sqlite3.Error, UnicodeDecodeError)


class SqliteFile:
    """Reads one file; messages that are damaged are left out with a warning."""

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
        # A recording that was killed has what was written last beside the file.
        has_log = path.with_name(f'{path.name}-wal').exists()
        address = f'{path.absolute().as_uri()}?mode=ro' + ('' if has_log else '&immutable=1')
        try:
            self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
        except _DAMAGE as error:
            raise BagError(f'{path} cannot be opened: {error}') from error
        self._damaged = False
        try:
            self._read_index()
        except BagError:
            self.close()
            raise

    @property
    def contents(self) -> Contents:
        """Channels, counts and times."""
        return self._contents

    def messages(self, channels: Collection[Channel]) -> Iterator[RawMessage]:
        """The messages of some channels in order of log time; equal times in order of the file."""
        wanted = {number: each for number, each in self._channels.items() if each in channels}
        for row, number, log_ns in self._rows(set(wanted)):
            try:
                data = self._read_data(row)
            except (*_DAMAGE, BagError) as error:
                name = self._path.name
                self._warn(f'{name}: messages of {wanted[number].topic} are lost: {error}')
            else:
                yield RawMessage(log_ns, wanted[number], data)

    def close(self) -> None:
        """Read no more."""
        self._database.close()

    def _read_data(self, row: int) -> bytes | memoryview:
        found = self._database.execute('SELECT data FROM messages WHERE id = ?', (row,)).fetchone()
        if found is None or not isinstance(found[0], bytes):
            raise BagError(f'row {row} holds no data')
        return unpack_message(found[0])

    def _rows(self, numbers: set[int]) -> Iterator[tuple[int, int, int]]:
        """Row, topic and log time, ns, of the messages of some topics, in order of time.

        Without the data: an order that the file has no index for then takes little memory.
        """
        places = ', '.join('?' * len(numbers))
        # A damaged file is read as it was written: its index cannot be trusted.
        source, order = (
            ('messages NOT INDEXED', 'id') if self._damaged else ('messages', 'timestamp, id')
        )
        query = (
            f'SELECT id, topic_id, timestamp FROM {source} WHERE topic_id IN ({places}) '
            f'ORDER BY {order}'
        )
        try:
            for row, number, log_ns in self._database.execute(query, tuple(numbers)):
                if number in numbers and isinstance(log_ns, int) and isinstance(row, int):
                    yield row, number, log_ns
        except _DAMAGE as error:
            self._warn(f'{self._path.name}: the rest of its messages is lost: {error}')

    def _read_index(self) -> None:
        """Read channels and counts; of a file that was cut off those of the part that is there.

        Raises:
            BagError: it holds no bag.
        """
        for self._damaged in (False, True):
            try:
                if self._damaged:
                    # SQLite then reads a file that is shorter than it says.
                    self._database.execute('PRAGMA writable_schema = ON')
                self._channels = self._read_channels()
                self._contents = self._read_contents()
                return
            except (*_DAMAGE, TypeError, ValueError) as error:
                problem = error
        raise BagError(
            f'{self._path} holds no messages that can be read ({problem}); it is damaged, or no '
            'bag of rosbag2'
        ) from problem

    def _read_channels(self) -> dict[int, Channel]:
        """Channels by the ids of their topics; definitions are there since ROS 2 Iron."""
        definitions: dict[str, tuple[str, str]] = {}
        tables = {name for (name,) in self._database.execute('SELECT name FROM sqlite_master')}
        if 'message_definitions' in tables:
            definitions = {
                str(name): (str(encoding), str(text))
                for name, encoding, text in self._database.execute(
                    'SELECT topic_type, encoding, encoded_message_definition '
                    'FROM message_definitions'
                )
            }
        columns = {row[1] for row in self._database.execute('PRAGMA table_info(topics)')}
        qos = 'offered_qos_profiles' if 'offered_qos_profiles' in columns else "''"
        topics = self._database.execute(
            f'SELECT id, name, type, serialization_format, {qos} FROM topics ORDER BY id'
        )
        return {
            int(number): Channel(
                str(topic), str(kind), str(encoding), *definitions.get(str(kind), ('', '')),
                offered_qos=str(offered),
            )
            for number, topic, kind, encoding, offered in topics
        }  # fmt: skip

    def _read_contents(self) -> Contents:
        counts = dict.fromkeys(self._channels.values(), 0)
        if self._damaged:
            times: list[int] = []
            for _, number, log_ns in self._rows(set(self._channels)):
                counts[self._channels[number]] += 1
                times = [min([log_ns, *times]), max([log_ns, *times])]
            self._warn(f'{self._path.name} is damaged: {sum(counts.values())} messages are left')
            return Contents(counts, *(times or (0, 0)))
        rows = self._database.execute(
            'SELECT topic_id, COUNT(*), MIN(timestamp), MAX(timestamp) FROM messages '
            'GROUP BY topic_id'
        ).fetchall()
        known = [row for row in rows if row[0] in self._channels]
        for number, count, _, _ in known:
            counts[self._channels[number]] += count
        start_ns = min((int(start) for _, _, start, _ in known), default=0)
        return Contents(counts, start_ns, max((int(end) for *_, end in known), default=0))
