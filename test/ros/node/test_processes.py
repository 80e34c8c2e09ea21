import socket

import pytest

from realvlg_ros.errors import RealvlgError
from realvlg_ros.ros.node import processes


def test_a_domain_that_somebody_uses_is_not_chosen(monkeypatch):
    monkeypatch.setattr(processes, '_DOMAINS', range(51, 53))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        participant.bind(('', 7410 + 250 * 51))
        assert not processes.is_free(51)
        for _ in range(20):
            assert processes.isolated_environment()['ROS_DOMAIN_ID'] == '52'


def test_without_a_free_domain_the_error_says_so(monkeypatch):
    monkeypatch.setattr(processes, 'is_free', lambda domain: False)
    with pytest.raises(RealvlgError, match='51 to 101 on this machine: stop some'):
        processes.isolated_environment()
