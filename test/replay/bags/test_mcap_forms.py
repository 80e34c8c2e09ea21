"""MCAP files as others write them: in every form, and with more than ROS messages in them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip('sensor_msgs.msg', reason='ROS 2 is not installed')
pytest.importorskip('mcap', reason='mcap is not installed')

from mcap import writer as writers
from mcap.well_known import MessageEncoding, Profile, SchemaEncoding
from recordings import COLOR, recording
from rosbags.interfaces import MessageDefinitionFormat
from rosbags.typesys import Stores, get_typestore

from realvlg_ros.errors import BagError
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.files.mcap_index import RecordFile
from realvlg_ros.replay.bags.known_types import known_types, to_known, type_name_of
from realvlg_ros.replay.bags.topics import choose_topics

FORMS = {
    'plain': {'compression': writers.CompressionType.NONE},
    'lz4': {'compression': writers.CompressionType.LZ4},
    'zstd': {'compression': writers.CompressionType.ZSTD},
    'small chunks': {'chunk_size': 10_000},
    'without chunks': {'use_chunking': False},
    'without statistics': {'use_statistics': False},
    'without an index': {'index_types': writers.IndexType.NONE},
    'without message indexes': {'index_types': writers.IndexType.CHUNK},
    'without a summary': {
        'index_types': writers.IndexType.NONE,
        'use_statistics': False,
        'use_summary_offsets': False,
        'repeat_channels': False,
        'repeat_schemas': False,
    },
    'without checksums': {'enable_crcs': False},
}


def write(path: Path, order: int = 1, **options) -> Path:
    """Write a recording, and a topic that is not of ROS."""
    with path.open('wb') as file:
        writer = writers.Writer(file, **options)
        writer.start(Profile.ROS2, 'test')
        schema = writer.register_schema('Note', SchemaEncoding.JSONSchema, b'{}')
        note = writer.register_channel('/note', MessageEncoding.JSON, schema)
        channels: dict[str, int] = {}
        for topic, message, log_ns in recording().items[::order]:
            name = type_name_of(message)
            if topic not in channels:
                text, _ = known_types().generate_msgdef(name, ros_version=2)
                schema = writer.register_schema(name, SchemaEncoding.ROS2, text.encode())
                channels[topic] = writer.register_channel(topic, MessageEncoding.CDR, schema)
            data = bytes(known_types().serialize_cdr(to_known(message, name), name))
            writer.add_message(channels[topic], log_ns, data, log_ns)
            writer.add_message(note, log_ns + 1, b'{}', log_ns)
        writer.finish()
    return path


@pytest.mark.parametrize('order', [1, -1])
@pytest.mark.parametrize('form', FORMS)
def test_every_form_gives_the_same_messages(form, order, tmp_path):
    path = write(tmp_path / 'bag.mcap', order, **FORMS[form])
    with Bag(path) as bag, Bag(recording().write(tmp_path / 'bag')) as expected:
        names = [each.name for each in expected.topics]
        assert [repr(m) for m in bag.messages(names)] == [repr(m) for m in expected.messages()]
        assert {each.name: each.count for each in bag.topics}['/note'] == 24
        assert (bag.start_ns, bag.end_ns) == (expected.start_ns, expected.end_ns + 1)


def test_what_is_not_of_ros_is_left_out_and_refused_when_asked_for(tmp_path):
    with Bag(write(tmp_path / 'bag.mcap')) as bag:
        assert choose_topics(bag).color == COLOR
        assert '/note' not in {found.topic for found in bag.messages()}
        assert "/note (Note) are encoded as 'json'" in '; '.join(bag.warnings)
        with pytest.raises(BagError, match='those of ROS'):
            next(bag.messages(['/note']))


def test_a_changed_byte_is_seen_by_the_checksum(tmp_path):
    path = write(tmp_path / 'bag.mcap', **FORMS['plain'])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with Bag(path) as bag, pytest.raises(StopIteration):
        next(bag.messages([COLOR]))
    assert 'checksum does not fit' in '; '.join(bag.warnings)


def test_definitions_in_idl_are_read(tmp_path):
    """As ROS 2 records types that are written in IDL."""
    idl = """================================================================================
IDL: own_msgs/msg/Level
module own_msgs { module msg { struct Level { double level; uint8 color[3]; }; }; };
"""
    path = tmp_path / 'bag.mcap'
    data = b'\0\1\0\0' + b'\0\0\0\0\0\0\xf8\x3f' + b'\1\2\3'
    with path.open('wb') as file:
        writer = writers.Writer(file)
        writer.start(Profile.ROS2, 'test')
        schema = writer.register_schema('own_msgs/msg/Level', 'ros2idl', idl.encode())
        channel = writer.register_channel('/level', MessageEncoding.CDR, schema)
        writer.add_message(channel, 5, data, 5)
        writer.finish()
    with Bag(path) as bag:
        (found,) = bag.messages()
    assert found.message.level == 1.5
    assert found.message.color.tolist() == [1, 2, 3]


def test_messages_of_ros_1_in_an_mcap_are_read(tmp_path):
    store = get_typestore(Stores.ROS1_NOETIC)
    name = 'sensor_msgs/msg/CameraInfo'
    text, _ = store.generate_msgdef(name)
    assert MessageDefinitionFormat.MSG and 'K' in text
    kinds = store.types
    header = kinds['std_msgs/msg/Header'](7, kinds['builtin_interfaces/msg/Time'](1, 2), 'cam')
    import numpy as np

    nine = np.arange(9.0)
    roi = kinds['sensor_msgs/msg/RegionOfInterest'](0, 0, 0, 0, False)
    info = kinds[name](
        header, 3, 4, 'plumb_bob', np.zeros(5), nine, nine, np.arange(12.0), 0, 0, roi
    )
    path = tmp_path / 'bag.mcap'
    with path.open('wb') as file:
        writer = writers.Writer(file)
        writer.start(Profile.ROS1, 'test')
        schema = writer.register_schema('sensor_msgs/CameraInfo', 'ros1msg', text.encode())
        channel = writer.register_channel('/info', 'ros1', schema)
        writer.add_message(channel, 5, bytes(store.serialize_ros1(info, name)), 5)
        writer.finish()
    with Bag(path) as bag:
        (found,) = bag.messages()
    assert found.type == name
    assert found.message.k.tolist() == nine.tolist()
    assert (found.message.header.stamp.sec, found.message.header.frame_id) == (1, 'cam')


def test_a_part_that_is_in_no_file_is_an_error_or_empty(tmp_path):
    path = tmp_path / 'some.mcap'
    path.write_bytes(b'0123456789')
    file = RecordFile(path)
    try:
        for offset, size in ((4, -1), (4, -5), (-1, 2), (0, 2**40)):
            with pytest.raises(BagError, match='bytes'):
                file.read(offset, size)
        assert file.read(8, 5) == b'89'
        assert file.read(10, 1) == file.read(2**63, 1) == b''
    finally:
        file.close()
