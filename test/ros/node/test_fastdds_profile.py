"""Large images pass between two processes without loss when the profile is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from rclpy.utilities import get_rmw_implementation_identifier

PROFILE = Path(__file__).parents[3] / 'config' / 'fastdds_profile.xml'
FRAMES = 45
# The image of stamp 0 comes until the subscriber answers; from then on every one counts.
SUBSCRIBER = """
import sys, time, rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
def receive(image):
    if image.header.stamp.sec:
        numbers.append(image.header.stamp.sec)
    elif not answers:
        answers.append(node.create_publisher(Image, 'answer', 1))
rclpy.init()
node = rclpy.create_node('subscriber')
numbers, answers = [], []
qos = QoSProfile(depth=60, reliability=ReliabilityPolicy.BEST_EFFORT)
node.create_subscription(Image, 'image', receive, qos)
deadline = time.monotonic() + 60
while time.monotonic() < deadline and int(sys.argv[1]) not in numbers:
    rclpy.spin_once(node, timeout_sec=0.1)
print(len(numbers), flush=True)
"""
PUBLISHER = """
import sys, time, rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
rclpy.init()
node = rclpy.create_node('publisher')
qos = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
publisher = node.create_publisher(Image, 'image', qos)
image = Image(height=480, width=640, encoding='rgb8', step=1920, data=bytes(480 * 1920))
deadline = time.monotonic() + 60
while node.count_publishers('answer') == 0 and time.monotonic() < deadline:
    publisher.publish(image)
    time.sleep(1 / 30)
for number in range(1, int(sys.argv[1]) + 1):
    image.header.stamp.sec = number
    publisher.publish(image)
    time.sleep(1 / 30)
sys.stdin.readline()
"""


@pytest.mark.skipif(
    'fastrtps' not in get_rmw_implementation_identifier(), reason='not running on Fast DDS'
)
def test_no_best_effort_image_is_lost() -> None:
    environment = os.environ | {
        'FASTRTPS_DEFAULT_PROFILES_FILE': str(PROFILE),
        'FASTDDS_DEFAULT_PROFILES_FILE': str(PROFILE),
    }

    def start(code: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, '-c', code, str(FRAMES)], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    with start(SUBSCRIBER) as subscriber, start(PUBLISHER) as publisher:
        try:
            received, complaints = subscriber.communicate(timeout=150)
            _, more = publisher.communicate('\n', timeout=60)
        finally:
            subscriber.kill()
            publisher.kill()
    # Fast DDS writes what it dislikes about a profile to the standard output.
    assert received.strip() == str(FRAMES), complaints + more
