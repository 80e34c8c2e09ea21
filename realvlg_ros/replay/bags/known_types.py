"""Definitions of messages that are known without a bag: ROS 2 Jazzy's, our own, vision_msgs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ...errors import BagError
from ...optional import import_optional
from ...quoting import quoted
from ...resources import share_folder
from .vision_definitions import VISION_DEFINITIONS

_REMEDY = 'pip install rosbags'


def rosbags_module(name: str) -> Any:
    """A module of rosbags, which reads and writes bags without ROS.

    Raises:
        MissingDependencyError: rosbags is not installed or cannot be loaded.
    """
    return import_optional(f'rosbags.{name}', 'bags are off', _REMEDY)


@cache
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
        raise BagError(f'the definition of message type {quoted(type_name)} is not known')
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
    return _converter(type_name)(message)


@cache
def _converter(type_name: str) -> Callable[[Any], Any]:
    """What makes the known class of a type of a message."""
    cls = message_class(type_name)
    fields = [
        (name, _value_converter(kind)) for name, kind in known_types().fielddefs[type_name][1]
    ]

    def convert(message: Any) -> Any:
        try:
            return cls(*[into(getattr(message, name)) for name, into in fields])
        except AttributeError:
            return cls(*[into(_field(message, name, type_name)) for name, into in fields])

    return convert


def _field(message: Any, name: str, type_name: str) -> Any:
    """A field of a message of ROS 1, where some have upper case."""
    for spelt in (name, name.upper()):
        if hasattr(message, spelt):
            return getattr(message, spelt)
    raise BagError(
        f'a message has no field {quoted(name)} of {type_name}; it is of another version'
    )


def _value_converter(kind: Any) -> Callable[[Any], Any]:
    """What brings a field to the form of rosbags: numpy arrays, numbers for bytes."""
    nodes = rosbags_module('interfaces').Nodetype
    node, detail = kind
    if node == nodes.NAME:
        return _converter(detail)
    if node == nodes.BASE:
        return _byte if detail[0] == 'byte' else _same
    (inner, item), _ = detail
    if inner == nodes.NAME:
        each = _converter(item)
        return lambda values: [each(value) for value in values]
    if item[0] == 'string':
        return list
    dtype = _DTYPES.get(item[0], item[0])
    if item[0] == 'byte':
        return lambda values: np.array([_byte(value) for value in values], dtype)
    return lambda values: np.ascontiguousarray(values, dtype)


def _same(value: Any) -> Any:
    return value


def _byte(value: Any) -> Any:
    """A byte as a number; ROS gives it as bytes of length one."""
    return value[0] if isinstance(value, bytes) else value


# Types of numpy that have another name than the field's. From the design of ROS 2's interfaces.
_DTYPES = {'bool': 'bool_', 'char': 'uint8', 'byte': 'uint8', 'float128': 'longdouble'}
