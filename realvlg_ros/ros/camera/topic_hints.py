"""Hints for a topic without a publisher: what is published instead, and how to read it."""

from __future__ import annotations

import difflib
from typing import Any

from rclpy.node import Node

# Topics that a hint names. Chosen: a line of the log.
_MOST_HINTS = 3
# Messages that only a node publishes that looks at a camera: its images are results.
_RESULTS = ('GraspTarget', 'Grounding')
# Pictures made for people, by what their names say.
_MADE = ('debug', 'overlay', 'annotat', 'visuali', 'result', 'marker', 'mask')
# Form of the topic of a stream under its base topic, as in image_transport. Its publishers offer
# every form of each image, and only this one is read.
_TRANSPORTS = {'color': 'compressed', 'depth': 'compressedDepth'}


def describe_publishers(node: Node, stream: str, topic: str, message: type[Any]) -> str:
    """A topic with its number of publishers; if that is 0, with what a camera publishes instead.

    Args:
        node: gives the ROS graph.
        stream: color, depth or camera_info.
        topic: full name.
        message: type of its messages; of other topics only those of this type are listed.
    """
    count = node.count_publishers(topic)
    words = f'{count} publisher{"" if count == 1 else "s"}'
    if not count:
        words += _other_form(node, stream, topic) or _others(node, topic, message)
    return f'{topic} ({words})'


def _other_form(node: Node, stream: str, topic: str) -> str:
    """That the same images are published in another form, and the parameter that reads it."""
    if stream not in _TRANSPORTS:
        return ''
    transport = _TRANSPORTS[stream]
    base, _, form = topic.rpartition('/')
    if form == transport:
        found = f'; {base} is published: set {stream}_transport to raw'
        return found if node.count_publishers(base) else ''
    found = f'; {topic}/{transport} is published: set {stream}_transport to {transport}'
    return found if node.count_publishers(f'{topic}/{transport}') else ''


def _others(node: Node, topic: str, message: type[Any]) -> str:
    """Topics of the same type that a camera may publish, the most similar names first."""
    others = _published(node, message)
    if not others:
        return ''
    ranked = sorted(others, key=lambda name: _likeness(name, topic), reverse=True)
    return f'; {message.__name__} is published on {", ".join(ranked[:_MOST_HINTS])}'


def _published(node: Node, message: type[Any]) -> list[str]:
    """The topics of a message type with a publisher, without pictures that are results."""
    wanted = f'{message.__module__.partition(".")[0]}/msg/{message.__name__}'
    topics = node.get_topic_names_and_types()
    users = {
        publisher
        for name, types in topics
        if any(kind == f'realvlg_ros/msg/{result}' for kind in types for result in _RESULTS)
        for publisher in _publishers(node, name)
    }
    return [
        name
        for name, types in topics
        if wanted in types
        and not any(word in name.rpartition('/')[2].lower() for word in _MADE)
        and _publishers(node, name) - users
    ]


def _publishers(node: Node, topic: str) -> set[tuple[str, str]]:
    infos = node.get_publishers_info_by_topic(topic)
    return {(info.node_namespace, info.node_name) for info in infos}


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
