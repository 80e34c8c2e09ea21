"""Bags of every storage give the same messages; what is damaged is said, and the rest is read."""

from __future__ import annotations

import sqlite3
import tracemalloc
from pathlib import Path

import pytest

pytest.importorskip('sensor_msgs.msg', reason='ROS 2 is not installed')

from recordings import (
    COLOR,
    DEPTH,
    INFO,
    MS,
    START_NS,
    Recording,
    messages,
    recording,
    write_file_compressed,
    write_rosbag1,
    write_split,
)

from realvlg_ros.errors import BagError
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.files.compression import LZ4_MAGIC, ZSTD_MAGIC

WRITERS = {
    'mcap': lambda path, made: made.write(path),
    'sqlite3': lambda path, made: made.write(path, 'sqlite3'),
    'mcap with compressed chunks': lambda path, made: made.write(path, 'mcap', compress=True),
    'sqlite3 with compressed messages': lambda path, made: made.write(path, 'sqlite3', True),
    'one mcap': lambda path, made: made.write(path.with_suffix('.mcap')),
    'one sqlite3': lambda path, made: made.write(path.with_suffix('.db3')),
    'split mcap': write_split,
    'split sqlite3': lambda path, made: write_split(path, made, 'sqlite3'),
    'compressed mcap': write_file_compressed,
    'compressed sqlite3': lambda path, made: write_file_compressed(path, made, 'sqlite3'),
    'rosbag1': lambda path, made: write_rosbag1(path.with_suffix('.bag'), made),
    'rosbag1, not packed': lambda path, made: write_rosbag1(
        path.with_suffix('.bag'), made, 2**20, False
    ),
}


def contents(bag: Bag, names: tuple[str, ...] = ()) -> list[tuple]:
    return [(m.topic, m.type, m.log_ns, repr(m.message)) for m in bag.messages(names)]


def read(path: Path) -> tuple[list[tuple], tuple[str, ...]]:
    with Bag(path) as bag:
        return contents(bag), bag.warnings


@pytest.fixture(scope='module')
def made() -> Recording:
    """Messages with equal log times, too."""
    made = recording()
    sent = messages(9, START_NS)
    for topic in ('/z', '/a'):
        made.add(topic, sent.camera_info, START_NS + 2 * MS)
    return made


@pytest.fixture(scope='module')
def expected(made, tmp_path_factory) -> list[tuple]:
    found, warnings = read(made.write(tmp_path_factory.mktemp('bag') / 'bag'))
    assert warnings == ()
    return found


@pytest.mark.parametrize('kind', WRITERS)
def test_every_storage_gives_the_same_messages_in_the_same_order(kind, made, expected, tmp_path):
    path = WRITERS[kind](tmp_path / 'bag', made)
    with Bag(path) as bag:
        assert contents(bag) == expected
        assert {each.name: each.count for each in bag.topics} == {
            COLOR: 6, DEPTH: 6, INFO: 6, '/tf': 6, '/z': 1, '/a': 1,
        }  # fmt: skip
        assert (bag.start_ns, bag.end_ns) == (START_NS, START_NS + 530 * MS)
        assert bag.storage in kind
        assert bag.warnings == ()
        assert len(contents(bag, (DEPTH, '/a'))) == 7


def test_messages_are_as_they_were_written(made, tmp_path):
    with Bag(made.write(tmp_path / 'bag')) as bag:
        first = next(bag.messages([COLOR])).message
        info = next(bag.messages([INFO])).message
    sent = messages(0, START_NS)
    assert bytes(first.data) == bytes(sent.color.data)
    assert (first.encoding, first.header.frame_id) == ('rgb8', 'camera_optical')
    assert info.k.tolist() == sent.camera_info.k.tolist()


def test_messages_of_one_time_come_by_topic(expected):
    same = [topic for topic, _, log_ns, _ in expected if log_ns == START_NS + 2 * MS]
    assert same == ['/a', DEPTH, '/z']


def test_a_recording_of_one_log_time_keeps_its_images_together(tmp_path):
    made = recording(4)
    made.items = [(topic, message, START_NS) for topic, message, _ in made.items]
    for path in (made.write(tmp_path / 'bag'), made.write(tmp_path / 'bag.db3')):
        with Bag(path) as bag:
            found = [each.topic for each in bag.messages()]
        assert found == [INFO, COLOR, DEPTH, '/tf'] * 4


