"""The QoS of a topic that is played: an override, or what its publishers offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from rclpy.duration import Duration
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSProfile,
    ReliabilityPolicy,
)

from ...boundary import Boundary
from ...documents import parse_yaml, read_yaml
from ...errors import BagError
from ...quoting import quoted
from ...ros.node.qos import latched, stream

# Messages kept for a reader that is busy, of tf_static as many as tf2 keeps. From rosbag2's
# default profile; from tf2_ros.
_DEPTH, _LATCHED_DEPTH = 10, 100
_POLICIES: dict[str, type[Any]] = {
    'history': HistoryPolicy,
    'reliability': ReliabilityPolicy,
    'durability': DurabilityPolicy,
    'liveliness': LivelinessPolicy,
}
_VALUES: dict[str, type[Any]] = {'depth': int, 'avoid_ros_namespace_conventions': bool}
_DURATIONS = ('deadline', 'lifespan', 'liveliness_lease_duration')


def read_overrides(path: Path) -> dict[str, QoSProfile]:
    """Profiles by topic, in the format of `ros2 bag play --qos-profile-overrides-path`.

    Raises:
        BagError: the file cannot be read, or holds something else.
    """
    content = read_yaml(path, Boundary(str(path), BagError)) or {}
    if not isinstance(content, dict):
        raise BagError(f'{path} must be a mapping of topics to profiles')
    return {str(topic): _profile(f'{path}, {topic}', value) for topic, value in content.items()}


def profile_for(
    topic: str, offered: Sequence[str], overrides: Mapping[str, QoSProfile]
) -> QoSProfile:
    """The profile that a topic is played with.

    An override counts as it is. Otherwise the topic is reliable, and keeps its last message for
    late readers, where one of its publishers was or did: that matches every reader which it had.
    Without a record of the publishers the topic is reliable and volatile, and tf_static is
    transient_local.

    Args:
        topic: name in the bag.
        offered: YAML lists of the profiles that its publishers had.
        overrides: profiles by topic.
    """
    if topic in overrides:
        return overrides[topic]
    profiles = [each for text in offered for each in _listed(text)]
    reliability = {_value(ReliabilityPolicy, each.get('reliability')) for each in profiles}
    durability = {_value(DurabilityPolicy, each.get('durability')) for each in profiles}
    if topic.rpartition('/')[2] == 'tf_static':
        return latched(_LATCHED_DEPTH)
    if DurabilityPolicy.TRANSIENT_LOCAL in durability:
        return latched(_DEPTH)
    best_effort = reliability == {ReliabilityPolicy.BEST_EFFORT}
    return stream('best_effort' if best_effort else 'reliable', _DEPTH)


def is_reliable(profile: QoSProfile) -> bool:
    """Whether readers that ask for reliable get the messages."""
    return bool(profile.reliability == ReliabilityPolicy.RELIABLE)


def _listed(text: str) -> list[dict[str, Any]]:
    """The profiles of a recorded text; none where it is damaged."""
    try:
        found = parse_yaml(text, Boundary('offered QoS', BagError))
    except BagError:
        return []
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _value(policy: type[Any], recorded: object) -> Enum | None:
    """A policy by its number (until ROS 2 Iron) or by its name; None of another one."""
    try:
        found: Enum = policy(recorded) if isinstance(recorded, int) else policy[_upper(recorded)]
    except (KeyError, ValueError):
        return None
    return found


def _upper(name: object) -> str:
    return str(name).upper()


def _profile(where: str, values: object) -> QoSProfile:
    """The profile that an override describes.

    Raises:
        BagError: a key or a value is none of a profile.
    """
    if not isinstance(values, dict):
        raise BagError(f'{where}: expected a profile, such as {{reliability: reliable}}')
    found: dict[str, Any] = {'depth': _DEPTH}
    for key, value in values.items():
        if key in _POLICIES:
            policy = _value(_POLICIES[key], value)
            if policy is None:
                names = ', '.join(name.lower() for name in _POLICIES[key].__members__)
                raise BagError(f'{where}: {key} is {quoted(value)}; expected one of {names}')
            found[key] = policy
        elif key in _DURATIONS:
            found[key] = _duration(f'{where}: {key}', value)
        elif type(value) is _VALUES.get(key) and value >= 0:
            found[key] = value
        else:
            raise BagError(f'{where}: {key}: {quoted(value)} is no part of a QoS profile')
    return QoSProfile(**found)


def _duration(where: str, value: object) -> Duration:
    if isinstance(value, dict) and {'sec', 'nsec'} == value.keys():
        seconds, nanoseconds = value['sec'], value['nsec']
        if all(isinstance(part, int) and part >= 0 for part in (seconds, nanoseconds)):
            return Duration(seconds=seconds, nanoseconds=nanoseconds)
    raise BagError(f'{where} is {quoted(value)}; expected {{sec: 0, nsec: 0}} and not below')
