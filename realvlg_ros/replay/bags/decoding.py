"""Messages from their bytes, by the definition that the bag holds or by one that is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ...errors import BagError
from ...quoting import quoted
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

    Messages of a type that is known are of the known class, whatever the bag says of it: what uses
    them finds the fields that it looks for.

    Args:
        channel: whose messages are read.
        warn: called where the definition in the bag cannot be used and a known one is taken.

    Raises:
        BagError: the type, its definition or the encoding is not known.
    """
    if channel.encoding not in ('cdr', 'ros1'):
        raise BagError(
            f'the messages of {channel.topic} ({channel.type or "no type"}) are encoded as '
            f'{quoted(channel.encoding or "unknown")}; those of ROS (cdr, ros1) are read'
        )
    store = _store_for(channel, warn)
    into_known = _converter_to_known(channel, store)

    def decode(data: bytes | memoryview) -> Any:
        try:
            if channel.encoding == 'cdr':
                return into_known(store.deserialize_cdr(data, channel.type))
            return into_known(store.deserialize_ros1(data, channel.type))
        except Exception as error:
            # Damaged bytes raise whatever the generated code meets first.
            reason = first_words(error)
            raise BagError(
                f'a message of {channel.topic} is no {channel.type}: {reason}'
            ) from error

    return decode


def _converter_to_known(channel: Channel, store: Any) -> Decode:
    """What makes the known class of a message of a store, if the type is known."""
    known, name = known_types(), current_type(channel.type)
    if store is known or name not in known.types:
        return _same
    if _layout(store, channel.type) == _layout(known, name):
        return lambda message: to_known(message, name)

    def checked(message: Any) -> Any:
        # Another version: its fields may have the same names and other types.
        data = known.serialize_cdr(to_known(message, name), name)
        return known.deserialize_cdr(data, name)

    return checked


def _same(message: Any) -> Any:
    return message


def _layout(store: Any, name: str) -> Any:
    """Fields of a type and of those in it, without what differs between ROS 1 and ROS 2."""
    nodes = rosbags_module('interfaces').Nodetype

    def of(kind: Any) -> Any:
        node, detail = kind
        if node == nodes.NAME:
            return _layout(store, detail)
        if node == nodes.BASE:
            return detail
        return int(node), of(detail[0]), detail[1]

    is_header = name == 'std_msgs/msg/Header'
    fields = store.fielddefs[name][1]
    return [
        (field.lower(), of(kind)) for field, kind in fields if not (is_header and field == 'seq')
    ]


def _store_for(channel: Channel, warn: Warn) -> Any:
    """A store that has the channel's type: the known one where both define it alike."""
    known = known_types()
    is_known = channel.encoding == 'cdr' and channel.type in known.types
    if not channel.schema:
        if is_known:
            return known
        raise BagError(
            f'the bag holds no definition of {quoted(channel.type or "the type")}, the '
            'messages on '
            f'{channel.topic}, and it is none that is known; record it with a definition '
            '(mcap, or sqlite3 of ROS 2 Iron or later), or leave the topic out'
        )
    try:
        store = _store_of(channel.type, channel.schema_encoding, channel.schema)
        if is_known and _layout(store, channel.type) == _layout(known, channel.type):
            return known
        store.get_msgdef(channel.type)
    except Exception as error:
        # A text that is no definition, or one that contradicts itself.
        reason = first_words(error)
        if is_known:
            warn(f'the definition of {channel.type} in the bag cannot be used ({reason})')
            return known
        raise BagError(
            f'the definition of {quoted(channel.type)} that the bag holds for {channel.topic} '
            'cannot be '
            f'used: {reason}'
        ) from error
    return store


@lru_cache(maxsize=256)
def _store_of(name: str, encoding: str, text: str) -> Any:
    """A store with the definitions in a text of ROS.

    Raises:
        BagError: it is written in another language.
        Exception: it is no definition.
    """
    typesys = rosbags_module('typesys')
    found = {}
    if encoding in ('ros2msg', 'ros1msg'):
        found = typesys.get_types_from_msg(text, name)
    elif encoding in ('ros2idl', 'omgidl'):
        begins = text.startswith(f'{_SEPARATOR}IDL: ')
        parts = [each.partition('\n')[2] for each in text.split(_SEPARATOR)[1:]]
        for part in parts if begins else [text]:
            found.update(typesys.get_types_from_idl(part))
    else:
        raise BagError(f'it is written in {quoted(encoding or "nothing")}')
    store = typesys.get_typestore(typesys.Stores.EMPTY)
    store.register(found)
    return store