# Name, what makes the bag, and words of the error.
REFUSED = {
    'nothing there': (lambda path, made: path, ('is not there', 'expected a folder')),
    'beside another': (
        lambda path, made: made.write(path.with_name('other')) and path,
        ('is not there', 'holds other'),
    ),
    'an empty folder': (lambda path, made: path.mkdir() or path, ('holds no bag', 'it is empty')),
    'a folder of pictures': (
        lambda path, made: path.mkdir() or (path / 'color.png').touch() or path,
        ('holds no bag (color.png)',),
    ),
    'an empty file': (
        lambda path, made: path.with_suffix('.mcap').touch() or path.with_suffix('.mcap'),
        ('is empty', 'expected a folder'),
    ),
    'another file': (
        lambda path, made: path.write_bytes(b'\x89PNG\r\n\x1a\n') and path,
        ('is no bag', 'PNG'),
    ),
    'a bag without messages': (
        lambda path, made: Recording().write(path),
        ('holds no messages', 'record it again'),
    ),
    'a database of something else': (
        lambda path, made: other_database(path),
        ('holds no messages that can be read', 'no such table'),
    ),
    'no file that metadata names': (
        lambda path, made: only_metadata(path, made),
        ('none of the files is there', "storage 'mcap'", 'bag.mcap'),
    ),
    'an unknown storage': (
        lambda path, made: unknown_storage(path, made),
        ('is no bag', 'rocksdb'),
    ),
    'two bags in a folder': (
        lambda path, made: two_bags(path, made),
        ('several bags', 'first.mcap, second.mcap', 'give one'),
    ),
    'a rosbag1 without an index': (
        lambda path, made: cut(write_rosbag1(path.with_suffix('.bag'), made), 0.5),
        ('cannot be read as a rosbag1', 'rosbag reindex'),
    ),
    'a damaged head': (
        lambda path, made: damage(one_sqlite3(path, made), 0, b'x' * 64),
        ('is no bag',),
    ),
}


def other_database(path: Path) -> Path:
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE songs (name TEXT)')
    return path


def only_metadata(path: Path, made: Recording) -> Path:
    made.write(path)
    (path / 'bag.mcap').unlink()
    return path


def unknown_storage(path: Path, made: Recording) -> Path:
    made.write(path)
    (path / 'bag.mcap').write_bytes(b'rocksdb and more')
    return path


def two_bags(path: Path, made: Recording) -> Path:
    made.write(path / 'first.mcap')
    made.write(path / 'second.mcap')
    return path


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


@pytest.mark.parametrize('name', REFUSED)
def test_what_cannot_be_read_is_refused_with_the_reason(name, made, tmp_path):
    make, words = REFUSED[name]
    with pytest.raises(BagError) as raised:
        Bag(make(tmp_path / 'bag', made))
    assert [word for word in words if word not in str(raised.value)] == []


def damage(path: Path, at: int, data: bytes) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[:at] + data + content[at + len(data) :])
    return path


def one_mcap(path: Path, made: Recording) -> Path:
    return made.write(path.with_suffix('.mcap'))


def one_packed_mcap(path: Path, _: Recording) -> Path:
    return recording(60).write(path.with_suffix('.mcap'), compress=True)


def one_sqlite3(path: Path, made: Recording) -> Path:
    return made.write(path.with_suffix('.db3'))


def one_zstd(path: Path, _: Recording) -> Path:
    (file,) = write_file_compressed(path, recording(60)).glob('*.zstd')
    return file


def one_rosbag1(path: Path, made: Recording) -> Path:
    return write_rosbag1(path.with_suffix('.bag'), made)


def second_chunk(path: Path) -> int:
    """Where the second compressed chunk of a rosbag1 begins."""
    content = path.read_bytes()
    return content.index(LZ4_MAGIC, content.index(LZ4_MAGIC) + 1)


# Name: what makes the bag, what damages it, least and largest share of the messages that are left,
# and words of a warning.
PARTLY = {
    'mcap without its summary': (one_mcap, lambda p: cut(p, 0.97), 1, 1, 'its summary is missing'),
    'mcap with damaged statistics': (
        one_mcap, lambda p: damage(p, p.stat().st_size - 200, b'\xff' * 40), 1, 1,
        'its summary is missing or damaged',
    ),
    'mcap cut in a chunk': (
        one_mcap, lambda p: cut(p, 0.5), 0.3, 0.7, 'cut off in the middle of the record',
    ),
    'mcap cut in a compressed chunk': (
        one_packed_mcap, lambda p: cut(p, 0.7), 0.3, 0.8, 'cut off in the middle of the record',
    ),
    'compressed mcap cut': (one_zstd, lambda p: cut(p, 0.6), 0.3, 0.7, 'is cut off'),
    'a file of a split bag is missing': (
        write_split, lambda p: (p / 'bag_1.mcap').unlink() or p, 0.6, 0.7, 'names bag_1.mcap',
    ),
    'no metadata': (
        write_split, lambda p: (p / 'metadata.yaml').unlink() or p, 1, 1, 'has no metadata.yaml',
    ),
    'metadata that cannot be read': (
        write_split, lambda p: (p / 'metadata.yaml').write_text('a: [') and p, 1, 1,
        'metadata.yaml is not YAML: line 2',
    ),
    'metadata with other counts': (
        write_split, lambda p: other_counts(p), 1, 1, 'metadata.yaml says',
    ),
    'sqlite3 that was cut off': (one_sqlite3, lambda p: cut(p, 0.6), 0.2, 0.8, 'is damaged'),
    'rosbag1 with a damaged chunk': (
        one_rosbag1, lambda p: damage(p, second_chunk(p), bytes(8)), 0.5, 0.98,
        'a chunk of messages is lost',
    ),
}  # fmt: skip


