"""The simulated camera and the frame player over real topics."""

import sys
import time

import numpy as np
import pytest
import rclpy
from patience import PATIENCE_S
from rclpy.parameter import Parameter
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image
from threadpoolctl import threadpool_info

from realvlg_ros.camera import Camera
from realvlg_ros.errors import FrameError, ParameterError, RealvlgError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.nodes.frame_player import FramePlayer
from realvlg_ros.nodes.simulated_camera import SimulatedCamera
from realvlg_ros.ros.conversions.rgbd import frame_from_msgs
from realvlg_ros.ros.conversions.stamps import stamp_to_ns


class Reader:
    """Collects what a source publishes, until there is enough."""

    def __init__(self, *extra):
        self.node = rclpy.create_node('reader')
        self.messages = {}
        streams = {
            'camera/color/image_raw': Image,
            'camera/depth/image_raw': Image,
            'camera/color/camera_info': CameraInfo,
            **dict(extra),
        }
        for topic, kind in streams.items():
            self.messages[topic] = []
            self.node.create_subscription(kind, topic, self.messages[topic].append, 20)

    def read(self, source, count, timeout=PATIENCE_S):
        executor = rclpy.executors.SingleThreadedExecutor()
        executor.add_node(source)
        executor.add_node(self.node)
        deadline = time.monotonic() + timeout
        while min(len(found) for found in self.messages.values()) < count:
            assert time.monotonic() < deadline, {k: len(v) for k, v in self.messages.items()}
            executor.spin_once(timeout_sec=0.05)
        executor.shutdown()

    def frame(self, index):
        streams = list(self.messages.values())[:3]
        return frame_from_msgs(*(found[index] for found in streams), rectified=False)


def make(node_class, **values):
    overrides = [Parameter(name.replace('__', '.'), value=value) for name, value in values.items()]
    return node_class(parameter_overrides=overrides)


@pytest.fixture
def reader(ros_context):
    return Reader


def write_folder(folder, values):
    for index, value in enumerate(values):
        color = np.full((24, 32, 3), value, np.uint8)
        depth = np.full((24, 32), 0.5 + value / 1000, np.float32)
        camera = Camera(32, 24, 30, 30, 15.5, 11.5)
        write_frame(folder / f'{index:03}', RgbdFrame(color, depth, camera))


def test_simulated_camera_publishes_matching_frames_with_fresh_noise(reader):
    source = make(SimulatedCamera, width=160, height=120, rate=50.0, wait_for_reader=True)
    listener = reader()
    listener.read(source, 3)
    first, second = listener.frame(0), listener.frame(1)
    assert first.color.shape == (120, 160, 3)
    assert np.array_equal(first.color, second.color)
    assert 0.2 < np.mean(first.depth != second.depth) < 1
    assert second.stamp_ns > first.stamp_ns
    assert first.camera.frame_id == 'camera_color_optical_frame'
    # A red mug is in the picture.
    red = first.color.astype(int)
    assert np.sum((red[..., 0] > 90) & (red[..., 1] < 40) & (red[..., 2] < 40)) > 300
    source.destroy_node()


def test_noise_and_frame_id_are_parameters(reader):
    source = make(
        SimulatedCamera, width=80, height=60, noise=False, frame_id='eye', rate=50.0,
        depth_encoding='32FC1', trajectory='sweep', wait_for_reader=True, clock=True,
    )  # fmt: skip
    listener = reader(('/clock', Clock))
    listener.read(source, 3)
    stamps = [stamp_to_ns(msg.clock) for msg in listener.messages['/clock'][:3]]
    assert np.diff(stamps).tolist() == [20_000_000, 20_000_000]
    assert [listener.frame(i).stamp_ns for i in range(3)] == stamps
    assert listener.frame(0).camera.frame_id == 'eye'
    # The sweep goes at 0.1 m/s toward the left: exact depth, other pixels.
    assert not np.array_equal(listener.frame(0).depth, listener.frame(2).depth)
    source.destroy_node()


