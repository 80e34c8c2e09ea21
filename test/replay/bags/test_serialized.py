"""Messages of a bag as bytes, and what their publishers offered."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import yaml
from recordings import COLOR, INFO, START_NS, recording, transform, write_rosbag1

from realvlg_ros.errors import BagError
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.files.mcap_records import read_channel
from realvlg_ros.replay.bags.known_types import known_types


def recorded(path: Path, kind: str) -> Path:
    made = recording(3)
    made.add('/tf_static', transform(0, START_NS, 'base', 'world'), START_NS)
    return write_rosbag1(path, made) if kind == 'rosbag1' else made.write(path, kind)


@pytest.mark.parametrize('kind', ['mcap', 'sqlite3', 'rosbag1'])
def test_the_bytes_are_those_that_a_publisher_sends(tmp_path: Path, kind: str) -> None:
    path = recorded(tmp_path / ('bag.bag' if kind == 'rosbag1' else 'bag'), kind)
    with Bag(path) as bag:
        plain, packed = list(bag.messages()), list(bag.serialized())
    assert len(plain) == len(packed) == 13
    for message, data in zip(plain, packed, strict=True):
        assert (data.topic, data.type, data.log_ns) == (
            message.topic, message.type, message.log_ns,
        )  # fmt: skip
        assert isinstance(data.message, bytes)
        if message.topic == COLOR:
            again = known_types().deserialize_cdr(data.message, data.type)
            assert np.array_equal(again.data, message.message.data)
    with Bag(path) as bag, pytest.raises(BagError, match='has no topic /nothing'):
        list(bag.serialized(['/nothing']))


@pytest.mark.parametrize('kind', ['mcap', 'sqlite3'])
def test_what_publishers_offered_is_known(tmp_path: Path, kind: str) -> None:
    with Bag(recorded(tmp_path / 'bag', kind)) as bag:
        offers = {topic: bag.offered_qos(topic) for topic in (INFO, '/tf_static')}
        assert bag.offered_qos('/nothing') == ()
    profiles = {topic: yaml.safe_load(text) for topic, (text,) in offers.items()}
    assert profiles['/tf_static'][0]['durability'] in (1, 'transient_local')
    assert profiles[INFO][0]['durability'] in (2, 'volatile')


@pytest.mark.parametrize('metadata', [b'', b'\x07\0\0', struct.pack('<I', 9) + b'abc'])
def test_damaged_metadata_takes_no_channel_away(metadata: bytes) -> None:
    names = b''.join(struct.pack('<I', len(text)) + text for text in (b'/scan', b'cdr'))
    record = struct.pack('<HH', 4, 0) + names + metadata
    number, channel = read_channel(memoryview(record), {})
    assert (number, channel.topic, channel.encoding) == (4, '/scan', 'cdr')
    assert channel.offered_qos == ''
