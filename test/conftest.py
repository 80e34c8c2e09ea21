"""A ROS domain of its own for each test run, and ROS itself for the tests that ask for it."""

import os
import random

# Before rclpy is imported anywhere: two runs on one machine must not hear each other.
os.environ['ROS_DOMAIN_ID'] = str(random.SystemRandom().randint(1, 101))
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
os.environ['ROS_LOG_DIR'] = os.environ.get('ROS_LOG_DIR', '/tmp/realvlg_ros_test_log')

import pytest


@pytest.fixture(scope='session')
def ros_context():
    """Rclpy, initialised for the whole session."""
    rclpy = pytest.importorskip('rclpy')
    rclpy.init()
    yield
    rclpy.try_shutdown()
