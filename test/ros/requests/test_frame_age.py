"""A request looks at a frame that was taken after it came."""

from realvlg_ros.ros.requests.frame_age import FrameAge

S = 1_000_000_000


class Clock:
    def __init__(self, now_ns):
        self.now_ns = now_ns

    def __call__(self):
        return self.now_ns


def test_a_frame_counts_from_the_time_of_the_request_on():
    clock = Clock(10 * S)
    age = FrameAge(clock)
    age.arrived(10 * S)
    is_newer = age.mark()
    assert not is_newer()
    clock.now_ns += S // 10
    # It came after the request, and was taken before.
    age.arrived(10 * S - 1)
    assert not is_newer()
    age.arrived(10 * S)
    assert is_newer()


def test_a_stamp_of_another_clock_counts_by_when_it_came():
    clock = Clock(1000 * S)
    age = FrameAge(clock)
    age.arrived(5 * S)
    is_newer = age.mark()
    assert not is_newer()
    age.arrived(5 * S + 1)
    assert is_newer() and age.lag > 900


def test_after_a_clock_that_jumped_back_a_frame_counts_by_when_it_came():
    clock = Clock(100 * S)
    age = FrameAge(clock)
    age.arrived(100 * S)
    is_newer = age.mark()
    # A bag begins again while the request waits.
    clock.now_ns = 2 * S
    assert not is_newer()
    age.arrived(2 * S)
    assert is_newer()
