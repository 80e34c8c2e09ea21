import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from geometry_msgs.msg import PoseWithCovariance
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from realvlg_ros.replay.bags import encoding
from realvlg_ros.replay.bags.encoding import encode, encode_fast
from realvlg_ros.replay.bags.known_types import known_types, to_known


def messages():
    pose = PoseWithCovariance()
    pose.pose.position.x = 1.5
    pose.covariance = np.arange(36.0)
    yield 'geometry_msgs/msg/PoseWithCovariance', pose
    yield 'std_msgs/msg/Header', Header(frame_id='camera')
    yield 'sensor_msgs/msg/Image', Image(width=2, height=1, step=2, encoding='mono8', data=b'ab')


@pytest.mark.parametrize(('name', 'message'), messages())
def test_ros_and_rosbags_encode_alike(name, message):
    assert encoding._ros_encoder(type(message), name) is not None
    first, second = (
        known_types().deserialize_cdr(made(message, name), name) for made in (encode, encode_fast)
    )
    assert str(first) == str(second)


def test_a_message_of_another_version_is_taken_by_its_fields():
    class Newer(Header):
        @classmethod
        def get_fields_and_field_types(cls):
            return {**super().get_fields_and_field_types(), 'seq': 'uint32'}

    message = Newer(frame_id='camera')
    again = known_types().deserialize_cdr(
        encode_fast(message, 'std_msgs/msg/Header'), 'std_msgs/msg/Header'
    )
    assert again.frame_id == 'camera'


def test_a_message_of_rosbags_is_encoded_too():
    message = to_known(Header(frame_id='camera'), 'std_msgs/msg/Header')
    assert encoding._ros_encoder(type(message), 'std_msgs/msg/Header') is None
    assert b'camera' in bytes(encode_fast(message, 'std_msgs/msg/Header'))
