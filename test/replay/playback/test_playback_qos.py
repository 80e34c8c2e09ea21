"""The QoS that topics of a bag are played with."""

from __future__ import annotations

from pathlib import Path

import pytest
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, HistoryPolicy, ReliabilityPolicy

from realvlg_ros.errors import BagError
from realvlg_ros.replay.playback.qos import is_reliable, profile_for, read_overrides
from realvlg_ros.resources import config_file

BEST_EFFORT, RELIABLE = ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE
VOLATILE, LATCHED = DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL
# As rosbag2 of Humble and of Jazzy write them.
NUMBERS = '- history: 3\n  depth: 0\n  reliability: {0}\n  durability: {1}\n'
NAMES = '- history: unknown\n  depth: 0\n  reliability: {0}\n  durability: {1}\n'


@pytest.mark.parametrize(
    ('topic', 'offered', 'reliability', 'durability'),
    [
        ('/color', [NUMBERS.format(2, 2)], BEST_EFFORT, VOLATILE),
        ('/color', [NAMES.format('best_effort', 'volatile')], BEST_EFFORT, VOLATILE),
        ('/color', [NAMES.format('reliable', 'volatile')], RELIABLE, VOLATILE),
        ('/map', [NUMBERS.format(1, 1)], RELIABLE, LATCHED),
        # One publisher of two was reliable: so might its readers be.
        ('/color', [NUMBERS.format(2, 2) + NUMBERS.format(1, 2)], RELIABLE, VOLATILE),
        ('/color', [NUMBERS.format(2, 2), NUMBERS.format(1, 2)], RELIABLE, VOLATILE),
        ('/color', [], RELIABLE, VOLATILE),
        ('/tf_static', [], RELIABLE, LATCHED),
        ('/left/tf_static', [NUMBERS.format(1, 2)], RELIABLE, LATCHED),
        ('/color', ['['], RELIABLE, VOLATILE),
        ('/color', ['- 3', '- {reliability: fast, durability: 17}'], RELIABLE, VOLATILE),
    ],
)
def test_a_topic_is_played_as_it_was_recorded(topic, offered, reliability, durability):
    profile = profile_for(topic, offered, {})
    assert (profile.reliability, profile.durability) == (reliability, durability)
    assert profile.history == HistoryPolicy.KEEP_LAST
    assert profile.depth >= 10
    assert is_reliable(profile) == (reliability == RELIABLE)


def test_the_overrides_that_are_shipped_keep_static_transforms_and_lose_no_image():
    overrides = read_overrides(config_file('rosbag_qos_overrides.yaml'))
    assert overrides['/tf_static'].durability == LATCHED
    for topic, profile in overrides.items():
        assert profile.reliability == RELIABLE, topic
    images = [topic for topic in overrides if topic.startswith('/camera/')]
    assert len(images) == len(overrides) - 1
    assert {overrides[topic].durability for topic in images} == {VOLATILE}
    played = profile_for('/camera/color/image_raw', [NUMBERS.format(2, 2)], overrides)
    assert played is overrides['/camera/color/image_raw']


def test_every_part_of_a_profile_is_read(tmp_path: Path) -> None:
    path = tmp_path / 'qos.yaml'
    path.write_text(
        '/scan: {history: keep_all, depth: 7, reliability: best_effort, durability: volatile, '
        'deadline: {sec: 1, nsec: 5}, lifespan: {sec: 0, nsec: 0}, liveliness: automatic, '
        'liveliness_lease_duration: {sec: 2, nsec: 0}, avoid_ros_namespace_conventions: true}'
    )
    profile = read_overrides(path)['/scan']
    assert profile.history == HistoryPolicy.KEEP_ALL
    assert (profile.depth, profile.avoid_ros_namespace_conventions) == (7, True)
    assert profile.deadline == Duration(seconds=1, nanoseconds=5)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('[1, 2]', 'must be a mapping of topics'),
        ('/a: [', 'is not YAML'),
        ('/a: reliable', 'expected a profile'),
        ('/a: {reliability: certain}', 'expected one of .*best_effort'),
        ('/a: {dept: 3}', 'dept: 3 is no part'),
        ('/a: {depth: -1}', 'depth: -1 is no part'),
        ('/a: {depth: true}', 'depth: True is no part'),
        ('/a: {deadline: 3}', 'expected {sec: 0, nsec: 0}'),
        ('/a: {deadline: {sec: -1, nsec: 0}}', 'expected {sec: 0, nsec: 0}'),
    ],
)
def test_overrides_that_are_none_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / 'qos.yaml'
    path.write_text(text)
    with pytest.raises(BagError, match=words) as raised:
        read_overrides(path)
    assert str(path) in str(raised.value)
    with pytest.raises(BagError, match='cannot be read'):
        read_overrides(tmp_path / 'none.yaml')
