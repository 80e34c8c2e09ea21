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
# Form of a topic under a base topic, as in image_transport, and the parameter that sets it.
_TRANSPORTS = {'compressed': 'color_transport', 'compressedDepth': 'depth_transport'}


def describe_publishers(node: Node, topic: str, message: type[Any]) -> str:
    """A topic with its number of publishers; if that is 0, with what a camera publishes instead.

    Args:
        node: gives the ROS graph.
        topic: full name.
        message: type of its messages; of other topics only those of this type are listed.
    """
    count = node.count_publishers(topic)
    words = f'{count} publisher{"" if count == 1 else "s"}'
    if not count:
        words += _other_form(node, topic) or _others(node, topic, message)
    return f'{topic} ({words})'


def _other_form(node: Node, topic: str) -> str:
    """That the same images are published in another form, and the parameter that reads it."""
    base, _, form = topic.rpartition('/')
    if form in _TRANSPORTS:
        if node.count_publishers(base):
            return f'; {base} is published: set {_TRANSPORTS[form]} to raw'
        return ''
    for form, parameter in _TRANSPORTS.items():
        if node.count_publishers(f'{topic}/{form}'):
            return f'; {topic}/{form} is published: set {parameter} to {form}'
    return ''


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
