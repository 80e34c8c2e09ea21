"""Messages from their bytes, by the definition that the bag holds or by one that is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import BagError
from .files.storage import Channel, Warn
from .known_types import known_types, rosbags_module, to_known

Decode = Callable[[bytes | memoryview], Any]

# Types that had another name in ROS 1.
_RENAMED = {'tf/msg/tfMessage': 'tf2_msgs/msg/TFMessage'}
# Characters of the words of another package. Chosen: two lines.
_MOST_WORDS = 200
# Stands between the definitions in one text. From rosbag2's message definition encoding.
_SEPARATOR = '=' * 80 + '\n'


def first_words(error: Exception) -> str:
    """What an error of another package says, without the text that it quotes."""
    lines = str(error).strip().splitlines()
    return lines[0][:_MOST_WORDS] if lines else type(error).__name__


def current_type(type_name: str) -> str:
    """The name that a type has in ROS 2."""
    return _RENAMED.get(type_name, type_name)


def make_decoder(channel: Channel, warn: Warn) -> Decode:
    """What turns the bytes of a channel's messages into messages, or raises BagError.

    Args:
        channel: whose messages are read.
        warn: called where the definition in the bag cannot be used and a known one is taken.

    Raises:
        BagError: the type, its definition or the encoding is not known.
    """
    if channel.encoding not in ('cdr', 'ros1'):
        raise BagError(
            f'the messages of {channel.topic} ({channel.type or "no type"}) are encoded as '
            f'{channel.encoding or "unknown"!r}; those of ROS (cdr, ros1) are read'
        )
    store = _store_for(channel, warn)
    known = current_type(channel.type)

    def decode(data: bytes | memoryview) -> Any:
        try:
            if channel.encoding == 'cdr':
                return store.deserialize_cdr(data, channel.type)
            message = store.deserialize_ros1(data, channel.type)
        except Exception as error:
            # Damaged bytes raise whatever the generated code meets first.
            reason = first_words(error)
            raise BagError(
                f'a message of {channel.topic} is no {channel.type}: {reason}'
            ) from error
        return to_known(message, known) if known in known_types().types else message

    return decode


def _store_for(channel: Channel, warn: Warn) -> Any:
    """A store that has the channel's type."""
    known = known_types()
    if not channel.schema:
        if channel.encoding == 'cdr' and channel.type in known.types:
            return known
        raise BagError(
            f'the bag holds no definition of {channel.type or "the type"!r}, the messages on '
            f'{channel.topic}, and it is none that is known; record it with a definition '
            '(mcap, or sqlite3 of ROS 2 Iron or later), or leave the topic out'
        )
    try:
        return _store_of_schema(channel)
    except Exception as error:
        # A text that is no definition, or one that contradicts itself.
        reason = first_words(error)
        if channel.encoding == 'cdr' and channel.type in known.types:
            warn(f'the definition of {channel.type} in the bag cannot be used ({reason})')
            return known
        raise BagError(
            f'the definition of {channel.type!r} that the bag holds for {channel.topic} cannot be '
            f'used: {reason}'
        ) from error


def _store_of_schema(channel: Channel) -> Any:
    typesys = rosbags_module('typesys')
    text, found = channel.schema, {}
    if channel.schema_encoding in ('ros2msg', 'ros1msg'):
        found = typesys.get_types_from_msg(text, channel.type)
    elif channel.schema_encoding in ('ros2idl', 'omgidl'):
        begins = text.startswith(f'{_SEPARATOR}IDL: ')
        parts = [each.partition('\n')[2] for each in text.split(_SEPARATOR)[1:]]
        for part in parts if begins else [text]:
            found.update(typesys.get_types_from_idl(part))
    else:
        raise BagError(f'it is written in {channel.schema_encoding or "nothing"!r}')
    store = typesys.get_typestore(typesys.Stores.EMPTY)
    store.register(found)
    store.get_msgdef(channel.type)
    return store
