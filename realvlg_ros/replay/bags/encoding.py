"""Messages as the bytes that are recorded (CDR)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ...optional import import_optional
from .known_types import known_types, to_known


def encode(message: Any, type_name: str) -> bytes | memoryview:
    """The bytes of a message by the definition that is known; equal ones for equal messages.

    Args:
        message: of ROS, or of rosbags.
        type_name: full name of its type.

    Raises:
        BagError: the type is not known, or the message lacks one of its fields.
    """
    return known_types().serialize_cdr(to_known(message, type_name), type_name)


def encode_fast(message: Any, type_name: str) -> bytes | memoryview:
    """The same, by ROS where it can: then the bytes between two fields may be any.

    Args:
        message: of ROS, or of rosbags.
        type_name: full name of its type.

    Raises:
        BagError: as encode.
    """
    cls: Any = type(message)
    encoder = _ros_encoder(cls, type_name)
    return encode(message, type_name) if encoder is None else encoder(message)


@lru_cache(maxsize=256)
def _ros_encoder(cls: Any, type_name: str) -> Callable[[Any], bytes] | None:
    """What encodes a message of ROS many times faster; None where it cannot.

    That is one of rosbags, one of a package whose libraries are not installed, and one of another
    version than the definition that is recorded with it.
    """
    fields = getattr(cls, 'get_fields_and_field_types', None)
    known = known_types().fielddefs.get(type_name)
    if fields is None or known is None or list(fields()) != [name for name, _ in known[1]]:
        return None
    try:
        serialization = import_optional(
            'rclpy.serialization', 'messages are encoded slowly', 'source ROS'
        )
        serialization.serialize_message(cls())
    except Exception:
        # A message package whose libraries are missing or broken raises what it likes.
        return None
    return serialization.serialize_message  # type: ignore[no-any-return]
