import cv2
import numpy as np
import pytest
from made_run import FRAME, START_NS, MadeRun

from realvlg_ros.errors import MessageError
from realvlg_ros.replay.runs.jpeg import MAX_BYTES, MAX_SIDE_PX, sized_jpeg
from realvlg_ros.replay.runs.recording import read_recording

ANSWER_NS = START_NS + 1_000_000_000


@pytest.fixture(scope='module')
def path(tmp_path_factory):
    return MadeRun().write(tmp_path_factory.mktemp('made') / 'run') / 'out.mcap'


def test_pictures_are_found_by_their_frames(path):
    wanted = [(START_NS, 0), (ANSWER_NS, 0), (START_NS, 1), (7, 0)]
    recording = read_recording(path, wanted)
    assert sorted(recording.pictures) == [(START_NS, 0), (ANSWER_NS, 0)]
    assert recording.clouds == [] and recording.remarks == []


def test_a_cloud_comes_with_the_gripper_that_was_drawn(path):
    (cloud,) = read_recording(path, [], [ANSWER_NS]).clouds
    assert (cloud.stamp_ns, cloud.frame_id, cloud.points.shape) == (ANSWER_NS, FRAME, (6400, 3))
    top = cloud.points[:, 2] > 0.04
    assert np.all(cloud.colors[top] == [0xC8, 0x14, 0x14])
    assert cloud.camera is None
    (gripper,) = cloud.drawn.grippers
    assert len(gripper) == 3
    corners = gripper[0].corners()
    assert np.allclose(corners.min(axis=0), [0.39, -0.015, 0.035])
    assert np.allclose(corners.max(axis=0), [0.41, -0.005, 0.085])


def test_a_broken_recording_is_a_remark(tmp_path, path):
    broken = tmp_path / 'out.mcap'
    broken.write_bytes(path.read_bytes()[:200])
    recording = read_recording(broken, [(START_NS, 0)], [ANSWER_NS])
    assert recording.pictures == {}
    assert 'out.mcap' in ' '.join(recording.remarks)


def encoded(image, suffix='.jpg'):
    return cv2.imencode(suffix, image)[1].ravel()


def test_a_small_jpeg_stays_as_it_is():
    data = encoded(np.full((48, 64, 3), 90, np.uint8))
    assert sized_jpeg(data).data == data.tobytes()


@pytest.mark.parametrize('shape', [(1080, 1920), (1920, 1080), (480, 640)])
def test_noise_of_any_size_becomes_small(shape):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    picture = sized_jpeg(encoded(noise))
    assert len(picture.data) <= MAX_BYTES
    assert max(picture.width, picture.height) <= MAX_SIDE_PX
    assert picture.width / picture.height == pytest.approx(shape[1] / shape[0], rel=0.02)


def test_another_format_becomes_a_jpeg():
    picture = sized_jpeg(encoded(np.full((48, 64, 3), 90, np.uint8), '.png'))
    assert picture.data[:2] == b'\xff\xd8'


@pytest.mark.parametrize('data', [b'', b'not a picture', b'\xff\xd8\xff'])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(MessageError, match='cannot be decoded'):
        sized_jpeg(np.frombuffer(data, np.uint8))
