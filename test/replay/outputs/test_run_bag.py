"""A run's bag, as others read it."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from planned_solids import FRANKA_HAND
from replay_run import ReplayRun
from slab_scene import at

from realvlg_ros.errors import MissingDependencyError
from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.replay.bags.bag import Bag, BagMessage
from realvlg_ros.replay.bags.bag_tf import StaticTransform
from realvlg_ros.replay.bags.known_types import message_class
from realvlg_ros.replay.outputs import topics
from realvlg_ros.replay.outputs.run_bag import RunBag
from realvlg_ros.replay.outputs.vision import blank_message
from realvlg_ros.ros.conversions.compressed_image import decode_color
from realvlg_ros.ros.tf.tf_adapter import transform_to_msg

TAKE = {'instruction': 'take the slab', 'wait_for_stable': False}
FRAMES = 40


@pytest.fixture(scope='module')
def written(tmp_path_factory):
    """The bag of a run with an answer, and what was in it."""
    path = tmp_path_factory.mktemp('bag') / 'out.mcap'
    run = ReplayRun(TAKE)
    run.play_frames(FRAMES)
    with RunBag(path, FRANKA_HAND) as bag:
        transform = message_class('tf2_msgs/msg/TFMessage')([])
        bag.pass_on([BagMessage('/tf', 'tf2_msgs/msg/TFMessage', 5, transform)])
        for step in run.steps:
            bag.add(step)
    return path, run


def test_somebody_elses_reader_decodes_every_topic(written):
    reader = pytest.importorskip('mcap.reader', reason='mcap is not installed')
    decoder = pytest.importorskip('mcap_ros2.decoder', reason='mcap-ros2-support is not installed')
    path, _ = written
    counts, types = Counter(), {}
    with path.open('rb') as file:
        opened = reader.make_reader(file, decoder_factories=[decoder.DecoderFactory()])
        for schema, channel, record, message in opened.iter_decoded_messages():
            counts[channel.topic] += 1
            types[channel.topic] = schema.name
            if channel.topic == topics.TARGET:
                assert record.log_time == _ns(message.header.stamp)
                assert message.grasps[0].quality == pytest.approx(0.9)
    assert types[topics.DETECTIONS] == 'vision_msgs/msg/Detection3DArray'
    assert types[topics.GROUNDING] == 'realvlg_ros/msg/Grounding'
    # Ten times a second, and where the target is confirmed and becomes stable.
    assert FRAMES / 3 <= counts.pop(topics.MARKERS) <= FRAMES / 3 + 4
    assert counts == {
        topics.TARGET: FRAMES, topics.DETECTIONS: FRAMES,
        topics.OVERLAY: FRAMES, topics.CAMERA_INFO: FRAMES, topics.TF: FRAMES + 1,
        topics.GROUNDING: 1, topics.CLOUD: 1, topics.DIAGNOSTICS: 2,
    }  # fmt: skip


def test_the_overlay_is_the_image_with_the_target(written):
    path, run = written
    with Bag(path) as bag:
        first = next(bag.messages([topics.OVERLAY])).message
    frame = run.steps[0].frame
    drawn = decode_color(first).astype(int)
    assert drawn.shape == frame.color.shape
    apart = np.abs(drawn - frame.color).max(axis=2) > 100
    # Lines on the object, and nothing far from it.
    assert apart[90:150, 110:210].any() and not apart[:60].any()


def test_the_frame_of_the_grasp_is_on_tf_under_that_of_the_target(written):
    path, run = written
    with Bag(path) as bag:
        *_, last = (each.message for each in bag.messages([topics.TF]))
    (transform,) = last.transforms
    target = run.steps[FRAMES - 1].targets[0]
    assert (transform.header.frame_id, transform.child_frame_id) == (
        target.frame_id, topics.GRASP_FRAME,
    )  # fmt: skip
    at = transform.transform.translation
    assert [at.x, at.y, at.z] == pytest.approx(target.grasps[0].position)


def test_the_frame_of_the_grasp_has_the_name_that_was_given(tmp_path):
    run = ReplayRun(TAKE)
    run.play_frames(2)
    with RunBag(tmp_path / 'out.mcap', FRANKA_HAND, grasp_frame='to_grasp') as bag:
        for step in run.steps:
            bag.add(step)
    with Bag(tmp_path / 'out.mcap') as bag:
        found = [each.message.transforms[0] for each in bag.messages([topics.TF])]
    assert {transform.child_frame_id for transform in found} == {'to_grasp'}


def test_transforms_that_were_given_are_there_in_place_of_those_of_the_recording(tmp_path):
    given = [StaticTransform.from_text('mount camera_optical 0 0 0.1 0 0 0')]
    kind = 'tf2_msgs/msg/TFMessage'

    def message(*children):
        eye = np.eye(4)
        return message_class(kind)([transform_to_msg('base', each, eye, 7) for each in children])

    with RunBag(tmp_path / 'out.mcap', FRANKA_HAND) as bag:
        bag.give(given, 5)
        bag.pass_on(
            [
                BagMessage('/tf_static', kind, 7, message('/camera_optical')),
                BagMessage('/tf', kind, 8, message('/camera_optical', 'mount')),
            ]
        )
    with Bag(tmp_path / 'out.mcap') as bag:
        found = [
            (each.topic, each.log_ns, t.header.frame_id, t.child_frame_id)
            for each in bag.messages()
            for t in each.message.transforms
        ]
    assert found == [
        ('/tf_static', 5, 'mount', 'camera_optical'), ('/tf', 8, 'base', 'mount'),
    ]  # fmt: skip


def test_the_cloud_is_what_the_answer_was_made_of(written):
    path, run = written
    with Bag(path) as bag:
        cloud = next(bag.messages([topics.CLOUD])).message
    rows = np.frombuffer(cloud.data, np.float32).reshape(-1, 4)
    assert 10_000 < len(rows) == cloud.width <= 20_000
    assert 0.59 < rows[:, 2].min() < 0.61 < 0.68 < rows[:, 2].max() < 0.72
    red = rows[:, 3].copy().view(np.uint32) >> 16
    frame = run.steps[0].frame
    assert red.mean() == pytest.approx(frame.color[..., 0][frame.depth > 0].mean(), abs=1)


def test_the_cloud_is_in_the_fixed_frame_where_there_is_one(tmp_path):
    run = ReplayRun(TAKE)
    event = run.frame(0)
    pose = np.eye(4)
    pose[:3, 3] = 10.0, 0.0, 0.0
    frame = replace(event.frame, camera2fixed=pose, fixed_frame='world')
    run.play([replace(event, frame=frame)])
    with RunBag(tmp_path / 'out.mcap', FRANKA_HAND) as bag:
        for step in run.steps:
            bag.add(step)
    with Bag(tmp_path / 'out.mcap') as bag:
        cloud = next(bag.messages([topics.CLOUD])).message
    assert cloud.header.frame_id == 'world'
    assert np.frombuffer(cloud.data, np.float32).reshape(-1, 4)[:, 0].mean() == pytest.approx(
        10.0, abs=0.1
    )


def test_diagnostics_come_once_a_second_with_the_state_of_the_target(written):
    with Bag(written[0]) as bag:
        first, second = (each.message for each in bag.messages([topics.DIAGNOSTICS]))
    assert _ns(second.header.stamp) - _ns(first.header.stamp) >= 1_000_000_000
    names = [status.name for status in second.status]
    assert names == ['replay: stream', 'replay: targets']
    values = {pair.key: pair.value for status in second.status for pair in status.values}
    assert values['frames'] == '31' and values['track 1'] == 'slab: CONFIRMED'


def test_detections_are_written_without_vision_msgs(written, tmp_path, monkeypatch):
    def missing():
        raise MissingDependencyError('vision_msgs is not installed')

    monkeypatch.setattr('realvlg_ros.replay.outputs.vision.vision_msgs', missing)
    first = written[1].steps[0]
    box = ObjectBox(at(0.1, 0.2, 0.6), np.array([0.03, 0.04, 0.05]), True)
    targets = [replace(target, object_box=box) for target in first.targets]
    with RunBag(tmp_path / 'out.mcap', FRANKA_HAND) as bag:
        bag.add(replace(first, targets=targets))
    with Bag(tmp_path / 'out.mcap') as bag:
        (array,) = (each.message for each in bag.messages([topics.DETECTIONS]))
    (detection,) = array.detections
    assert (detection.id, detection.results[0].hypothesis.class_id) == ('1', 'slab')
    assert (detection.bbox.center.position.y, detection.bbox.size.z) == (0.2, 0.05)
    assert array.header.frame_id == targets[0].frame_id


def test_a_blank_message_has_every_field():
    detection = blank_message('vision_msgs/msg/Detection3D', id='7')
    assert (detection.id, detection.results, detection.header.frame_id) == ('7', [], '')
    assert detection.bbox.center.position.x == 0
    pose = blank_message('geometry_msgs/msg/PoseWithCovariance')
    assert pose.covariance.shape == (36,)


def _ns(stamp):
    return stamp.sec * 1_000_000_000 + stamp.nanosec


def test_markers_are_drawn_with_the_answer_and_when_the_target_goes(tmp_path):
    run = ReplayRun({**TAKE, 'at': 0.15}, lost_after=0.1, gone_after=0.1)

    def stream():
        for index in range(20):
            run.scene.slabs[0].slab2world = at(9.0 if index > 8 else 0.0, 0, 0.6)
            yield run.frame(index)

    run.play(stream())
    with RunBag(tmp_path / 'out.mcap', FRANKA_HAND) as bag:
        for step in run.steps:
            bag.add(step)
    with Bag(tmp_path / 'out.mcap') as bag:
        drawn = {each.log_ns: each.message.markers for each in bag.messages([topics.MARKERS])}
    (answer,) = (step.stamp_ns for step in run.steps if step.answers)
    assert any(marker.ns == 'grasps' for marker in drawn[answer])
    # With the first image in which it has no grasp its markers go.
    gone = next(s.stamp_ns for s in run.steps if s.shown and not s.shown.grasps)
    assert {marker.action for marker in drawn[gone]} == {2}
