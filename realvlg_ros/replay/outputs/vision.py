"""The messages of vision_msgs, also where it is not installed."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...errors import MissingDependencyError
from ...ros.conversions.detections import vision_msgs
from ..bags.known_types import known_types, message_class, rosbags_module

_NAMES = ('Detection3D', 'Detection3DArray', 'ObjectHypothesisWithPose')


def vision_messages() -> Any:
    """The module vision_msgs.msg, or what makes such messages for a bag without it."""
    try:
        return vision_msgs()
    except MissingDependencyError:
        made = {name: partial(blank_message, f'vision_msgs/msg/{name}') for name in _NAMES}
        return SimpleNamespace(**made)


def blank_message(type_name: str, **given: Any) -> Any:
    """A message of rosbags: zeros and empty texts but for the fields that are given.

    Raises:
        BagError: the definition is not known.
    """
    cls = message_class(type_name)
    fields = known_types().fielddefs[type_name][1]
    return cls(**{name: given[name] if name in given else _blank(kind) for name, kind in fields})


def _blank(kind: Any) -> Any:
    nodes = rosbags_module('interfaces').Nodetype
    node, detail = kind
    if node == nodes.NAME:
        return blank_message(detail)
    if node == nodes.BASE:
        return '' if detail[0] == 'string' else 0
    item, size = detail
    if item[0] == nodes.NAME or item[1][0] == 'string':
        return [_blank(item) for _ in range(size if node == nodes.ARRAY else 0)]
    return np.zeros(size if node == nodes.ARRAY else 0, item[1][0])
