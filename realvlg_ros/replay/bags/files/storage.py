"""What the files of a bag give: channels, and messages that are not decoded yet."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

# The largest chunk or message that is unpacked, bytes. Chosen: 30 times rosbag2's largest default
# chunk; a damaged length must not take the memory.
LARGEST_BLOCK = 128 * 1024 * 1024


@dataclass(frozen=True)
class Channel:
    """Messages of one type on one topic.

    Attributes:
        topic: name.
        type: full name of the message, such as sensor_msgs/msg/Image; empty if it is not known.
        encoding: of the messages: cdr (ROS 2), ros1, or another one.
        schema_encoding: of the definition: ros2msg, ros2idl, ros1msg, another one, or empty.
        schema: definition of the message, as the bag holds it.
        offered_qos: YAML list of the profiles that its publishers had; empty if it is not known.
    """

    topic: str
    type: str
    encoding: str
    schema_encoding: str = ''
    schema: str = ''
    offered_qos: str = ''


class RawMessage(NamedTuple):
    """A message as it is stored."""

    log_ns: int
    channel: Channel
    data: bytes | memoryview


@dataclass(frozen=True)
class Contents:
    """What a storage holds.

    Attributes:
        counts: messages by channel.
        start_ns: log time of the first message, ns; 0 without messages.
        end_ns: of the last one, ns.
    """

    counts: dict[Channel, int]
    start_ns: int
    end_ns: int

    @property
    def total(self) -> int:
        """Number of all messages."""
        return sum(self.counts.values())


class Storage(Protocol):
    """One file of a bag, open for reading."""

    @property
    def contents(self) -> Contents:
        """Channels, counts and times."""

    def messages(self, channels: Collection[Channel]) -> Iterator[RawMessage]:
        """The messages of some channels in order of log time, equal times in order of the file."""

    def close(self) -> None:
        """Read no more."""


# Called with words on what of a bag cannot be read.
Warn = Callable[[str], None]
Source = tuple[int, Callable[[], Iterable[RawMessage]]]


def merge_by_time(sources: Sequence[Source]) -> Iterator[RawMessage]:
    """The messages of several sources in order of log time; equal times in order of the sources.

    A source is opened when its time has come, so that few of them are in memory at once.

    Args:
        sources: time of its first message, ns, and what opens it, of each.
    """
    waiting = sorted(enumerate(sources), key=lambda item: item[1][0], reverse=True)
    heads: list[tuple[int, int, RawMessage, Iterator[RawMessage]]] = []
    while waiting or heads:
        while waiting and (not heads or waiting[-1][1][0] <= heads[0][0]):
            order, (_, open_source) = waiting.pop()
            _advance(heads, order, iter(open_source()))
        if heads:
            _, order, message, rest = heapq.heappop(heads)
            yield message
            _advance(heads, order, rest)


def _advance(
    heads: list[tuple[int, int, RawMessage, Iterator[RawMessage]]],
    order: int,
    messages: Iterator[RawMessage],
) -> None:
    """Put the next message of a source among the heads of the sources that are open."""
    message = next(messages, None)
    if message is not None:
        heapq.heappush(heads, (message.log_ns, order, message, messages))
