from realvlg_ros.replay.session.bag_clock import BagClock


def times(stamps):
    clock, seen = BagClock(), []
    for stamp in stamps:
        if stamp == 'jump':
            clock.jump()
            continue
        clock.advance(stamp)
        clock.frame()
        seen.append(clock.now_ns)
    return clock, seen


def test_the_time_is_that_since_the_first_image():
    clock, seen = times([1000, 1030, 1060, 1090])
    assert seen == [0, 30, 60, 90] and clock.period_ns == 30


def test_after_a_jump_the_next_image_comes_a_period_later():
    assert times([1000, 1030, 'jump', 200, 230])[1] == [0, 30, 60, 90]
    assert times([1000, 1030, 'jump', 90_000, 90_030])[1] == [0, 30, 60, 90]


def test_a_late_stamp_does_not_turn_the_time_back():
    assert times([1000, 1030, 1010, 1060])[1] == [0, 30, 30, 60]


def test_the_time_since_the_last_image():
    clock, _ = times([1000, 1030])
    clock.advance(1100)
    assert (clock.since_frame_ns, clock.now_ns) == (70, 100)
