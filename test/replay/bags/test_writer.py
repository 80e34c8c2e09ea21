"""Bags that are written: whole, with definitions, and read by rosbags' own reader."""

from __future__ import annotations

import re
import sys

import pytest

pytest.importorskip('sensor_msgs.msg', reason='ROS 2 is not installed')

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point
from realvlg_ros.msg import GraspTarget, Grounding
from recordings import START_NS, messages, recording, transform
from rosbags.highlevel import AnyReader
from visualization_msgs.msg import Marker, MarkerArray

from realvlg_ros.errors import BagError, MissingDependencyError
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.known_types import message_class
from realvlg_ros.replay.bags.writer import BagWriter

STATUS = DiagnosticStatus(level=b'\x02', name='camera', values=[KeyValue(key='rate', value='9')])
SENT = {
    '/diagnostics': DiagnosticArray(status=[STATUS]),
    '/markers': MarkerArray(markers=[Marker(ns='grasp', points=[Point(x=1.0), Point(y=2.0)])]),
    '/target': GraspTarget(label='red mug', track_id=3),
    '/grounding': Grounding(label='mug', status=Grounding.AMBIGUOUS),
    '/tf_static': transform(0, START_NS),
}


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('compress', [False, True])
def test_others_read_what_is_written(storage, compress, tmp_path):
    with BagWriter(tmp_path / 'bag', storage, compress) as writer:
        for number, (topic, message) in enumerate(SENT.items()):
            writer.write(topic, message, START_NS + number)
    with AnyReader([tmp_path / 'bag']) as reader:
        assert {each.topic for each in reader.connections} == set(SENT)
        found = {
            each.topic: reader.deserialize(data, each.msgtype)
            for each, _, data in reader.messages()
        }
        qos = {each.topic: each.ext.offered_qos_profiles[0] for each in reader.connections}
    assert found['/diagnostics'].status[0].level == 2
    assert found['/markers'].markers[0].points[1].y == 2.0
    assert (found['/target'].label, found['/target'].track_id) == ('red mug', 3)
    assert found['/grounding'].status == found['/grounding'].AMBIGUOUS
    assert qos['/tf_static'].durability.name == 'TRANSIENT_LOCAL'
    assert qos['/target'].durability.name == 'VOLATILE'


def test_detections_are_written_where_vision_msgs_is_not_installed(tmp_path):
    header = message_class('std_msgs/msg/Header')
    time = message_class('builtin_interfaces/msg/Time')
    found = message_class('vision_msgs/msg/Detection3DArray')(header(time(1, 2), 'base'), [])
    with BagWriter(tmp_path / 'bag') as writer:
        writer.write('/detections', found, START_NS)
    with Bag(tmp_path / 'bag') as bag:
        assert next(bag.messages()).message.header.frame_id == 'base'


def test_the_definitions_of_vision_msgs_are_those_of_the_package(tmp_path):
    vision = pytest.importorskip('vision_msgs.msg')
    detection = vision.Detection3D(id='7')
    detection.bbox.size.x = 0.25
    hypothesis = vision.ObjectHypothesisWithPose()
    hypothesis.hypothesis.class_id = 'mug'
    hypothesis.pose.pose.position.z = 0.5
    detection.results.append(hypothesis)
    with BagWriter(tmp_path / 'bag') as writer:
        writer.write('/three', vision.Detection3DArray(detections=[detection]), START_NS)
        box = vision.Detection2D(id='8')
        box.bbox.center.position.x = 12.0
        writer.write('/two', vision.Detection2DArray(detections=[box]), START_NS)
    with Bag(tmp_path / 'bag') as bag:
        three, two = (found.message.detections[0] for found in bag.messages())
    assert (three.id, three.bbox.size.x) == ('7', 0.25)
    assert three.results[0].hypothesis.class_id == 'mug'
    assert three.results[0].pose.pose.position.z == 0.5
    assert two.bbox.center.position.x == 12.0


def test_messages_of_a_bag_are_passed_on(tmp_path):
    with Bag(recording().write(tmp_path / 'bag')) as bag, BagWriter(tmp_path / 'copy') as writer:
        for found in bag.messages():
            writer.write(found.topic, found.message, found.log_ns)
    with Bag(tmp_path / 'bag') as bag, Bag(tmp_path / 'copy') as copy:
        assert [repr(m) for m in bag.messages()] == [repr(m) for m in copy.messages()]


def test_equal_messages_give_equal_bytes(tmp_path):
    for name in ('a', 'b'):
        recording().write(tmp_path / name / 'bag.mcap')
    assert (tmp_path / 'a/bag.mcap').read_bytes() == (tmp_path / 'b/bag.mcap').read_bytes()


def test_a_bag_is_whole_after_an_exception(tmp_path):
    with pytest.raises(RuntimeError), BagWriter(tmp_path / 'bag.mcap') as writer:
        writer.write('/target', SENT['/target'], START_NS)
        raise RuntimeError
    with Bag(tmp_path / 'bag.mcap') as bag:
        assert [found.topic for found in bag.messages()] == ['/target']
        assert bag.warnings == ()
    assert [each.name for each in tmp_path.iterdir()] == ['bag.mcap']


def test_without_rosbags_bags_are_off(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, 'rosbags', None)
    with pytest.raises(MissingDependencyError, match='bags are off: rosbags is not installed'):
        BagWriter(tmp_path / 'bag')


def write(path, *arguments):
    with BagWriter(path, *arguments) as writer:
        writer.write('/info', messages(0, 0).camera_info, START_NS)
        return writer


@pytest.mark.parametrize(
    ('act', 'words'),
    [
        (lambda p: (p / 'bag').touch() or write(p / 'bag'), 'is there already'),
        (lambda p: write(p / 'bag.db3', 'mcap'), 'is sqlite3 by its suffix, not mcap'),
        (lambda p: write(p / 'bag', 'rosbag1'), "storage 'rosbag1' is not written"),
        (lambda p: write(p / 'bag').write('/info', SENT['/target'], 0), 'CameraInfo; a realvlg'),
        (lambda p: write(p / 'bag').write('/info', 'text', 0), 'a str is no message'),
        (lambda p: write(p / 'bag').write('/info', messages(0, 0).camera_info, -1), 'log time -1'),
        (lambda p: message_class('own_msgs/msg/A'), "'own_msgs/msg/A' is not known"),
        (
            lambda p: (p / 'file').touch() or write(p / 'file' / 'bag'),
            'cannot be written',
        ),
    ],
)
def test_what_cannot_be_written_is_refused(act, words, tmp_path):
    with pytest.raises(BagError, match=re.escape(words)):
        act(tmp_path)
