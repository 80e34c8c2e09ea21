"""A bag of ROS 1 or ROS 2, open for reading: its topics, and its messages in order of log time."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

from ...errors import BagError
from .decoding import Decode, current_type, make_decoder
from .files.bag_files import find_files, storage_of
from .files.compression import unpack_file
from .files.mcap_file import McapFile
from .files.rosbag1_file import Rosbag1File
from .files.sqlite_file import SqliteFile
from .files.storage import Channel, RawMessage, Storage, merge_by_time
from .known_types import known_types

_STORAGES: dict[str, type[Any]] = {
    'mcap': McapFile,
    'sqlite3': SqliteFile,
    'rosbag1': Rosbag1File,
}
# Messages of one log time that are put in order by topic, and warnings kept. Chosen: more than
# the topics of a robot; what is wrong repeats itself.
_MOST_AT_ONCE = 256
_MOST_WARNINGS = 100
# Topics in a message. Chosen: a screen of them.
_MOST_LISTED = 60


@dataclass(frozen=True)
class BagTopic:
    """Messages of one type on one topic: its name, the full name of the type, how many."""

    name: str
    type: str
    count: int


class BagMessage(NamedTuple):
    """A message with the fields of its type as attributes; arrays of numbers are numpy's.

    log_ns is the time at which it was recorded, ns.
    """

    topic: str
    type: str
    log_ns: int
    message: Any


class Bag:
    """Reads a bag in rosbag2's mcap and sqlite3, also split and compressed, or of rosbag1.

    What of a damaged bag can be read is read, and `warnings` says what cannot. Messages come in an
    order that depends on the recording only, not on its storage: by log time, then by topic, then
    as they were recorded. To be used as a context manager.
    """

    def __init__(self, path: Path | str) -> None:
        """Open a bag.

        Args:
            path: folder of a rosbag2, with metadata.yaml or without, or a .mcap, .db3 or .bag.

        Raises:
            BagError: there is none, it cannot be read at all, or it holds no messages.
            MissingDependencyError: rosbags is not installed.
        """
        self.path = Path(path).expanduser()
        self._warnings: Counter[str] = Counter()
        with ExitStack() as stack:
            try:
                self._storages = self._open_files(stack)
            except OSError as error:
                raise BagError(f'{self.path} cannot be read: {error}') from error
            filled = [each.contents for each in self._storages if each.contents.total]
            if not filled:
                raise BagError(f'{self.path} holds no messages; {self._said()}')
            self.start_ns = min(each.start_ns for each in filled)
            self.end_ns = max(each.end_ns for each in filled)
            self._stack = stack.pop_all()

    @property
    def topics(self) -> tuple[BagTopic, ...]:
        """Name, type and number of messages of each topic, by name."""
        counts: Counter[tuple[str, str]] = Counter()
        for storage in self._storages:
            for channel, count in storage.contents.counts.items():
                counts[channel.topic, current_type(channel.type)] += count
        return tuple(BagTopic(*key, count) for key, count in sorted(counts.items()))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the bag could not be read so far, each once."""
        return tuple(self._warnings)

    def messages(self, names: Collection[str] = ()) -> Iterator[BagMessage]:
        """The messages of some topics, or of all that can be decoded, in order.

        Messages that cannot be decoded are left out with a warning.

        Raises:
            BagError: there is no such topic, or its messages cannot be decoded at all.
        """
        return (
            BagMessage(raw.channel.topic, current_type(raw.channel.type), raw.log_ns, message)
            for raw, message in self._found(names)
        )

    def serialized(self, names: Collection[str] = ()) -> Iterator[BagMessage]:
        """The same messages, each as the bytes (CDR) that a publisher of ROS 2 sends.

        Raises:
            BagError: there is no such topic, or its messages cannot be decoded at all.
        """
        for raw, message in self._found(names):
            channel = raw.channel
            name = current_type(channel.type)
            data = raw.data
            if channel.encoding != 'cdr':
                if name not in known_types().types:
                    self._warn(f'{channel.topic}: {name} of ROS 1 is not known in ROS 2')
                    continue
                data = known_types().serialize_cdr(message, name)
            yield BagMessage(channel.topic, name, raw.log_ns, bytes(data))

    def offered_qos(self, topic: str) -> tuple[str, ...]:
        """What the publishers of a topic offered, each a YAML list, as far as it was recorded."""
        channels = (each for storage in self._storages for each in storage.contents.counts)
        found = {each.offered_qos for each in channels if each.topic == topic}
        return tuple(sorted(found - {''}))

    def describe_topics(self) -> str:
        """The topics with types and numbers of messages, one a line, for people."""
        lines = [f'  {each.name} ({each.type}, {each.count})' for each in self.topics]
        more = len(lines) - _MOST_LISTED
        return '\n'.join(lines[:_MOST_LISTED] + ([f'  and {more} more'] if more > 0 else []))

    def close(self) -> None:
        """Read no more."""
        self._stack.close()

    def __enter__(self) -> Bag:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _warn(self, words: str) -> None:
        if words in self._warnings or len(self._warnings) < _MOST_WARNINGS:
            self._warnings[words] += 1

    def _said(self) -> str:
        return '; '.join(self._warnings) or 'record it again, with the camera running'

    def _open_files(self, stack: ExitStack) -> list[Storage]:
        found = find_files(self.path, self._warn)
        storages: list[Storage] = []
        problems: list[str] = []
        kinds = []
        for file in found.files:
            try:
                kind = storage_of(file)
                if kind == 'zstd':
                    folder = Path(stack.enter_context(TemporaryDirectory(prefix='realvlg_bag_')))
                    file, problem = unpack_file(file, folder)
                    if problem:
                        self._warn(problem)
                    kind = storage_of(file)
                storage = _STORAGES[kind](file, self._warn)
            except BagError as error:
                problems.append(str(error))
                continue
            stack.callback(storage.close)
            storages.append(storage)
            kinds.append(kind)
        if not storages:
            raise BagError('; '.join(problems))
        for problem in problems:
            self._warn(problem)
        self.storage: str = kinds[0]
        self._compare(found.counts, storages)
        return storages

    def _compare(self, said: dict[str, int] | None, storages: list[Storage]) -> None:
        """Warn where metadata.yaml and the files contradict each other; the files count."""
        if said is None:
            return
        counts: Counter[str] = Counter()
        for storage in storages:
            for channel, count in storage.contents.counts.items():
                counts[channel.topic] += count
        for topic in sorted({*said, *counts}):
            if said.get(topic, 0) != counts[topic]:
                self._warn(
                    f'metadata.yaml says {said.get(topic, 0)} messages on {topic}, the files hold '
                    f'{counts[topic]}'
                )

    def _decoders(self, names: Collection[str]) -> dict[Channel, Decode]:
        """What decodes the channels of some topics, or of all."""
        channels = {each for storage in self._storages for each in storage.contents.counts}
        known = {each.topic for each in channels}
        for name in names:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f' (did you mean {near[0]}?)' if near else ''
                raise BagError(
                    f'{self.path} has no topic {name}{hint}; it holds\n{self.describe_topics()}'
                )
        decoders = {}
        for channel in sorted(channels, key=lambda each: (each.topic, each.type)):
            if names and channel.topic not in names:
                continue
            try:
                decoders[channel] = make_decoder(channel, self._warn)
            except BagError as error:
                if names:
                    raise
                self._warn(str(error))
        return decoders

    def _found(self, names: Collection[str]) -> Iterator[tuple[RawMessage, Any]]:
        """Messages as they are stored, and decoded."""
        decoders = self._decoders(names)
        sources = [
            (storage.contents.start_ns, partial(storage.messages, tuple(decoders)))
            for storage in self._storages
            if storage.contents.counts.keys() & decoders.keys()
        ]
        return self._decoded(merge_by_time(sources), decoders)

    def _decoded(
        self, found: Iterator[RawMessage], decoders: dict[Channel, Decode]
    ) -> Iterator[tuple[RawMessage, Any]]:
        failed: Counter[Channel] = Counter()
        for raw in _ordered(found):
            channel = raw.channel
            try:
                message = decoders[channel](raw.data)
            except BagError as error:
                failed[channel] += 1
                if failed[channel] == 1:
                    self._warn(str(error))
                continue
            yield raw, message
        for channel, count in failed.items():
            self._warn(f'{count} messages of {channel.topic} could not be decoded')


def _ordered(found: Iterator[RawMessage]) -> Iterator[RawMessage]:
    """Messages in order of time; of one time one of each topic in turn, whatever the storage."""
    for _, same in groupby(found, key=lambda raw: raw.log_ns):
        for some in _batches(same, _MOST_AT_ONCE):
            if len(some) == 1:
                yield some[0]
                continue
            turns: Counter[str] = Counter()
            placed = []
            for raw in some:
                topic = raw.channel.topic
                placed.append(((turns[topic], topic, raw.channel.type), raw))
                turns[topic] += 1
            placed.sort(key=lambda item: item[0])
            yield from (raw for _, raw in placed)


T = TypeVar('T')


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
