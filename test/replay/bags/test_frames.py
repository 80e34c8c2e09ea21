"""Frames of a bag come as a node would make them: in order, placed by tf, or with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip('sensor_msgs.msg', reason='ROS 2 is not installed')
pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from recordings import (
    CAMERA,
    COLOR,
    DEPTH,
    INFO,
    MS,
    START_NS,
    Recording,
    camera_info,
    frame,
    messages,
    pose,
    recording,
    transform,
    write_rosbag1,
    write_split,
)

from realvlg_ros.errors import BagError, ParameterError
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.bag_tf import StaticTransform
from realvlg_ros.replay.bags.events import FrameCounts, FrameEvent, StreamNotice
from realvlg_ros.replay.bags.frames import BagFrames
from realvlg_ros.replay.bags.topics import choose_topics
from realvlg_ros.ros.camera.camera_parameters import CameraParameters, NoiseParameters
from realvlg_ros.ros.camera.support_input import SupportSurface
from realvlg_ros.transforms import make_transform

PERIOD_NS = 100 * MS


class Played:
    """What came of a bag."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.events: list[FrameEvent | StreamNotice] = []
        self.error = ''
        with Bag(path) as bag:
            frames = BagFrames(bag, choose_topics(bag), **options)
            try:
                self.events.extend(frames)
            except BagError as error:
                self.error = str(error)
            self.counts: FrameCounts = frames.counts

    @property
    def frames(self) -> list[Any]:
        return [each.frame for each in self.events if isinstance(each, FrameEvent)]

    @property
    def notices(self) -> list[StreamNotice]:
        return [each for each in self.events if isinstance(each, StreamNotice)]

    @property
    def indices(self) -> list[int]:
        """Of the frames, by their stamps."""
        return [(each.stamp_ns - START_NS) // PERIOD_NS for each in self.frames]


@pytest.fixture
def play(tmp_path):
    def played(made: Recording, **options: Any) -> Played:
        return Played(made.write(tmp_path / 'bag'), **options)

    return played


def test_frames_are_those_that_were_recorded(play):
    played = play(recording(4))
    assert played.indices == [0, 1, 2, 3]
    for index, found in enumerate(played.frames):
        assert np.array_equal(found.color, frame(index).color)
        assert np.abs(found.depth - frame(index).depth).max() < 1e-6
        assert found.camera == CAMERA
        assert (found.camera2fixed, found.fixed_frame) == (None, '')
    assert played.notices == []
    assert played.counts == FrameCounts(
        {'camera_info': 4, 'depth': 4, 'color': 4, 'tf': 4}, 4, 4, {}, 0
    )


def test_every_storage_gives_equal_frames(tmp_path):
    made = recording(5)
    paths = [
        made.write(tmp_path / 'mcap'),
        made.write(tmp_path / 'sqlite3', 'sqlite3', compress=True),
        write_split(tmp_path / 'split', made),
        write_rosbag1(tmp_path / 'old.bag', made),
    ]
    first, *others = (Played(path, fixed_frame='world') for path in paths)
    assert first.indices == [0, 1, 2, 3, 4]
    for other in others:
        assert [each.log_ns for each in other.events] == [each.log_ns for each in first.events]
        for a, b in zip(first.frames, other.frames, strict=True):
            assert np.array_equal(a.color, b.color) and np.array_equal(a.depth, b.depth)
            assert np.array_equal(a.camera2fixed, b.camera2fixed)
            assert (a.camera, a.stamp_ns) == (b.camera, b.stamp_ns)


def test_compressed_topics_give_frames(tmp_path):
    made = Recording()
    for index in range(3):
        sent = messages(index, START_NS + index * PERIOD_NS, compressed=True)
        made.add(f'{COLOR}/compressed', sent.color, START_NS + index * PERIOD_NS)
        made.add(f'{DEPTH}/compressedDepth', sent.depth, START_NS + index * PERIOD_NS)
        made.add(INFO, sent.camera_info, START_NS + index * PERIOD_NS)
    played = Played(made.write(tmp_path / 'bag'))
    assert played.indices == [0, 1, 2]
    assert np.abs(played.frames[2].depth - frame(2).depth).max() < 1e-6


def late_tf(delay_ns: int, count: int = 6) -> Recording:
    made = recording(count, tf=False)
    for index in range(count):
        stamp_ns = START_NS + index * PERIOD_NS
        made.add('/tf', transform(index, stamp_ns), stamp_ns + delay_ns)
    return made


@pytest.mark.parametrize('delay_ms', [-40, 0, 250, 900])
def test_a_frame_is_placed_by_tf_that_comes_before_or_after_it(delay_ms, play):
    played = play(late_tf(delay_ms * MS), fixed_frame='world')
    assert played.indices == [0, 1, 2, 3, 4, 5]
    for index, found in enumerate(played.frames):
        assert np.allclose(found.camera2fixed, pose(index), atol=1e-9)
        assert found.fixed_frame == 'world'
    assert played.notices == []


def test_tf_at_a_lower_rate_than_the_images_is_interpolated(play):
    made = recording(9, tf=False)
    for index in range(0, 9, 4):
        stamp_ns = START_NS + index * PERIOD_NS
        made.add('/tf', transform(index, stamp_ns), stamp_ns + 20 * MS)
    played = play(made, fixed_frame='world')
    assert played.indices == list(range(9))
    for index, found in enumerate(played.frames):
        assert np.allclose(found.camera2fixed[:3, 3], pose(index)[:3, 3], atol=1e-9)


def test_tf_that_comes_too_late_is_missing_with_the_reason(play, tmp_path):
    ahead = late_tf(1500 * MS, 30).write(tmp_path / 'ahead')
    assert Played(ahead, fixed_frame='world', look_ahead_s=2.0).error == ''
    played = play(late_tf(1500 * MS, 30), fixed_frame='world')
    assert played.error and played.counts.dropped == {'no transform': 30}
    notice = played.notices[0]
    assert "no pose of 'camera_optical' in 'world'" in notice.message
    assert notice.stamp_ns == START_NS


def test_a_bag_that_begins_in_the_middle_loses_the_frames_before_tf(play):
    made = recording(8, tf=False)
    for index in range(3, 8):
        stamp_ns = START_NS + index * PERIOD_NS
        made.add('/tf', transform(index, stamp_ns), stamp_ns)
    played = play(made, fixed_frame='world')
    assert played.indices == [3, 4, 5, 6, 7]
    assert played.counts.dropped == {'no transform': 3}
    (notice,) = played.notices
    assert 'is not known' in notice.message


def with_static(made: Recording, log_ns: int, child: str = 'camera_optical') -> Recording:
    made.add('/tf_static', transform(7, START_NS, 'base', child), log_ns)
    return made


def test_static_tf_holds_also_for_images_recorded_before_it(play):
    made = with_static(recording(6, tf=False), START_NS + 450 * MS)
    played = play(made, fixed_frame='base')
    assert played.indices == [0, 1, 2, 3, 4, 5]
    assert np.allclose(played.frames[0].camera2fixed, pose(7))


def test_of_several_static_transforms_of_a_frame_each_holds_from_its_message_on(play):
    made = with_static(recording(6, tf=False), START_NS - 5 * MS)
    made.add('/tf_static', transform(9, START_NS, 'base', 'camera_optical'), START_NS + 250 * MS)
    played = play(made, fixed_frame='base')
    x = [round(each.camera2fixed[0, 3], 3) for each in played.frames]
    assert x == [0.07, 0.07, 0.07, 0.09, 0.09, 0.09]


def test_missing_static_tf_is_said_and_can_be_given(play, tmp_path):
    # tf moves the camera's mount; the mount's static transform was not recorded.
    made = recording(3, tf=False)
    for index in range(3):
        stamp_ns = START_NS + index * PERIOD_NS
        made.add('/tf', transform(index, stamp_ns, 'world', 'mount'), stamp_ns)
    missing = Played(made.write(tmp_path / 'first'), fixed_frame='world')
    assert 'no frame came of 3 of color' in missing.error
    assert "The link from 'world' to 'camera_optical' is missing" in missing.error
    assert 'known frames: mount, world' in missing.error
    assert '--static-transform' in missing.error
    given = StaticTransform.from_text('mount camera_optical 0 0 0.1 0 0 0')
    played = play(made, fixed_frame='world', static_transforms=[given])
    expected = pose(1) @ make_transform(np.eye(3), (0, 0, 0.1))
    assert np.allclose(played.frames[1].camera2fixed, expected)


@pytest.mark.parametrize('name', ['camera_optical', '/camera_optical'])
def test_a_transform_that_is_given_counts_before_that_of_the_bag(play, name):
    made = with_static(recording(3, tf=False), START_NS - 5 * MS, name)
    given = StaticTransform.from_text('base camera_optical 0.5 0 0 0 0 0')
    played = play(made, fixed_frame='base', static_transforms=[given])
    assert [each.camera2fixed[0, 3] for each in played.frames] == pytest.approx([0.5] * 3)


def test_a_fixed_frame_without_any_tf_is_refused_at_once(play):
    with pytest.raises(BagError) as raised:
        play(recording(2, tf=False), fixed_frame='base')
    assert "which the fixed frame 'base' needs" in str(raised.value)
    assert f'{COLOR} (sensor_msgs/msg/Image, 2)' in str(raised.value)


@pytest.mark.parametrize('text', ['', 'a b', 'a b 1 2 3', 'a b 1 2 3 x y z', 'a b 0 0 0 0 0 0 2'])
def test_a_static_transform_that_is_none_is_refused(text):
    with pytest.raises(ParameterError, match='static transform'):
        StaticTransform.from_text(text)


def test_a_fallback_to_the_frame_of_the_camera_is_said_once(play):
    parameters = CameraParameters(fixed_frame='nowhere', fixed_frame_fallback=True)
    played = play(recording(4), parameters=parameters)
    assert played.indices == [0, 1, 2, 3]
    assert played.frames[0].fixed_frame == ''
    (notice,) = played.notices
    assert "'nowhere' is not known" in notice.message


def looped(step_ns: int) -> Recording:
    """Two passes of a bag recorded one after the other: the stamps jump, the log time goes on."""
    made = Recording()
    for turn in range(2):
        for index in range(20):
            stamp_ns = START_NS + index * PERIOD_NS + turn * step_ns
            log_ns = START_NS + (turn * 20 + index) * PERIOD_NS
            made.add('/tf', transform(index, stamp_ns), log_ns)
            made.add_image(index, stamp_ns, log_ns)
    return made


@pytest.mark.parametrize(
    ('step_ns', 'way'), [(0, 'back by 1.700 s'), (-3600 * 1000 * MS, 'back by 3601.700 s')]
)
def test_a_loop_resets_with_a_word(step_ns, way, play):
    played = play(looped(step_ns), fixed_frame='world')
    (notice,) = [each for each in played.notices if each.reset]
    assert f'image stamps jumped {way}' in notice.message
    at = played.events.index(notice)
    before = [each.frame.stamp_ns for each in played.events[:at] if isinstance(each, FrameEvent)]
    after = [each.frame for each in played.events[at:] if isinstance(each, FrameEvent)]
    assert before == [START_NS + index * PERIOD_NS for index in range(20)]
    # As in a node, it takes three images to tell a jump from an outlier, and tf begins anew.
    indices = [(each.stamp_ns - START_NS - step_ns) // PERIOD_NS for each in after]
    assert indices == list(range(3, 20))
    for index, found in zip(indices, after, strict=True):
        assert np.allclose(found.camera2fixed, pose(index), atol=1e-9)
    assert played.counts.jumps == 2


def test_one_image_with_a_stamp_out_of_line_is_dropped_only(play):
    made = recording(6)
    made.add(COLOR, messages(9, START_NS + 10**13).color, START_NS + 310 * MS)
    played = play(made)
    assert played.indices == [0, 1, 2, 3, 4, 5]
    assert played.counts.dropped == {'color: stamp out of line': 1}
    assert played.notices == []


def test_images_without_a_partner_are_counted(play):
    made = recording(6)
    depths = [item for item in made.items if item[0] == DEPTH]
    made.items = [item for item in made.items if item not in depths[::2]]
    played = play(made)
    assert played.indices == [1, 3, 5]
    assert played.counts.dropped == {'color: no depth within tolerance': 3}


def test_a_gap_in_the_stream_is_said(play):
    made = recording(5)
    for index in range(35, 40):
        made.add_image(index, START_NS + index * PERIOD_NS)
    played = play(made)
    assert played.indices == [0, 1, 2, 3, 4, 35, 36, 37, 38, 39]
    (notice,) = played.notices
    assert notice.message.startswith('no frames: the camera has stopped: no image for 3.')
    assert not notice.reset


def test_one_camera_info_at_any_time_serves_all_frames(play):
    made = Recording()
    for index in range(6):
        made.add_image(index, START_NS + index * PERIOD_NS, info=False)
    made.add(INFO, camera_info(), START_NS + 400 * MS)
    assert play(made).indices == [0, 1, 2, 3, 4, 5]


def broken_image(made: Recording) -> None:
    sent = messages(2, START_NS + 2 * PERIOD_NS).color
    sent.data = bytes(sent.data)[:100]
    replace_image(made, COLOR, sent)


def other_frame_id(made: Recording) -> None:
    sent = messages(2, START_NS + 2 * PERIOD_NS).depth
    sent.header.frame_id = 'depth_optical'
    replace_image(made, DEPTH, sent)


def empty_depth(made: Recording) -> None:
    sent = messages(2, START_NS + 2 * PERIOD_NS).depth
    sent.data = bytes(len(sent.data))
    replace_image(made, DEPTH, sent)


def uncalibrated(made: Recording) -> None:
    info = camera_info(k=[0.0] * 9)
    info.header.stamp = messages(2, START_NS + 2 * PERIOD_NS).camera_info.header.stamp
    replace_image(made, INFO, info)


def replace_image(made: Recording, topic: str, message: Any) -> None:
    at = [place for place, item in enumerate(made.items) if item[0] == topic][2]
    made.items[at] = (topic, message, made.items[at][2])


@pytest.mark.parametrize(
    ('harm', 'reason', 'words'),
    [
        (broken_image, 'image cannot be decoded', '100 bytes of data instead of'),
        (other_frame_id, 'colour and depth cannot be used', "depth is in frame 'depth_optical'"),
        (empty_depth, 'colour and depth cannot be used', 'depth'),
        (uncalibrated, 'camera_info cannot be used', ''),
    ],
)
def test_a_frame_that_cannot_be_used_is_told_and_the_others_come(harm, reason, words, play):
    made = recording(5)
    harm(made)
    played = play(made)
    assert played.indices == [0, 1, 3, 4]
    assert played.counts.dropped == {reason: 1}
    (notice,) = played.notices
    assert words in notice.message
    assert notice.stamp_ns == START_NS + 2 * PERIOD_NS


def test_what_goes_on_is_told_once(play):
    made = recording(5)
    for place, (topic, message, log_ns) in enumerate(made.items):
        if topic == DEPTH:
            message.header.frame_id = 'depth_optical'
            made.items[place] = (topic, message, log_ns)
    played = play(made)
    assert len(played.notices) == 1
    assert played.counts.dropped == {'colour and depth cannot be used': 5}
    assert 'no frame came of 5 of color' in played.error
    assert 'align_depth.enable' in played.error


def test_the_parameters_of_the_camera_are_those_of_the_nodes(play):
    made = recording(2)
    for topic, message, _ in made.items:
        if topic == DEPTH:
            message.header.frame_id = 'other'
        if topic == INFO:
            message.p[0] = message.p[5] = 42.0
            message.d = [0.1, 0.0, 0.0, 0.0, 0.0]
    parameters = CameraParameters(
        check_frame_id=False,
        depth_scale=0.0005,
        rectified=True,
        noise=NoiseParameters(floor=0.003, quadratic=0.001),
    )
    found = play(made, parameters=parameters).frames[0]
    assert found.camera.fx == 42.0 and not any(found.camera.distortion)
    assert np.abs(found.depth - frame(0).depth / 2).max() < 1e-6
    assert (found.noise.floor, found.noise.quadratic) == (0.003, 0.001)


def test_the_support_and_the_robot_are_those_of_the_nodes(play, tmp_path):
    shapes = tmp_path / 'robot.yaml'
    shapes.write_text('links:\n  hand:\n    - {box: [0.1, 0.1, 0.1]}\n')
    made = recording(3)
    for index in range(3):
        stamp_ns = START_NS + index * PERIOD_NS
        hand = transform(index, stamp_ns, 'world', 'hand')
        hand.transforms[0].transform.translation.z = 0.0
        # Later than the pose of the camera.
        made.add('/tf', hand, stamp_ns + 60 * MS)
    parameters = CameraParameters(robot_shapes=str(shapes), robot_padding=0.0)
    played = play(made, parameters=parameters, surface=SupportSurface('world', 0.0))
    assert played.indices == [0, 1, 2]
    assert np.allclose(played.frames[0].support, [0, 0, -1, 0.7], atol=1e-9)
    assert played.frames[0].valid.sum() < frame(0).valid.sum()


def test_no_frame_at_all_is_an_error_that_says_what_came(play):
    made = recording(3)
    made.items = [
        (topic, replaced(topic, message), log_ns) for topic, message, log_ns in made.items
    ]
    played = play(made)
    assert 'no frame came of 3 of color, 3 of depth, 3 of camera_info messages' in played.error
    assert 'color: stamp zero (3)' in played.error


def replaced(topic: str, message: Any) -> Any:
    if topic == COLOR:
        message.header.stamp.sec = message.header.stamp.nanosec = 0
    return message