def test_player_plays_by_name_over_and_over(reader, tmp_path):
    write_folder(tmp_path, (10, 20, 30))
    source = make(FramePlayer, folder=str(tmp_path), rate=60.0, wait_for_reader=True)
    listener = reader()
    listener.read(source, 7)
    values = [listener.frame(i).color[0, 0, 0] for i in range(7)]
    assert values == [10, 20, 30, 10, 20, 30, 10]
    assert listener.frame(1).depth[0, 0] == pytest.approx(0.52)
    stamps = [listener.frame(i).stamp_ns for i in range(7)]
    assert np.all(np.diff(stamps) > 0)
    source.destroy_node()


def test_pose_goes_to_tf(reader, tmp_path):
    tf2_msgs = pytest.importorskip('tf2_msgs.msg')
    write_folder(tmp_path, (10,))
    source = make(
        FramePlayer, folder=str(tmp_path), tf=True, tf_parent='base', rate=20.0,
        tf_pose=[0.1, 0.2, 0.3, 0.0, 0.0, 1.0, 0.0], wait_for_reader=True, frame_prefix='left/',
    )  # fmt: skip
    listener = reader(('/tf_static', tf2_msgs.TFMessage))
    listener.read(source, 1)
    transform = listener.messages['/tf_static'][0].transforms[0]
    assert transform.header.frame_id == 'left/base'
    assert transform.child_frame_id == 'left/camera_color_optical_frame'
    assert transform.transform.translation.y == 0.2
    assert transform.transform.rotation.z == 1.0
    source.destroy_node()


def test_without_tf2_msgs_images_still_come_and_the_log_says_what_is_off(
    reader, tmp_path, monkeypatch, capfd
):
    monkeypatch.setitem(sys.modules, 'tf2_msgs', None)
    monkeypatch.setitem(sys.modules, 'tf2_msgs.msg', None)
    write_folder(tmp_path, (10,))
    source = make(FramePlayer, folder=str(tmp_path), tf=True, rate=20.0, wait_for_reader=True)
    reader().read(source, 1)
    assert 'tf is off: tf2_msgs is not installed' in capfd.readouterr().err
    source.destroy_node()


def test_moving_camera_sends_its_pose_with_each_frame(reader):
    tf2_msgs = pytest.importorskip('tf2_msgs.msg')
    source = make(
        SimulatedCamera, width=64, height=48, tf=True, trajectory='orbit', rate=40.0, clock=True,
        wait_for_reader=True,
    )  # fmt: skip
    listener = reader(('/tf', tf2_msgs.TFMessage))
    listener.read(source, 3)
    sent = [msg.transforms[0] for msg in listener.messages['/tf'][:3]]
    assert [stamp_to_ns(t.header.stamp) for t in sent] == [
        listener.frame(i).stamp_ns for i in range(3)
    ]
    heights = {round(t.transform.translation.z, 6) for t in sent}
    assert heights == {0.51}
    assert sent[0].transform.translation.y != sent[2].transform.translation.y
    source.destroy_node()


@pytest.mark.parametrize(
    ('node_class', 'values', 'error', 'words'),
    [
        (FramePlayer, {}, ParameterError, 'folder is empty; set it'),
        (FramePlayer, {'folder': '/nowhere'}, FrameError, '/nowhere is not a folder'),
        (SimulatedCamera, {'rate': 0.0}, ParameterError, 'rate'),
        (
            SimulatedCamera,
            {'world': 'worlds/none.yaml'},
            RealvlgError,
            'clutter.yaml, push.yaml',
        ),
        (SimulatedCamera, {'trajectory': 'spiral'}, ParameterError, 'one of world, static'),
        (SimulatedCamera, {'depth_noise__dropout': 2.0}, ParameterError, 'is 2; expected 0 to 1'),
        (SimulatedCamera, {'depth_encoding': '8UC1'}, ParameterError, 'one of 16UC1, 32FC1'),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(ros_context, node_class, values, error, words):
    with pytest.raises(error, match=words):
        make(node_class, **values)


def test_the_libraries_of_a_source_have_the_threads_that_were_asked(ros_context):
    for options, threads in (({'threads': 3}, 3), ({}, 1)):
        make(SimulatedCamera, width=32, height=24, **options).destroy_node()
        assert {pool['num_threads'] for pool in threadpool_info()} == {threads}


def test_parameters_are_fixed_once_it_runs(ros_context):
    source = make(SimulatedCamera, width=64, height=48)
    result = source.set_parameters([Parameter('seed', value=4)])[0]
    assert not result.successful
    assert 'start the node again' in result.reason
    source.destroy_node()
