"""Since when there is no frame that can be used."""

import pytest

from realvlg_ros.ros.camera.outage import Outage


def test_frames_that_cannot_be_used_are_an_outage_from_the_first_of_them_on():
    now = [10.0]
    outage = Outage(lambda: (0.0, ''), 0.5, lambda: now[0])
    outage.failed('rgb17')
    now[0] = 10.4
    outage.failed('rgb18')
    assert outage.now() == (0.0, '')
    now[0] = 11.0
    lasted, reason = outage.now()
    assert lasted == pytest.approx(1.0) and reason == 'no usable frame for 1.0 s: rgb18'
    outage.used()
    assert outage.now() == (0.0, '')


def test_a_frame_that_another_thread_uses_meanwhile_raises_nothing():
    def clock():
        outage.used()
        return 10.0

    outage = Outage(lambda: (0.0, ''), 0.5, clock)
    outage.failed('rgb17')
    outage._failed_s = 5.0
    assert outage.now()[0] == 5.0
