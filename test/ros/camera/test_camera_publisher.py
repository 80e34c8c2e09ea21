"""What comes out of the topics is what went in."""

import time

import numpy as np
import pytest
import rclpy
from patience import PATIENCE_S
from sensor_msgs.msg import CameraInfo, Image

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.ros.camera.camera_publisher import CameraPublisher
from realvlg_ros.ros.conversions.rgbd import frame_from_msgs
from realvlg_ros.ros.node.qos import stream

TOPICS = {
    '/robot/cam/color/image_raw': Image,
    '/robot/cam/depth/image_raw': Image,
    '/robot/cam/color/camera_info': CameraInfo,
}


def make_frame():
    rng = np.random.default_rng(0)
    color = rng.integers(0, 255, (30, 40, 3), dtype=np.uint8)
    depth = rng.uniform(0.3, 2.0, (30, 40)).astype(np.float32)
    depth[3:6, 4:9] = 0
    camera = Camera(40, 30, 33.0, 34.0, 19.0, 15.0, (0.1, -0.2, 0.0, 0.001, 0.02), 'optical')
    return RgbdFrame.from_arrays(color, depth, camera, 5_000_000_123)


def spin_until(nodes, condition, timeout=PATIENCE_S):
    executor = rclpy.executors.SingleThreadedExecutor()
    for node in nodes:
        executor.add_node(node)
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, 'nothing came in time'
        executor.spin_once(timeout_sec=0.05)
    executor.shutdown()


@pytest.fixture
def received(ros_context):
    """Two nodes, and what the second receives of the first's camera by topic."""
    source = rclpy.create_node('source', namespace='/robot')
    reader = rclpy.create_node('reader')
    messages = {}
    for topic, kind in TOPICS.items():
        reader.create_subscription(
            kind, topic, lambda msg, topic=topic: messages.update({topic: msg}), 5
        )
    yield source, reader, messages
    source.destroy_node()
    reader.destroy_node()


@pytest.mark.parametrize(('encoding', 'error'), [('16UC1', 0.000501), ('32FC1', 0.0)])
def test_a_frame_survives_the_topics(received, encoding, error):
    source, reader, messages = received
    publisher = CameraPublisher(source, 'cam', depth_encoding=encoding)
    spin_until([source, reader], publisher.has_reader)
    frame = make_frame()
    publisher.publish(frame)
    spin_until([source, reader], lambda: len(messages) == 3)
    color, depth, info = (messages[topic] for topic in TOPICS)
    assert (color.encoding, depth.encoding) == ('rgb8', encoding)
    again = frame_from_msgs(color, depth, info, rectified=False)
    assert np.array_equal(again.color, frame.color)
    assert np.abs(again.depth - frame.depth).max() <= error
    assert np.array_equal(again.valid, frame.valid)
    assert again.camera == frame.camera
    assert again.stamp_ns == 5_000_000_123
    assert depth.header == info.header == color.header


def test_another_stamp_can_be_given_and_nobody_need_listen(received):
    source, reader, messages = received
    publisher = CameraPublisher(source, 'cam', qos=stream('best_effort', 2))
    assert not publisher.has_reader()
    publisher.publish(make_frame(), 7_000_000_000)
    assert publisher.wait_until_sent(0.1)
