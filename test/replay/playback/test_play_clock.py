"""The time of a bag that is played."""

from __future__ import annotations

import threading

import pytest
from patience import PATIENCE_S

from realvlg_ros.errors import BagError
from realvlg_ros.replay.playback.play_clock import PlayClock

S = 1_000_000_000


def test_it_runs_at_its_rate_between_pauses_and_jumps():
    steady = [5 * S]
    clock = PlayClock(100 * S, rate=2.0, steady_ns=lambda: steady[0])
    steady[0] += 3 * S
    assert clock.now_ns == 106 * S
    clock.pause()
    steady[0] += 10 * S
    assert clock.paused and clock.now_ns == 106 * S
    clock.resume()
    steady[0] += S
    assert not clock.paused and clock.now_ns == 108 * S
    clock.jump(100 * S)
    assert clock.now_ns == 100 * S
    steady[0] += S // 2
    assert clock.now_ns == 101 * S


def test_who_waits_is_woken_by_the_time_by_a_jump_and_by_the_end():
    clock = PlayClock(0, rate=1000.0)
    assert clock.wait_until(2 * S)
    assert clock.now_ns >= 2 * S
    clock.pause()
    waited: list[bool] = []

    def wait(stamp_ns: int) -> threading.Thread:
        thread = threading.Thread(target=lambda: waited.append(clock.wait_until(stamp_ns)))
        thread.start()
        return thread

    first = wait(1000 * S)
    clock.jump(1000 * S)
    assert waited == []
    clock.resume()
    first.join(PATIENCE_S)
    assert waited == [True]
    clock.pause()
    second = wait(2000 * S)
    clock.close()
    second.join(PATIENCE_S)
    assert waited == [True, False]
    assert not clock.wait_until(0)


@pytest.mark.parametrize('rate', [0.0, -1.0, float('inf'), float('nan')])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(BagError, match='must be positive'):
        PlayClock(0, rate)
