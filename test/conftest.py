"""A ROS domain of its own for each module, and ROS and torch for the tests that ask for them."""

import itertools
import os
import random
from pathlib import Path

from realvlg_ros.ros.node.processes import is_free

# Workers of pytest-xdist share the domains out among themselves.
_WORKER = int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))
_WORKERS = int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', '1'))
# The demo and its like choose theirs above.
_MINE = range(1 + _WORKER, 51, _WORKERS)
_DOMAINS = itertools.cycle(random.SystemRandom().sample(_MINE, len(_MINE)))


def _new_domain() -> str:
    return str(next(filter(is_free, _DOMAINS)))


# Before rclpy is imported anywhere: two runs on one machine must not hear each other.
os.environ['ROS_DOMAIN_ID'] = _new_domain()
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
# The images of the tests need what those of a robot need.
_PROFILE = str(Path(__file__).parents[1] / 'config' / 'fastdds_profile.xml')
os.environ['FASTRTPS_DEFAULT_PROFILES_FILE'] = _PROFILE
os.environ['FASTDDS_DEFAULT_PROFILES_FILE'] = _PROFILE
os.environ['ROS_LOG_DIR'] = os.environ.get('ROS_LOG_DIR', '/tmp/realvlg_ros_test_log')

import pytest  # noqa: E402


@pytest.fixture(scope='module', autouse=True)
def ros_domain():
    """A new domain: a node that was killed counts for 20 s in the one where it was."""
    os.environ['ROS_DOMAIN_ID'] = _new_domain()


@pytest.fixture(scope='module')
def ros_context(ros_domain):
    """Rclpy, initialised for one module."""
    rclpy = pytest.importorskip('rclpy')
    rclpy.init()
    yield
    rclpy.try_shutdown()


@pytest.fixture(scope='session')
def torch():
    """Torch on one thread, whoever asks for all; skipped without it or without transformers.

    The models of the tests are tiny: more threads only cost time.
    """
    library = pytest.importorskip('torch', reason='torch is not installed')
    pytest.importorskip('transformers', reason='transformers is not installed')
    library.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('realvlg_ros.torch_device.available_cores', lambda: 1)
        yield library
