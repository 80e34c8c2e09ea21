"""Definitions of messages that are known without a bag: ROS 2 Jazzy's, our own, vision_msgs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import BagError
from ...optional import import_optional
from ...resources import share_folder
from .vision_definitions import VISION_DEFINITIONS

_REMEDY = 'pip install rosbags'


def rosbags_module(name: str) -> Any:
    """A module of rosbags, which reads and writes bags without ROS.

    Raises:
        MissingDependencyError: rosbags is not installed or cannot be loaded.
    """
    return import_optional(f'rosbags.{name}', 'bags are off', _REMEDY)


@lru_cache(maxsize=1)
def known_types() -> Any:
    """The rosbags store of all definitions that are known without a bag.

    Raises:
        MissingDependencyError: rosbags is not installed.
    """
    typesys = rosbags_module('typesys')
    store = typesys.get_typestore(typesys.Stores.ROS2_JAZZY)
    texts = {f'vision_msgs/msg/{name}': text for name, text in VISION_DEFINITIONS.items()}
    for path in sorted((share_folder() / 'msg').glob('*.msg')):
        texts[f'realvlg_ros/msg/{path.stem}'] = path.read_text()
    definitions: dict[str, Any] = {}
    for name, text in texts.items():
        definitions.update(typesys.get_types_from_msg(text, name))
    store.register(definitions)
    return store


def message_class(type_name: str) -> Any:
    """The class of a message by its full name, such as vision_msgs/msg/Detection3DArray.

    Its constructor takes every field, by position or by name; it needs no installed ROS.

    Raises:
        BagError: the definition is not known.
    """
    found = known_types().types.get(type_name)
    if found is None:
        raise BagError(f'the definition of message type {type_name!r} is not known')
    return found


def type_name_of(message: Any) -> str:
    """The full name of a message's type, of a message of ROS or of rosbags.

    Raises:
        BagError: it is no message.
    """
    cls = type(message)
    if hasattr(cls, '__msgtype__'):
        return str(cls.__msgtype__)
    if hasattr(cls, 'get_fields_and_field_types'):
        package, kind, _ = cls.__module__.split('.', 2)
        return f'{package}/{kind}/{cls.__name__}'
    raise BagError(f'a {cls.__name__} is no message; write a ROS message')


def to_known(message: Any, type_name: str) -> Any:
    """A message in the class that known_types has for a type; arrays are not copied.

    Args:
        message: of ROS, or of rosbags for any distribution. Names of fields may differ in case,
            as between ROS 1 and ROS 2, and fields that the known type lacks are left out.
        type_name: full name of the known type.

    Raises:
        BagError: the type is not known, or the message lacks one of its fields.
    """
    return _convert(message, message_class(type_name), type_name)


@lru_cache(maxsize=1)
def _nodes() -> Any:
    """The kinds of fields; kept, since it is asked for each field of each message."""
    return rosbags_module('interfaces').Nodetype


def _convert(message: Any, cls: Any, type_name: str) -> Any:
    fields = known_types().fielddefs[type_name][1]
    return cls(*(_value(_field(message, name, type_name), kind) for name, kind in fields))


def _field(message: Any, name: str, type_name: str) -> Any:
    for spelt in (name, name.upper()):
        if hasattr(message, spelt):
            return getattr(message, spelt)
    raise BagError(f'a message has no field {name!r} of {type_name}; it is of another version')


def _value(value: Any, kind: Any) -> Any:
    """A field in the form that rosbags takes: numpy arrays, numbers for bytes."""
    nodes = _nodes()
    node, detail = kind
    if node == nodes.NAME:
        return _convert(value, known_types().types[detail], detail)
    if node == nodes.BASE:
        # ROS gives a byte as bytes of length one.
        return value[0] if isinstance(value, bytes) else value
    item, _ = detail
    if item[0] == nodes.NAME:
        return [_convert(each, known_types().types[item[1]], item[1]) for each in value]
    base = item[1][0]
    if base == 'string':
        return list(value)
    if base == 'byte':
        value = [each[0] if isinstance(each, bytes) else each for each in value]
    return np.ascontiguousarray(value, _DTYPES.get(base, base))


# Types of numpy that have another name than the field's. From the design of ROS 2's interfaces.
_DTYPES = {'bool': 'bool_', 'char': 'uint8', 'byte': 'uint8', 'float128': 'longdouble'}