def other_counts(path: Path) -> Path:
    text = (path / 'metadata.yaml').read_text()
    (path / 'metadata.yaml').write_text(text.replace('message_count: 2', 'message_count: 99'))
    return path


@pytest.mark.parametrize('name', PARTLY)
def test_what_is_whole_of_a_damaged_bag_is_read(name, made, tmp_path):
    make, harm, least, most, words = PARTLY[name]
    path = make(tmp_path / 'bag', made)
    whole, warnings = read(path)
    assert warnings == ()
    found, warnings = read(harm(path))
    assert least <= len(found) / len(whole) <= most, (len(found), len(whole))
    assert set(found) <= set(whole)
    assert words in '; '.join(warnings)


def test_a_damaged_chunk_of_an_mcap_loses_its_messages_only(tmp_path):
    made = Recording()
    for index in range(4):
        sent = messages(index, START_NS)
        sent.color.data = bytes(700_000)
        made.add('/big', sent.color, START_NS + index * 100 * MS)
    path = made.write(tmp_path / 'bag.mcap', compress=True)
    whole, _ = read(path)
    # The compressed data of the first of two chunks.
    found, warnings = read(damage(path, path.read_bytes().index(ZSTD_MAGIC), bytes(8)))
    assert found == whole[2:]
    assert 'the messages from 1700000000.000 to 1700000000.100 s' in '; '.join(warnings)


def test_topics_that_are_not_there_are_refused_with_those_that_are(made, tmp_path):
    with Bag(made.write(tmp_path / 'bag')) as bag, pytest.raises(BagError) as raised:
        next(bag.messages(['/cam/color/image']))
    assert f'did you mean {COLOR}?' in str(raised.value)
    assert f'{DEPTH} (sensor_msgs/msg/Image, 6)' in str(raised.value)


def without_definitions(path: Path, made: Recording, kind: str = '') -> Path:
    """A bag as ROS 2 Humble writes it: no definitions, or a type that nobody knows."""
    path = one_sqlite3(path, made)
    with sqlite3.connect(path) as database:
        database.execute('DROP TABLE message_definitions')
        if kind:
            database.execute('UPDATE topics SET type = ? WHERE name = "/tf"', (kind,))
    return path


def test_known_definitions_stand_in_for_those_that_a_bag_lacks(made, expected, tmp_path):
    assert read(without_definitions(tmp_path / 'bag', made)) == (expected, ())


def test_a_type_without_a_definition_is_left_out_and_refused_when_asked_for(made, tmp_path):
    with Bag(without_definitions(tmp_path / 'bag', made, 'own_msgs/msg/Pose')) as bag:
        assert {found.topic for found in bag.messages()} == {COLOR, DEPTH, INFO, '/z', '/a'}
        assert "no definition of 'own_msgs/msg/Pose'" in '; '.join(bag.warnings)
        with pytest.raises(BagError, match='record it with a definition'):
            next(bag.messages(['/tf']))


def test_messages_that_are_not_of_their_type_are_left_out(made, tmp_path):
    path = one_sqlite3(tmp_path / 'bag', made)
    with sqlite3.connect(path) as database:
        (row,) = database.execute('SELECT id FROM messages LIMIT 1').fetchone()
        database.execute('UPDATE messages SET data = ? WHERE id = ?', (b'\0\1\0\0abc', row))
    found, warnings = read(path)
    assert len(found) == len(made.items) - 1
    assert f'a message of {INFO} is no sensor_msgs/msg/CameraInfo' in warnings[0]
    assert f'1 messages of {INFO} could not be decoded' in warnings


def test_memory_does_not_grow_with_the_length_of_a_bag(tmp_path):
    peaks = []
    for count in (200, 600):
        path = recording(count).write(tmp_path / f'{count}.mcap')
        with Bag(path) as bag:
            tracemalloc.start()
            assert sum(1 for _ in bag.messages([COLOR])) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    # All images of the longer one take 3.5 MB more.
    assert peaks[1] - peaks[0] < 1_000_000


def test_chunks_that_overlap_too_far_are_refused(made, tmp_path, monkeypatch):
    path = one_mcap(tmp_path / 'bag', made)
    monkeypatch.setattr('realvlg_ros.replay.bags.files.mcap_file._MOST_OPEN', 1000)
    with Bag(path) as bag, pytest.raises(BagError, match='mcap sort'):
        list(bag.messages())
