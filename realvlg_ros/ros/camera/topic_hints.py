"""Hints for a topic without a publisher: other topics of its type that have one."""

from __future__ import annotations

import difflib
from typing import Any

from rclpy.node import Node

# Topics that a hint names. Chosen: a line of the log.
_MOST_HINTS = 3


def describe_publishers(node: Node, topic: str, message: type[Any]) -> str:
    """A topic with its number of publishers; if that is 0, with similar topics that have some.

    Args:
        node: gives the ROS graph.
        topic: full name.
        message: type of its messages; only topics of this type are listed.
    """
    count = node.count_publishers(topic)
    words = f'{count} publisher{"" if count == 1 else "s"}'
    others = [] if count else _published(node, message)
    if others:
        ranked = sorted(others, key=lambda name: _likeness(name, topic), reverse=True)
        words += f'; {message.__name__} is published on {", ".join(ranked[:_MOST_HINTS])}'
    return f'{topic} ({words})'


def _published(node: Node, message: type[Any]) -> list[str]:
    """The topics of a message type that have a publisher."""
    wanted = f'{message.__module__.partition(".")[0]}/msg/{message.__name__}'
    return [
        name
        for name, types in node.get_topic_names_and_types()
        if wanted in types and node.count_publishers(name)
    ]


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
