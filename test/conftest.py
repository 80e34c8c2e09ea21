"""A ROS domain of its own for each test run, and ROS and torch for the tests that ask for them."""

import os
import random
from pathlib import Path

# Before rclpy is imported anywhere: two runs on one machine must not hear each other.
os.environ['ROS_DOMAIN_ID'] = str(random.SystemRandom().randint(1, 101))
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
# The images of the tests need what those of a robot need.
_PROFILE = str(Path(__file__).parents[1] / 'config' / 'fastdds_profile.xml')
os.environ['FASTRTPS_DEFAULT_PROFILES_FILE'] = _PROFILE
os.environ['FASTDDS_DEFAULT_PROFILES_FILE'] = _PROFILE
os.environ['ROS_LOG_DIR'] = os.environ.get('ROS_LOG_DIR', '/tmp/realvlg_ros_test_log')

import pytest  # noqa: E402


@pytest.fixture(scope='session')
def ros_context():
    """Rclpy, initialised for the whole session."""
    rclpy = pytest.importorskip('rclpy')
    rclpy.init()
    yield
    rclpy.try_shutdown()


@pytest.fixture(scope='session')
def torch():
    """Torch on one thread; skipped without it or without transformers."""
    library = pytest.importorskip('torch', reason='torch is not installed')
    pytest.importorskip('transformers', reason='transformers is not installed')
    library.set_num_threads(1)
    return library
